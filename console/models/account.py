"""What IAM knows of a console user: ids, and the account (auth.md section 4.2)."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.crypto import salted_hmac

from console.models.base import Noun, new_id, rule


def default_domain_id() -> str:
    return str(settings.DOMAIN_ID)


def default_domain_name() -> str:
    return str(settings.DOMAIN_NAME)


class Account(Noun):
    """A user in IAM's terms; the id is the IAM user ID.

    All users belong to one account (a domain, in the vendor's words) unless they are
    given another one, which policies then tell apart. Tokens given before `revocation`
    changed are void.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="account")
    domain_id = models.CharField(
        "Account ID",
        max_length=64,
        default=default_domain_id,
        validators=[
            rule(r"[A-Za-z0-9-]{1,64}", "Account ID: 1 to 64 letters, digits and -.")
        ],
    )
    domain_name = models.CharField(
        "Account Name",
        max_length=64,
        default=default_domain_name,
        validators=[
            rule(
                r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
                "Account Name: 1 to 64 letters, digits, - and _; a letter or digit "
                "first.",
            )
        ],
    )
    revocation = models.CharField(max_length=32, default=new_id, editable=False)

    class Meta:
        verbose_name = "account"
        ordering = ["user__username"]

    def __str__(self) -> str:
        return self.user.username

    @property
    def generation(self) -> str:
        """What the user's tokens carry: another password makes another one."""
        given = f"{self.user.password}\n{self.revocation}"
        return salted_hmac("token", given, algorithm="sha256").hexdigest()[:32]

    @classmethod
    def of(cls, user: Any) -> "Account":
        """The account of a user, made when it is first asked for."""
        return cls.objects.get_or_create(user=user)[0]

    def revoke_tokens(self) -> None:
        """Make every token given so far void."""
        self.revocation = new_id()
        self.save(update_fields=["revocation"])
