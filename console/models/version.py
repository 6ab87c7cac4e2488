"""Published versions of functions (reference: auth.md section 10.4)."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from console.models.base import Noun, rule
from console.models.fields import EncryptedJSONField
from console.models.function import Function
from console.models.package import Package

LATEST = "latest"
# `latest` counts as one.
MAX_VERSIONS = 20
# What a version freezes of its function beside the code.
FROZEN = (
    "runtime",
    "handler",
    "memory_size",
    "timeout",
    "initializer_handler",
    "initializer_timeout",
    "concurrency",
    "network",
    "user_data",
)


class Version(Noun):
    """A frozen copy of deployed code and configuration. Never changed."""

    function = models.ForeignKey(
        Function, on_delete=models.CASCADE, related_name="versions"
    )
    version = models.CharField(
        "Version",
        max_length=42,
        blank=True,
        validators=[
            rule(
                r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,40}[A-Za-z0-9])?",
                "Version: 1 to 42 letters, digits and . _ -; a letter or digit first "
                "and last.",
            )
        ],
    )
    description = models.CharField("Description", max_length=512, blank=True)
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="+")
    dependencies_hash = models.CharField(max_length=128, blank=True)
    configuration = models.JSONField()
    encrypted_user_data = EncryptedJSONField(default=dict, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-create_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["function", "version"],
                name="function_version",
                violation_error_message="The function has a version of this name.",
                violation_error_code="FSS.1062",
            )
        ]

    def __str__(self) -> str:
        return self.version

    @classmethod
    def publish(
        cls, function: Function, version: str = "", description: str = ""
    ) -> "Version":
        """Freeze what is live; ValidationError when nothing is, or nothing changed."""
        if function.deployed is None:
            raise ValidationError("Deploy the code first: a version copies it.")
        made = cls(
            function=function,
            version=version or _free_name(function),
            description=description,
            package=function.deployed,
            dependencies_hash=function.dependencies_hash,
            configuration={name: getattr(function, name) for name in FROZEN},
            encrypted_user_data=function.encrypted_user_data,
        )
        made.save_valid()
        return made

    @property
    def func_urn(self) -> str:
        return f"{self.function.func_urn}:{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("version-detail", args=[self.pk])

    def clean(self) -> None:
        if self.version == LATEST:
            raise ValidationError({"version": "Version: latest is the live code."})
        known = self.function.versions.all()
        if len(known) >= MAX_VERSIONS - 1:
            raise ValidationError(
                f"A function has at most {MAX_VERSIONS} versions, latest included: "
                "delete one first."
            )
        if known and self._content() == known[0]._content():
            raise ValidationError(
                f"Nothing has changed since version {known[0]} was published.",
                "FSS.1016",
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError("A published version cannot be changed.")
        super().save(*args, **kwargs)

    def _content(self) -> tuple[Any, ...]:
        return (
            self.package_id,
            self.dependencies_hash,
            self.configuration,
            self.encrypted_user_data,
        )


def _free_name(function: Function) -> str:
    """`vYYYYMMDD-HHMMSS` of now, later when that second is already taken."""
    moment = timezone.localtime()
    taken = set(function.versions.values_list("version", flat=True))
    while (name := f"{moment:v%Y%m%d-%H%M%S}") in taken:
        moment += timedelta(seconds=1)
    return name
