"""Access keys of console users: AK and SK (auth.md section 4.2)."""

import secrets
import string

from django.db import models
from django.urls import reverse

from console import limits
from console.models.account import Account
from console.models.base import Noun
from console.models.fields import EncryptedTextField

_CAPITALS = string.ascii_uppercase + string.digits
_LETTERS = string.ascii_letters + string.digits


def new_access() -> str:
    """An AK as the vendor makes them: 20 capitals and digits."""
    return "".join(secrets.choice(_CAPITALS) for _ in range(20))


def new_secret() -> str:
    """An SK: 40 letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(40))


class AccessKey(Noun):
    """Signs as its user. The secret is shown once, when the key is made."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Enabled"
        INACTIVE = "inactive", "Disabled"

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="access_keys"
    )
    access = models.CharField(
        "Access Key ID", max_length=40, unique=True, default=new_access, editable=False
    )
    secret = EncryptedTextField("Secret Access Key", default=new_secret, editable=False)
    description = models.CharField("Description", max_length=255, blank=True)
    status = models.CharField(
        "Status", max_length=8, choices=Status, default=Status.ACTIVE, editable=False
    )
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "access key"
        ordering = ["create_time"]

    def __str__(self) -> str:
        return self.access

    @property
    def active(self) -> bool:
        return self.status == self.Status.ACTIVE

    @property
    def csv(self) -> str:
        """What the vendor's credentials.csv holds."""
        head = "User Name,Access Key Id,Secret Access Key"
        name = self.account.user.username.replace('"', '""')
        return f'{head}\r\n"{name}",{self.access},{self.secret}\r\n'

    def get_absolute_url(self) -> str:
        return reverse("accesskey-list")

    def clean(self) -> None:
        limits.check_room("ACCESS_KEY_NUM_LIMIT", self, self.account.access_keys)
