"""The vendor's roles, as groups of Django: made at setup, kept as they are meant.

Somebody who belongs to none of them may nothing. Further rights are given in Django
admin, to users or to groups of one's own; what is in these is set anew at every setup.
"""

from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet

from console import models

READER = "APIG ReadOnlyAccess"
DEVELOPER = "APIG FullAccess"
ADMINISTRATOR = "APIG Administrator"
# Whoever develops APIs does not decide about the gateway and its users.
_OF_ADMINISTRATORS = (models.Instance, models.Feature, models.Account, models.Lockout)
# Not even to look at: they are about other people.
_PRIVATE = (models.Account, models.Lockout)


def ensure() -> None:
    """Make the groups, each with exactly its permissions."""
    config = models.Api._meta.app_config
    # The receiver that makes permissions may come after the one that calls this.
    create_permissions(config, verbosity=0)
    for name, rights in permissions().items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(rights)


def permissions() -> dict[str, QuerySet[Permission]]:
    """What each role may."""
    every = Permission.objects.filter(content_type__app_label="console")
    look = Q(codename__startswith="view_")
    private, managed = _of(_PRIVATE), _of(_OF_ADMINISTRATORS)
    people = Permission.objects.filter(content_type__app_label="auth")
    return {
        READER: every.filter(look).exclude(private),
        DEVELOPER: every.exclude(private).exclude(managed & ~look),
        ADMINISTRATOR: every | people,
    }


def _of(nouns: tuple[type, ...]) -> Q:
    names = [noun._meta.model_name for noun in nouns]  # type: ignore[attr-defined]
    return Q(content_type__model__in=names)


def give(user: User, role: str) -> None:
    user.groups.add(Group.objects.get(name=role))
