"""Custom authorizers (reference: auth.md section 5.1, console.md section F5)."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
)
from django.db import models
from django.urls import reverse

from console import limits
from console.models.alias import Alias
from console.models.base import CJK, Noun, rule
from console.models.function import Function
from console.models.version import LATEST, Version
from gateway.patterns import pattern as compile_pattern

_IDENTITY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}\Z")


class Authorizer(Noun):
    """`identities` is a list of {location, name, validation}."""

    class Type(models.TextChoices):
        FRONTEND = "FRONTEND", "Frontend"
        BACKEND = "BACKEND", "Backend"

    name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_{CJK}]{{2,63}}",
                "Name: 3 to 64 letters, digits and underscores, a letter first.",
            )
        ],
        error_messages={"unique": "A custom authorizer with this name already exists."},
    )
    type = models.CharField("Type", max_length=8, choices=Type, default=Type.FRONTEND)
    authorizer_type = models.CharField(max_length=4, default="FUNC", editable=False)
    function = models.ForeignKey(
        Function,
        verbose_name="Function URN",
        on_delete=models.PROTECT,
        related_name="authorizers",
    )
    # Whether clients named the version or alias within the URN: it is shown as given.
    qualified = models.BooleanField(default=False, editable=False)
    # Neither is latest; an alias wins (auth.md section 5.1).
    version = models.ForeignKey(
        Version,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authorizers",
    )
    alias = models.ForeignKey(
        Alias,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authorizers",
    )
    # How the vendor's gateway reaches functions; here it is one and the same.
    network_type = models.CharField(
        "Network Architecture",
        max_length=2,
        default="V1",
        choices=[("V1", "V1"), ("V2", "V2")],
    )
    ttl = models.PositiveIntegerField(
        "Max. Cache Age (s)",
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(3600)],
        help_text="How long a result is remembered: 0 to 3,600. 0 turns it off.",
    )
    identities = models.JSONField("Identity Sources", default=list, blank=True)
    need_body = models.BooleanField("Send Request Body", default=False)
    user_data = models.TextField(
        "User Data",
        max_length=2048,
        blank=True,
        validators=[MaxLengthValidator(2048)],
    )
    timeout = models.PositiveIntegerField(
        "Timeout (ms)",
        default=5000,
        validators=[MinValueValidator(1), MaxValueValidator(600_000)],
    )
    retry_attempts = models.PositiveIntegerField(
        "Retries", default=0, validators=[MaxValueValidator(10)]
    )
    auth_downgrade_enabled = models.BooleanField("Relaxed Mode", default=False)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "custom authorizer"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def authorizer_uri(self) -> str:
        if not self.qualified:
            return self.function.func_urn
        version = f"{self.function.func_urn}:{self.authorizer_version}"
        return self.authorizer_alias_uri or version

    @property
    def authorizer_version(self) -> str:
        return str(self.version or LATEST)

    @property
    def authorizer_alias_uri(self) -> str:
        return self.alias.alias_urn if self.alias else ""

    def get_absolute_url(self) -> str:
        return reverse("authorizer-edit", args=[self.pk])

    def clean(self) -> None:
        limits.check_room("AUTHORIZER_NUM_LIMIT", self)
        check_identities(self.identities)
        for chosen in (self.version, self.alias):
            if chosen is not None and chosen.function_id != self.function_id:
                raise ValidationError(
                    f"Version/Alias: {chosen} belongs to another function."
                )
        if self.type == self.Type.FRONTEND and self.ttl and not self.identities:
            raise ValidationError(
                {
                    "ttl": "Max. Cache Age (s): a frontend authorizer that caches "
                    "needs an identity source; add one, or set 0."
                }
            )
        if self.type == self.Type.BACKEND and self.identities:
            raise ValidationError(
                {"identities": "Identity Sources: only for a frontend authorizer."}
            )


def check_identities(identities: list[dict[str, Any]]) -> None:
    """The rules of identity sources; ValidationError names the source."""
    if not isinstance(identities, list) or not all(map(_is_source, identities)):
        raise _refused("a list of objects with location, name and validation.")
    limits.check("AUTHORIZER_IDENTITY_NUM_LIMIT", len(identities), field="identities")
    seen: set[tuple[str, str]] = set()
    for source in identities:
        name, location = source["name"], source["location"]
        folded = name.lower() if location == "HEADER" else name
        if (location, folded) in seen:
            raise _refused(f"{name} is there twice.")
        seen.add((location, folded))
        if not _IDENTITY_NAME.match(name):
            raise _refused(f"{name}: 1 to 32 letters, digits and _ - . are allowed.")
        check_validation(source.get("validation"))


def _is_source(raw: Any) -> bool:
    """Whether the gateway can load it; the rules come after."""
    return (
        isinstance(raw, dict)
        and raw.keys() <= {"location", "name", "validation"}
        and raw.get("location") in ("HEADER", "QUERY")
        and isinstance(raw.get("name"), str)
        and isinstance(raw.get("validation"), str | None)
    )


def check_validation(pattern: str | None) -> None:
    """A validation is a regular expression that gateways can run."""
    if pattern is None:
        return
    try:
        compile_pattern(pattern)
    except ValueError as error:
        raise _refused(f"{pattern} is not a regular expression: {error}.") from None


def _refused(text: str) -> ValidationError:
    return ValidationError({"identities": f"Identity Sources: {text}"})
