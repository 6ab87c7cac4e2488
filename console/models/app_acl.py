"""Access control of a credential (reference: policies.md section 5.2)."""

from django.core.exceptions import ValidationError
from django.db import models

from console.models.acl import Effect, check_addresses
from console.models.base import Noun
from console.models.credential import Credential


class AppAcl(Noun):
    """From where a credential may call; `app_acl_values` is a list of texts."""

    app = models.OneToOneField(
        Credential, on_delete=models.CASCADE, related_name="app_acl"
    )
    app_acl_type = models.CharField(
        "Effect", max_length=6, choices=Effect, default=Effect.PERMIT
    )
    app_acl_values = models.JSONField("IP Addresses", default=list)

    class Meta:
        verbose_name = "access control of a credential"
        verbose_name_plural = "access control of credentials"

    def __str__(self) -> str:
        return f"{self.get_app_acl_type_display()} {', '.join(self.app_acl_values)}"

    def clean(self) -> None:
        values = self.app_acl_values
        if not isinstance(values, list) or not values:
            raise _refused("at least one address.")
        if not all(isinstance(value, str) for value in values):
            raise _refused("a list of texts.")
        try:
            check_addresses(values)
        except ValidationError as error:
            raise ValidationError({"app_acl_values": error}) from None


def _refused(text: str) -> ValidationError:
    return ValidationError({"app_acl_values": f"IP Addresses: {text}"})
