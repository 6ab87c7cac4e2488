"""What an OpenID Connect provider is asked: who it is, its keys, and for tokens."""

import asyncio
import base64
import hashlib
import time
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from gateway.client import Client
from gateway.errors import OidcDiscoveryFailed, OidcTokenRefused
from gateway.fetch import FetchError, fetch
from gateway.policies.keys import FetchedKeys, Keys, KeysMissing, TokenRefused
from gateway.state.memory import ExpiringCache

TIMEOUT = 5.0
ALGORITHMS = ("RS256", "RS384", "RS512")
# Verified tokens that are remembered, and for how many seconds at most: as long as a
# key is trusted without a look.
REMEMBERED, REMEMBER = 1000, 300.0


class TradeFailed(Exception):
    """The provider gave no tokens; the text says why."""


class Provider:
    """What a provider says of itself, fetched once it is needed."""

    def __init__(self, address: str, client_id: str, client_secret: str) -> None:
        self._address = address
        self._pair = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
        self._known: dict[str, Any] = {}
        self._keys: FetchedKeys | None = None
        self._verified = ExpiringCache(REMEMBERED)
        self._renewals: dict[str, asyncio.Task[Any]] = {}

    async def about(self, client: Client) -> dict[str, Any]:
        """The discovery document; OidcDiscoveryFailed without one."""
        if not self._known:
            try:
                reply = await fetch(client, "GET", self._address, timeout=TIMEOUT)
                found = orjson.loads(reply.body)
                wanted = ("issuer", "authorization_endpoint", "token_endpoint")
                if not all(isinstance(found[name], str) for name in wanted):
                    raise ValueError("it lacks an address")
            except (FetchError, ValueError, KeyError, TypeError) as error:
                raise OidcDiscoveryFailed(reason=f"{self._address}: {error}") from None
            self._known = found
        return self._known

    async def verify(
        self,
        client: Client,
        token: str,
        own: Keys | None,
        *,
        audience: str = "",
        remember: bool = False,
    ) -> dict[str, Any]:
        """The claims of a token of this provider; OidcTokenRefused.

        `own` is a key that goes before the provider's. What is remembered is taken
        again without a look at its signature, until it expires.
        """
        digest = hashlib.sha256(f"{audience}\0{token}".encode()).digest()
        known: dict[str, Any] | None = self._verified.get(digest) if remember else None
        if known is not None:
            return known
        about = await self.about(client)
        keys = own or await self._provider_keys(client, token)
        checks: dict[str, Any] = {"issuer": about["issuer"]}
        options = {"verify_aud": bool(audience), "require": ["exp"]}
        if audience:
            checks["audience"] = audience
        try:
            claims = keys.verify(token, options=options, only=ALGORITHMS, **checks)
        except TokenRefused as error:
            raise OidcTokenRefused(reason=f"the token is refused: {error}") from None
        if remember:
            left = float(claims["exp"]) - time.time()
            self._verified.put(digest, claims, min(REMEMBER, left))
        return claims

    async def tokens(self, client: Client, form: Mapping[str, str]) -> dict[str, Any]:
        """What the token endpoint gives for a form; TradeFailed."""
        about = await self.about(client)
        basic = "Basic " + base64.b64encode(self._pair.encode()).decode()
        try:
            reply = await fetch(
                client,
                "POST",
                about["token_endpoint"],
                headers=[
                    ("Authorization", basic),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Accept", "application/json"),
                ],
                body=urlencode(form).encode(),
                timeout=TIMEOUT,
            )
            found = orjson.loads(reply.body)
            if reply.status != 200:
                raise ValueError(f"status {reply.status}")
            if not isinstance(found["access_token"], str):
                raise ValueError("it gave no token")
        except (FetchError, ValueError, KeyError, TypeError) as error:
            raise TradeFailed(str(error)) from None
        tokens: dict[str, Any] = found
        return tokens

    async def once(self, name: str, renew: Coroutine[Any, Any, Any]) -> Any:
        """What a renewal gives; those who ask for the same meanwhile share it."""
        running = self._renewals.get(name)
        if running is None:
            running = asyncio.get_running_loop().create_task(renew)
            self._renewals[name] = running
            running.add_done_callback(lambda _: self._renewals.pop(name, None))
        else:
            renew.close()
        return await asyncio.shield(running)

    async def close(self) -> None:
        running = tuple(self._renewals.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _provider_keys(self, client: Client, token: str) -> Keys:
        about = await self.about(client)
        if self._keys is None:
            self._keys = FetchedKeys(str(about.get("jwks_uri")), timeout=TIMEOUT)
        try:
            return await self._keys.get(client, token)
        except KeysMissing as error:
            raise OidcDiscoveryFailed(reason=str(error)) from None
