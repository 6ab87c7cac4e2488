"""Access control policies (reference: policies.md section 2.1)."""

import re
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import models

from console import limits
from console.models.binding import NAME_RULE, Binding, Policy
from gateway.addresses import parse_range

MAX_ACCOUNTS = 1024
_ACCOUNT_ID = re.compile(r"[A-Za-z0-9]{32}\Z")


class Effect(models.TextChoices):
    PERMIT = "PERMIT", "Allow"
    DENY = "DENY", "Deny"


class Acl(Policy):
    noun = "acl"
    title_field = "acl_name"

    class Entity(models.TextChoices):
        IP = "IP", "IP address"
        DOMAIN = "DOMAIN", "Account name"
        DOMAIN_ID = "DOMAIN_ID", "Account ID"

    acl_name = models.CharField(
        "Name",
        max_length=64,
        unique=True,
        validators=[NAME_RULE],
        error_messages={
            "unique": "An access control policy with this name already exists."
        },
    )
    entity_type = models.CharField(
        "Type", max_length=9, choices=Entity, default=Entity.IP
    )
    acl_type = models.CharField(
        "Effect", max_length=6, choices=Effect, default=Effect.PERMIT
    )
    # One text, separated by commas, as on the wire.
    acl_value = models.TextField("Values")
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "access control policy"
        verbose_name_plural = "access control policies"
        ordering = ["acl_name"]

    @property
    def slot(self) -> str:
        return f"acl:{self.entity_type}"

    @property
    def kind(self) -> str:
        return f"Access Control ({self.get_entity_type_display()})"

    @property
    def values(self) -> list[str]:
        """The entries of the list."""
        return [value.strip() for value in self.acl_value.split(",")]

    def clean(self) -> None:
        limits.check_room("ACL_NUM_LIMIT", self)
        self._check_type_stays()
        try:
            self._check_values()
        except ValidationError as error:
            raise ValidationError({"acl_value": error}) from None

    def _check_type_stays(self) -> None:
        before = Acl.objects.filter(pk=self.pk).values_list("entity_type", flat=True)
        if before and before[0] != self.entity_type:
            raise ValidationError({"entity_type": "Type: it cannot be changed."})

    def _check_values(self) -> None:
        if self.entity_type == self.Entity.IP:
            check_addresses(self.values)
            return
        if len(self.acl_value) > MAX_ACCOUNTS:
            raise ValidationError(f"At most {MAX_ACCOUNTS:,} characters in all.")
        check = _check_name
        if self.entity_type == self.Entity.DOMAIN_ID:
            check = _check_id
        for value in self.values:
            check(value)


class AclBinding(Binding):
    policy = models.ForeignKey(Acl, on_delete=models.PROTECT, related_name="bindings")


def check_addresses(values: Sequence[str]) -> None:
    """The rules of a list of addresses; ValidationError names the entry."""
    limits.check("ACL_IP_NUM_LIMIT", len(values))
    for value in values:
        try:
            parse_range(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def _check_name(value: str) -> None:
    if not 1 <= len(value) <= 64 or value.isdigit():
        raise ValidationError(
            f"{value or 'an empty entry'}: an account name has 1 to 64 characters and "
            "is not all digits."
        )


def _check_id(value: str) -> None:
    if not _ACCOUNT_ID.match(value):
        raise ValidationError(
            f"{value or 'an empty entry'}: an account ID has 32 letters and digits."
        )
