"""Key sets that tokens are verified with: JWKS, fixed or fetched (RFC 7517).

Only public RSA and EC keys count. A token is verified with the key its `kid` names,
and with algorithms of that key's own kind: what a token says of itself cannot make
an RSA key into an HMAC secret.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import jwt
import orjson
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from gateway.client import Client
from gateway.fetch import FetchError, Pairs, fetch

ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512"),
    "EC": ("ES256", "ES384", "ES512"),
}
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
MAX_TEXT = 50 * 1024
# Seconds: how long fetched keys are used, and between two looks for an unknown one.
FRESH, AGAIN = 300.0, 10.0
log = logging.getLogger(__name__)


class TokenRefused(ValueError):
    """The token is not a valid one; the text says why."""


class KeysMissing(Exception):
    """There are no keys to verify with."""


class Keys:
    """Public keys by their ids."""

    def __init__(self, raw: object) -> None:
        """ValueError when it is no JWKS with a usable key."""
        listed = raw.get("keys") if isinstance(raw, dict) else None
        if not isinstance(listed, list):
            raise ValueError("a JWKS has a list of keys")
        self._keys = [key for item in listed if (key := _key(item))]
        if not self._keys:
            raise ValueError("it has no public RSA or EC key for signatures")

    @classmethod
    def of(cls, text: str | bytes) -> "Keys":
        if len(text) > MAX_TEXT:
            raise ValueError(f"a JWKS has at most {MAX_TEXT} bytes")
        try:
            return cls(orjson.loads(text))
        except orjson.JSONDecodeError:
            raise ValueError("it is not JSON") from None

    @classmethod
    def pem(cls, text: str) -> "Keys":
        """The one key in a PEM text."""
        for kind, algorithm in (("RSA", RSAAlgorithm), ("EC", ECAlgorithm)):
            made: Any = algorithm(algorithm.SHA256)
            try:
                key = made.prepare_key(text)
            except (ValueError, TypeError, jwt.InvalidKeyError):
                continue
            if hasattr(key, "public_key"):
                raise ValueError("it is a private key; give the public one")
            found = cls.__new__(cls)
            found._keys = [(None, _allowed(kind, key), key)]
            return found
        raise ValueError("it is not a public RSA or EC key in PEM")

    def verify(
        self, token: str, *, only: tuple[str, ...] = (), **checks: Any
    ) -> dict[str, Any]:
        """The claims of a token signed with one of the keys; TokenRefused.

        `only` narrows the algorithms further.
        """
        try:
            head = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise TokenRefused(str(error)) from None
        algorithms, key = self._find(head.get("kid"))
        if only:
            algorithms = tuple(a for a in algorithms if a in only)
        if head.get("alg") not in algorithms:
            raise TokenRefused("its algorithm is not one of the key's")
        try:
            return jwt.decode(token, key, algorithms=list(algorithms), **checks)
        except jwt.InvalidTokenError as error:
            raise TokenRefused(str(error)) from None

    def knows(self, token: str) -> bool:
        """Whether the key that a token names is here; True if that cannot be said."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError:
            return True
        return kid is None or any(known == kid for known, _, _ in self._keys)

    def _find(self, kid: object) -> tuple[tuple[str, ...], Any]:
        if kid is None:
            if len(self._keys) > 1:
                raise TokenRefused("it names no key, and there are several")
            return self._keys[0][1:]
        for known, algorithms, key in self._keys:
            if known == kid or (known is None and len(self._keys) == 1):
                return algorithms, key
        raise TokenRefused("it names a key that is not there")


def _key(item: object) -> tuple[str | None, tuple[str, ...], Any] | None:
    """Id, algorithms and key of a JWK; None for one that is of no use here."""
    if not isinstance(item, dict) or item.get("kty") not in ALGORITHMS:
        return None
    if item.get("use") not in (None, "sig") or "d" in item:
        return None
    try:
        key = jwt.PyJWK(item).key
    except jwt.PyJWTError:
        return None
    algorithms = _allowed(item["kty"], key)
    named = item.get("alg")
    if named is not None:
        algorithms = (named,) if named in algorithms else ()
    return (item.get("kid"), algorithms, key) if algorithms else None


def _allowed(kind: str, key: Any) -> tuple[str, ...]:
    """A curve has one algorithm; an RSA key too short for any has none."""
    if kind == "RSA":
        return ALGORITHMS["RSA"] if key.key_size >= 2048 else ()
    names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
    algorithm = _CURVES.get(names.get(key.curve.name, ""))
    return (algorithm,) if algorithm else ()


class FetchedKeys:
    """Keys at an address: fetched when needed, kept while their source is away."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float,
        fresh: float = FRESH,
        headers: Pairs = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._timeout, self._fresh = url, timeout, fresh
        self._headers, self._clock = headers, clock
        self._keys: Keys | None = None
        self._looked = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, client: Client, token: str) -> Keys:
        """The keys, looked for again if they are old or lack the token's."""
        if self._due(token):
            async with self._lock:
                if self._due(token):
                    await self._fetch(client)
        if self._keys is None:
            raise KeysMissing(f"there is no key set at {self._url}")
        return self._keys

    async def close(self) -> None:
        pass

    def _due(self, token: str) -> bool:
        """Callers cannot make it look more often, whatever keys they name."""
        age = self._clock() - self._looked
        if self._keys is None or not self._keys.knows(token):
            return age >= (AGAIN if self._keys else 1.0)
        return age >= self._fresh

    async def _fetch(self, client: Client) -> None:
        self._looked = self._clock()
        try:
            reply = await fetch(
                client,
                "GET",
                self._url,
                headers=self._headers,
                timeout=self._timeout,
                most=MAX_TEXT,
            )
            if reply.status != 200:
                raise ValueError(f"status {reply.status}")
            self._keys = Keys.of(reply.body)
        except (FetchError, ValueError) as error:
            log.warning("the key set at %s cannot be had: %s", self._url, error)
