"""Passwords, with a limit to guessing (auth.md section 4.2)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from console.models import Lockout


class LimitedBackend(ModelBackend):
    """Django's own, for pages and tokens alike.

    A name is locked for the address that guesses, so that nobody can lock out
    somebody who is elsewhere.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if request is None or username is None:
            return super().authenticate(request, username, password, **kwargs)
        if locked(request, username):
            raise PermissionDenied
        user = super().authenticate(request, username, password, **kwargs)
        if user is None:
            Lockout.fail(_name(request, username))
        else:
            Lockout.forgive(_name(request, username))
        return user


def locked(request: HttpRequest, username: str) -> bool:
    """Whether too many wrong passwords of this user came from there."""
    return Lockout.locked(_name(request, username))


def _name(request: HttpRequest, username: str) -> str:
    address = request.META.get("REMOTE_ADDR", "")
    return f"password:{address}:{username}"[:255]
