"""Signature keys: how a backend knows its gateway (policies.md section 3)."""

from dataclasses import dataclass, field
from functools import cached_property

from gateway.signing import Key

HMAC, BASIC = "hmac", "basic"


@dataclass(frozen=True)
class Signature:
    id: str
    name: str
    sign_type: str
    sign_key: str
    sign_secret: str = field(repr=False)

    @cached_property
    def key(self) -> Key:
        return Key(self.sign_secret.encode())

    @classmethod
    def gone(cls, id: str) -> "Signature":
        """In place of one that is gone: what should be signed is not sent."""
        return cls(id, "(deleted)", "", "", "")
