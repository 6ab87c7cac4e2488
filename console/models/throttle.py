"""Request throttling policies (reference: policies.md section 1.1)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from console import limits
from console.models.base import Noun
from console.models.binding import NAME_RULE, Binding, Policy
from gateway.snapshot.throttle import SECONDS

MOST = 2**31 - 1


class TimeUnit(models.TextChoices):
    SECOND = "SECOND", "Second"
    MINUTE = "MINUTE", "Minute"
    HOUR = "HOUR", "Hour"
    DAY = "DAY", "Day"


def calls(label: str, **options: Any) -> Any:
    """A number of calls; 0 is no limit where it may be left out."""
    least = 0 if options.get("blank") else 1
    return models.PositiveIntegerField(
        label,
        validators=[MinValueValidator(least), MaxValueValidator(MOST)],
        **options,
    )


class Throttle(Policy):
    noun = "throttle"

    class Type(models.IntegerChoices):
        SPECIFIC = 1, "API-specific"
        SHARED = 2, "API-sharing"

    name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[NAME_RULE],
        error_messages={"unique": "A throttling policy with this name already exists."},
    )
    type = models.PositiveSmallIntegerField("Type", choices=Type, default=Type.SPECIFIC)
    time_interval = calls("Period", default=1)
    time_unit = models.CharField(
        "Unit", max_length=6, choices=TimeUnit, default=TimeUnit.SECOND
    )
    api_call_limits = calls("Max. API Requests")
    user_call_limits = calls("Max. User Requests", default=0, blank=True)
    app_call_limits = calls("Max. Credential Requests", default=0, blank=True)
    ip_call_limits = calls("Max. IP Address Requests", default=0, blank=True)
    remark = models.CharField("Description", max_length=255, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "request throttling policy"
        verbose_name_plural = "request throttling policies"
        ordering = ["name"]

    @property
    def kind(self) -> str:
        return "Request Throttling"

    @property
    def is_inclu_special_throttle(self) -> int:
        return 1 if self.specials.exists() else 2

    def clean(self) -> None:
        limits.check_room("THROTTLE_NUM_LIMIT", self)
        if not self.api_call_limits:
            return
        self._check_rate()
        for name in ("user_call_limits", "app_call_limits", "ip_call_limits"):
            self._check_at_most(name, "api_call_limits")
        if self.user_call_limits:
            self._check_at_most("app_call_limits", "user_call_limits")
        if not self._state.adding:
            self._check_specials()

    def _check_rate(self) -> None:
        """No more than APIs may take that no policy is bound to."""
        from console import features

        rate = features.of_calls().ratelimit
        unit = SECONDS.get(self.time_unit.lower())
        if not unit or not self.time_interval:
            return
        most = rate * self.time_interval * unit
        if self.api_call_limits > most:
            raise ValidationError(
                {
                    "api_call_limits": ValidationError(
                        f"Max. API Requests: at most {most:,} in this period, {rate:,} "
                        "a second; the gateway parameter ratelimit raises that.",
                        code="max_value",
                    )
                }
            )

    def _check_at_most(self, name: str, most: str) -> None:
        value, bound = getattr(self, name) or 0, getattr(self, most)
        meta: Any = self._meta
        if value > bound:
            label = meta.get_field(name).verbose_name
            other = meta.get_field(most).verbose_name
            raise ValidationError(
                {
                    name: ValidationError(
                        f"{label}: at most {bound}, as {other} says.", code="max_value"
                    )
                }
            )

    def _check_specials(self) -> None:
        """A limit may not fall below one of the exclusions."""
        highest = self.specials.order_by("-call_limits").first()
        if highest and highest.call_limits > self.api_call_limits:
            raise ValidationError(
                {
                    "api_call_limits": f"Max. API Requests: {highest} is excluded with "
                    f"{highest.call_limits}; it may not be more than the limit."
                }
            )


class ThrottleSpecial(Noun):
    """An excluded credential or tenant: its own limit in place of the policy's."""

    class ObjectType(models.TextChoices):
        APP = "APP", "Credential"
        USER = "USER", "Tenant"

    throttle = models.ForeignKey(
        Throttle, on_delete=models.CASCADE, related_name="specials"
    )
    object_type = models.CharField(max_length=4, choices=ObjectType)
    object_id = models.CharField("ID", max_length=64)
    call_limits = calls("Threshold")
    apply_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "excluded caller"
        ordering = ["object_type", "apply_time"]
        constraints = [
            models.UniqueConstraint(
                fields=["throttle", "object_type", "object_id"],
                name="throttle_special_object",
                violation_error_code="APIG.3308",
                violation_error_message="ID: it is excluded already.",
            )
        ]

    def __str__(self) -> str:
        return self.object_id

    def clean(self) -> None:
        kind = "APP" if self.object_type == self.ObjectType.APP else "USER"
        others = self.throttle.specials.filter(object_type=self.object_type)
        limits.check_room(f"{kind}_THROTTLE_LIMIT", self, others)
        most = self.throttle.api_call_limits
        if self.call_limits is not None and self.call_limits > most:
            raise ValidationError(
                {
                    "call_limits": ValidationError(
                        f"Threshold: at most {most}, the policy's Max. API Requests.",
                        code="max_value",
                    )
                }
            )


class ThrottleBinding(Binding):
    policy = models.ForeignKey(
        Throttle, on_delete=models.PROTECT, related_name="bindings"
    )
