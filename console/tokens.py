"""Tokens of console users (auth.md section 4.2; the sealing is gateway/tokens.py)."""

import time

from django.conf import settings
from django.contrib.auth.models import User

from console import compile, models
from gateway import snapshot as data
from gateway import tokens
from gateway.source import read_cipher


def issue(user: User) -> tuple[str, tokens.Claims]:
    """A new token of a user, and what it says."""
    known = compile.user(models.Account.of(user))
    return tokens.issue(known, read_cipher(settings.TOKEN_KEY_FILE), time.time())


def owner(token: str) -> User:
    """The user whose token it is, else TokenError."""
    accounts = models.Account.objects.filter(user__is_active=True)
    found: dict[str, models.Account] = {}

    def find(user_id: str) -> data.User | None:
        row = accounts.select_related("user").filter(pk=user_id).first()
        if row is None:
            return None
        found[user_id] = row
        return compile.user(row)

    known = tokens.read(token, read_cipher(settings.TOKEN_KEY_FILE), find, time.time())
    return found[known.id].user
