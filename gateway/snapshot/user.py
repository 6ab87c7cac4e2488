"""Users of the console, who call by access key or token (auth.md section 4.2)."""

from dataclasses import dataclass, field
from functools import cached_property

from gateway.signing import Key


@dataclass(frozen=True)
class AccessKey:
    """An enabled access key of a user: AK and SK."""

    access: str
    secret: str = field(repr=False)

    @cached_property
    def key(self) -> Key:
        return Key(self.secret.encode())


@dataclass(frozen=True)
class User:
    """A user who is enabled. `domain_id` and `domain_name` are the account's.

    Tokens of another `generation` are revoked.
    """

    id: str
    name: str
    domain_id: str
    domain_name: str
    generation: str = ""
    access_keys: tuple[AccessKey, ...] = ()
