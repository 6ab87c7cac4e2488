"""Credentials: the apps that call (auth.md section 3)."""

from dataclasses import dataclass, field
from functools import cached_property

from gateway.signing import Key
from gateway.snapshot.acl import Acl
from gateway.snapshot.throttle import Quota


@dataclass(frozen=True)
class Credential:
    """An app: who calls (auth.md section 3)."""

    id: str
    name: str
    app_key: str
    app_secret: str = field(repr=False)
    app_codes: tuple[str, ...] = field(default=(), repr=False)

    acl: Acl | None = None
    quota: Quota | None = None

    @cached_property
    def key(self) -> Key:
        return Key(self.app_secret.encode())
