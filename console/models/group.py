"""API groups (reference: api.md section 1.1)."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse

from console import limits
from console.models.base import CJK, Noun, rule


class ApiGroup(Noun):
    name = models.CharField(
        max_length=255,
        unique=True,
        validators=[
            rule(
                rf"[a-zA-Z0-9{CJK}][a-zA-Z0-9:._()\\/{CJK}（）：、-]{{2,254}}",
                "Name: 3 to 255 characters, a letter or digit first; letters, digits "
                "and - _ . / ( ) : are allowed.",
            )
        ],
        error_messages={"unique": "An API group with this name already exists."},
    )
    remark = models.TextField(
        "Description",
        max_length=1000,
        blank=True,
        validators=[MaxLengthValidator(1000)],
    )
    sl_domain_access_enabled = models.BooleanField(
        "Debugging Domain Name",
        default=True,
        help_text="Off: nothing answers to it.",
    )
    is_default = models.BooleanField(default=False, editable=False)
    register_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "API group"
        ordering = ["-is_default", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def sl_domain(self) -> str:
        """The debugging domain name given by the system."""
        return f"{self.id}.{settings.GATEWAY_DOMAIN}"

    def get_absolute_url(self) -> str:
        return reverse("group-detail", args=[self.pk])

    def clean(self) -> None:
        if self.is_default and self.name != "DEFAULT":
            raise ValidationError({"name": "Name: DEFAULT keeps its name."})
        limits.check_room("APIGROUP_NUM_LIMIT", self)
