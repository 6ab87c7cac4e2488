"""AppCodes of a credential: simple authentication (auth.md section 2)."""

import secrets

from django.core.exceptions import ValidationError
from django.db import models

from console import limits
from console.models.base import Noun, rule
from console.models.credential import Credential
from console.models.fields import EncryptedTextField


def new_app_code() -> str:
    """As the vendor makes them: 64 hex characters."""
    return secrets.token_hex(32)


class AppCode(Noun):
    """A secret that is sent as it is, in X-Apig-AppCode."""

    app = models.ForeignKey(
        Credential, on_delete=models.CASCADE, related_name="app_codes"
    )
    app_code = EncryptedTextField(
        "AppCode",
        default=new_app_code,
        validators=[
            rule(
                r"[A-Za-z0-9+/][A-Za-z0-9+_!@#$%/=-]{63,179}",
                "AppCode: 64 to 180 characters, a letter, digit, + or / first; "
                "letters, digits and + _ ! @ # $ % - / = are allowed.",
            )
        ],
    )
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "AppCode"
        ordering = ["create_time"]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """The code as a page may show it: `0****9`."""
        return f"{self.app_code[0]}****{self.app_code[-1]}"

    def get_absolute_url(self) -> str:
        return self.app.get_absolute_url()

    def clean(self) -> None:
        limits.check_room("APP_CODE_NUM_LIMIT", self, self.app.app_codes)
        # There are few, and what is encrypted cannot be searched for.
        others = AppCode.objects.exclude(pk=self.pk)
        if any(other.app_code == self.app_code for other in others):
            raise ValidationError(
                {"app_code": "This AppCode already belongs to a credential."}
            )
