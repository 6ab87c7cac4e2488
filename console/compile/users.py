"""Users to the gateway's values: those who may call, with keys and tokens."""

from dataclasses import replace

from django.conf import settings

from console import features, models
from gateway import snapshot as data


def users() -> tuple[data.User, ...]:
    """Everybody who has, or may have, an access key or a token."""
    rows = models.Account.objects.filter(user__is_active=True)
    return tuple(
        user(row) for row in rows.select_related("user").prefetch_related("access_keys")
    )


def user(row: models.Account) -> data.User:
    keys = [key for key in row.access_keys.all() if key.active]
    return data.User(
        id=row.pk,
        name=row.user.username,
        domain_id=row.domain_id,
        domain_name=row.domain_name,
        generation=row.generation,
        access_keys=tuple(data.AccessKey(k.access, k.secret) for k in keys),
    )


def gateway_settings() -> data.Settings:
    """What the gateway parameters say, the keys of tokens, the account."""
    return replace(
        features.in_force().settings,
        token_keys=settings.TOKEN_KEY_FILE.read_text(),
        tenant_id=settings.DOMAIN_ID,
    )
