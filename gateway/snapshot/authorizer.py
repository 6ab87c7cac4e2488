"""Custom authorizers (auth.md section 5.1)."""

from dataclasses import dataclass
from functools import cached_property

from gateway.patterns import Pattern, pattern
from gateway.snapshot.function import Target


@dataclass(frozen=True)
class Identity:
    """An identity source: HEADER or QUERY, and a regular expression or None."""

    location: str
    name: str
    validation: str | None = None

    def __str__(self) -> str:
        return f"{self.location.lower()} {self.name}"

    @cached_property
    def header(self) -> bytes:
        """The name as headers have it."""
        return self.name.lower().encode()

    @cached_property
    def pattern(self) -> Pattern | None:
        return pattern(self.validation) if self.validation else None


@dataclass(frozen=True)
class Authorizer:
    """A custom authorizer (auth.md section 5.1). `ttl` in s, `timeout` in ms."""

    id: str
    name: str
    type: str
    revision: str
    target: Target | None
    identities: tuple[Identity, ...] = ()
    ttl: int = 0
    user_data: str = ""
    need_body: bool = False
    timeout: int = 5000
    retry_attempts: int = 0
    auth_downgrade_enabled: bool = False

    @classmethod
    def gone(cls, id: str) -> "Authorizer":
        """In place of one that is gone: it must refuse calls, not be missing."""
        return cls(id, "(deleted)", "FRONTEND", "", None)
