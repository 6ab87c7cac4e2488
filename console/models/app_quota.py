"""Credential quotas (reference: policies.md section 5.1)."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console import limits
from console.models.base import CJK, Noun, rule
from console.models.credential import Credential
from console.models.throttle import TimeUnit, calls

RESET_FORMAT = "%Y-%m-%d %H:%M:%S"


class AppQuota(Noun):
    """How many calls a credential has in each cycle, over all APIs."""

    name = models.CharField(
        "Name",
        max_length=255,
        unique=True,
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_{CJK}]{{2,254}}",
                "Name: 3 to 255 letters, digits and underscores, a letter first.",
            )
        ],
        error_messages={"unique": "A quota policy with this name already exists."},
    )
    # Empty: cycles begin at the credential's first call.
    reset_time = models.CharField("Effective On", max_length=19, blank=True)
    time_interval = calls("Period", default=1)
    time_unit = models.CharField(
        "Unit", max_length=6, choices=TimeUnit, default=TimeUnit.DAY
    )
    call_limits = calls("Max. API Requests")
    remark = models.CharField(
        "Description",
        max_length=255,
        blank=True,
        validators=[rule(r"[^<>]*", "Description: no < and >.")],
    )
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "credential quota policy"
        verbose_name_plural = "credential quota policies"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("appquota-detail", args=[self.pk])

    def clean(self) -> None:
        limits.check_room("APP_QUOTA_NUM_LIMIT", self)
        try:
            if self.reset_time:
                datetime.strptime(self.reset_time, RESET_FORMAT)
        except ValueError:
            raise ValidationError(
                {"reset_time": "Effective On: a time such as 2026-01-31 05:05:00."}
            ) from None


class AppQuotaBinding(Noun):
    """A quota of a credential, which has one at most."""

    quota = models.ForeignKey(
        AppQuota, on_delete=models.CASCADE, related_name="bindings"
    )
    app = models.OneToOneField(
        Credential, on_delete=models.CASCADE, related_name="quota_binding"
    )
    bound_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "quota of a credential"
        ordering = ["-bound_time"]

    def __str__(self) -> str:
        return f"{self.quota} → {self.app}"
