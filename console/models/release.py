"""Publication records (reference: api.md sections 6.3 and 6.4)."""

import uuid

from django.db import models

from console.models.api import Api
from console.models.base import Noun
from console.models.environment import Environment


def publish_id(api_id: str, env_id: str) -> str:
    """The id of an API in an environment."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{api_id}/{env_id}").hex


class Release(Noun):
    """An API's definition as it was published once in one environment.

    Its id is the vendor's `version_id`; at most one per API and environment is
    effective; the newest are kept (API_VERSION_NUM_LIMIT).
    """

    class Status(models.IntegerChoices):
        EFFECTIVE = 1, "Effective"
        NOT_EFFECTIVE = 2, "Not effective"

    api = models.ForeignKey(Api, on_delete=models.CASCADE, related_name="releases")
    env = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="releases"
    )
    version_no = models.CharField("Version", max_length=20)
    remark = models.CharField("Description", max_length=255, blank=True)
    publish_time = models.DateTimeField()
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.EFFECTIVE)
    definition = models.JSONField()

    class Meta:
        verbose_name = "publication record"
        ordering = ["-publish_time", "-version_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["api", "env"],
                condition=models.Q(status=1),
                name="one_effective_release",
            )
        ]

    def __str__(self) -> str:
        return f"{self.api} {self.version_no} in {self.env}"

    @property
    def publish_id(self) -> str:
        """The id of (API, environment): it survives publishing again."""
        return publish_id(self.api_id, self.env_id)
