"""Environments: where APIs are published (reference: api.md section 6.1)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from console import limits
from console.models.base import Noun, rule

RELEASE_ID = "DEFAULT_ENVIRONMENT_RELEASE_ID"


class Environment(Noun):
    name = models.CharField(
        max_length=64,
        unique=True,
        validators=[
            rule(
                r"[A-Za-z][A-Za-z0-9_]{2,63}",
                "Name: 3 to 64 letters, digits and underscores, a letter first.",
            )
        ],
        error_messages={"unique": "An environment with this name already exists."},
    )
    remark = models.CharField("Description", max_length=255, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["create_time"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_release(self) -> bool:
        """The built-in one, which callers reach without X-Stage."""
        return self.pk == RELEASE_ID

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """ProtectedError while APIs are published there."""
        if self.is_release:
            raise ValidationError("RELEASE always exists.", code="APIG.3418")
        with transaction.atomic():
            # Records of what is no more published are no reason to stay.
            self.releases.exclude(status=1).delete()
            return super().delete(*args, **kwargs)

    def clean(self) -> None:
        if self.is_release and self.name != "RELEASE":
            raise ValidationError({"name": "Name: RELEASE keeps its name."})
        limits.check_room("ENVIRONMENT_NUM_LIMIT", self)
