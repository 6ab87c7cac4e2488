"""Environments: where APIs are published (reference: api.md section 6.1)."""

from django.db import models

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

    def clean(self) -> None:
        limits.check_room("ENVIRONMENT_NUM_LIMIT", self)
