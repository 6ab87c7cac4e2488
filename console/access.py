"""Who may do what: one function, asked by pages, and matched by Django admin.

The rules are Django's own permissions on the models, given to users and groups
in Django admin: view, add, change and delete, for each noun.
"""

from typing import Any

from django.db.models import Model


def permission(verb: str, noun: type[Model]) -> str:
    """The permission's name: `console.change_api` for changing an API."""
    return f"{noun._meta.app_label}.{verb}_{noun._meta.model_name}"


def may(user: Any, verb: str, noun: type[Model]) -> bool:
    """Whether a user may view, add, change or delete objects of a kind."""
    return bool(user.is_active and user.has_perm(permission(verb, noun)))
