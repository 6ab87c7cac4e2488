"""Tokens: what a user got for a password, good for 24 hours (auth.md section 4.2).

A token is sealed (Fernet), so it says who calls without a database, and can neither
be read nor made without the keys, which a snapshot holds.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import orjson
from cryptography.fernet import InvalidToken, MultiFernet

from gateway.snapshot.user import User

LIFETIME = 24 * 3600
# One of the console's is far shorter; nobody may have us decrypt megabytes.
MOST_CHARACTERS = 4096


class TokenError(ValueError):
    """The token is not one of ours; the text is the documented one."""


class TokenOutdated(TokenError):
    """It was ours once: a new one is needed."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. Times are epoch seconds."""

    user_id: str
    generation: str
    issued_at: float
    expires_at: float


def issue(user: User, sealing: MultiFernet, now: float) -> tuple[str, Claims]:
    """A new token of a user, and what it says."""
    claims = Claims(user.id, user.generation, now, now + LIFETIME)
    return sealing.encrypt(orjson.dumps(asdict(claims))).decode(), claims


def read(
    token: str,
    sealing: MultiFernet | None,
    find: Callable[[str], User | None],
    now: float,
) -> User:
    """The user whose token it is, else TokenError. `find` gives users by their ids.

    A changed password or a later revocation ends the tokens given before, and a
    disabled user has none.
    """
    if sealing is None or len(token) > MOST_CHARACTERS:
        raise TokenError("decrypt token fail")
    try:
        claims = Claims(**orjson.loads(sealing.decrypt(token.encode())))
    except (InvalidToken, ValueError, TypeError):
        raise TokenError("decrypt token fail") from None
    user = find(claims.user_id)
    if user is None:
        raise TokenError("the user of the token does not exist or is disabled")
    if now >= claims.expires_at:
        raise TokenOutdated("the token has expired")
    if user.generation != claims.generation:
        raise TokenOutdated("the token was revoked")
    return user
