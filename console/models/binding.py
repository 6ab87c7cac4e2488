"""Policies, and their bindings to APIs (reference: policies.md section 0.2).

A policy acts on an API in one environment. Each API has there at most one policy
of a `slot`; binding another replaces it (`console/bindings.py`).
"""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console.models.api import Api
from console.models.base import CJK, Noun, rule
from console.models.environment import Environment
from console.models.release import publish_id

NAME_RULE = rule(
    rf"[A-Za-z{CJK}][A-Za-z0-9_{CJK}]{{2,63}}",
    "Name: 3 to 64 letters, digits and underscores, a letter first.",
)


class Policy(Noun):
    """What can be bound to APIs. `bindings` are a subclass of Binding.

    `noun` names it in URLs; `title_field` is the column with its name.
    """

    noun: ClassVar[str]
    title_field: ClassVar[str] = "name"
    bindings: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(getattr(self, self.title_field))

    @property
    def slot(self) -> str:
        """Of which an API has one in an environment."""
        return self.noun

    @property
    def kind(self) -> str:
        """The type of the policy, as pages call it."""
        return str(self._meta.verbose_name).capitalize()

    @classmethod
    def binding_model(cls) -> "type[Binding]":
        return cls._meta.get_field("bindings").related_model  # type: ignore

    def get_absolute_url(self) -> str:
        return reverse(f"{self.noun}-detail", args=[self.pk])


class Binding(Noun):
    """A policy on an API in one environment; subclasses add `policy`."""

    policy: Any
    policy_id: str

    api = models.ForeignKey(Api, on_delete=models.CASCADE, related_name="%(class)ss")
    env = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="+")
    slot = models.CharField(max_length=32, editable=False)
    apply_time = models.DateTimeField("Bound", auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["-apply_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["api", "env", "slot"], name="one_%(class)s_of_a_slot"
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} → {self.api} ({self.env})"

    @property
    def publish_id(self) -> str:
        """The id of (API, environment), as of its publication records."""
        return publish_id(self.api_id, self.env_id)

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        if self.policy_id:
            self.slot = self.policy.slot
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        if not self.api.releases.filter(env=self.env_id, status=1).exists():
            raise ValidationError(
                f"{self.api} is not published in {self.env}: publish it there first.",
                code="APIG.3707",
            )
