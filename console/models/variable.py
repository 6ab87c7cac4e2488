"""Environment variables: `#Name#` in a backend's address and path.

One value for each group and environment (reference: api.md section 6.2).
"""

from django.db import models
from django.urls import reverse

from console import limits
from console.models.base import Noun, rule
from console.models.environment import Environment
from console.models.group import ApiGroup

NAME = r"[A-Za-z][A-Za-z0-9_-]{2,31}"


class Variable(Noun):
    group = models.ForeignKey(
        ApiGroup, on_delete=models.CASCADE, related_name="variables"
    )
    env = models.ForeignKey(
        Environment,
        verbose_name="Environment",
        on_delete=models.CASCADE,
        related_name="variables",
    )
    variable_name = models.CharField(
        "Name",
        max_length=32,
        validators=[
            rule(
                NAME,
                "Name: 3 to 32 letters, digits, hyphens and underscores, a letter "
                "first.",
            )
        ],
    )
    variable_value = models.CharField(
        "Value",
        max_length=255,
        validators=[
            rule(
                r"[A-Za-z0-9_\-/.:]{1,255}",
                "Value: 1 to 255 letters, digits and _ - / . : are allowed.",
            )
        ],
    )

    class Meta:
        verbose_name = "environment variable"
        ordering = ["env", "variable_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "env", "variable_name"],
                name="variable_name",
                violation_error_code="APIG.3303",
                violation_error_message="Name: the group has a variable of this name "
                "in this environment.",
            )
        ]

    def __str__(self) -> str:
        return self.variable_name

    def get_absolute_url(self) -> str:
        return reverse("variable-edit", args=[self.pk])

    def clean(self) -> None:
        siblings = Variable.objects.filter(group=self.group_id, env=self.env_id)
        limits.check_room("VARIABLE_NUM_LIMIT", self, siblings)
