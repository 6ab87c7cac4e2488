"""What a fresh database needs: the defaults, and the first administrator."""

import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from console import roles
from console.keys import write_private
from console.models import ApiGroup, Environment, GatewayResponse
from console.models.environment import RELEASE_ID


def ensure_defaults(**_: Any) -> None:
    """RELEASE, the group DEFAULT with its response, and the roles always exist."""
    Environment.objects.get_or_create(pk=RELEASE_ID, defaults={"name": "RELEASE"})
    group, _created = ApiGroup.objects.get_or_create(
        is_default=True, defaults={"name": "DEFAULT"}
    )
    ensure_default_response(group)
    roles.ensure()


def ensure_default_response(group: ApiGroup) -> GatewayResponse:
    """A group's built-in gateway response."""
    response, _created = GatewayResponse.objects.get_or_create(
        group=group, default=True, defaults={"name": "default"}
    )
    return response


@transaction.atomic
def ensure_admin() -> str | None:
    """Create the first administrator; gives the password if it was made up here.

    Such a password is also kept in `DATA_DIR/admin-password`.
    """
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists():
        return None
    given: str = settings.ADMIN_PASSWORD
    password = given or secrets.token_urlsafe(12)
    users.create_superuser(settings.ADMIN_NAME, password=password)
    if given:
        return None
    write_private(settings.DATA_DIR / "admin-password", password + "\n")
    return password
