"""Who may do what: one function, asked by pages, and matched by Django admin.

The rules are Django's own permissions on the models, given to users and groups
in Django admin: view, add, change and delete, for each noun.
"""

from typing import Any

from django.db.models import Model

from console.models import AccessKey, Credential
from console.proofs import Signer


def permission(verb: str, noun: type[Model]) -> str:
    """The permission's name: `console.change_api` for changing an API."""
    return f"{noun._meta.app_label}.{verb}_{noun._meta.model_name}"


def may(user: Any, verb: str, noun: type[Model]) -> bool:
    """Whether a user may view, add, change or delete objects of a kind."""
    return bool(user.is_active and user.has_perm(permission(verb, noun)))


def may_use(user: Any, signer: Signer) -> bool:
    """Whether a user may have calls signed by it, which shows no secret.

    Access keys are their user's own; credentials and their AppCodes are for those who
    may look at credentials.
    """
    if isinstance(signer, AccessKey):
        return bool(signer.account.user_id == user.pk)
    return isinstance(signer, str) or may(user, "view", Credential)
