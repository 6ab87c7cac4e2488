"""Bare applications: the floor of each server, a backend, and an authorizer.

The authorizer is what proxies ask: the signature and the token, the latter's verdict
remembered. It uses this project's own signing, so that the peers lose nothing there.
"""

import hmac
import time
from collections.abc import Callable, Iterable
from typing import Any

from gateway import signing
from gateway.asgi import Receive, Scope, Send
from gateway.http import Headers, Request
from tests.bench.scenario import BODY, KEY, SECRET, TOKEN

_KEYS = {KEY: signing.Key(SECRET.encode())}
_VERDICTS: dict[tuple[str, str], bool] = {}
_TYPE = ("content-type", "application/json")


async def rsgi(scope: Any, protocol: Any) -> None:
    protocol.response_str(200, [_TYPE], BODY)


async def sized(scope: Any, protocol: Any) -> None:
    """As many bytes as the last part of the path says."""
    protocol.response_bytes(200, [_TYPE], b"x" * int(scope.path.rpartition("/")[2]))


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(BODY)),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": BODY.encode()})


def allowed(method: str, target: str, headers: dict[str, str]) -> bool:
    """Both factors of a request."""
    path, _, query = target.partition("?")
    raw = [(k.encode(), v.encode()) for k, v in headers.items()]
    request = Request(method, path, query, Headers(raw))
    try:
        given = signing.parse_authorization(headers.get("authorization"))
        signing.verify(request, given, _KEYS[given.access], time.time())
    except (signing.SignatureError, KeyError):
        return False
    asked = headers.get("token", ""), query
    if asked not in _VERDICTS:
        _VERDICTS[asked] = hmac.compare_digest(asked[0], TOKEN)
    return _VERDICTS[asked]


def wsgi(
    environ: dict[str, Any], start_response: Callable[[str, list[Any]], Any]
) -> Iterable[bytes]:
    """The authorizer: what the proxy was asked for is in its own headers, or here."""
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    method, target = original(headers)
    if not target:
        query = environ.get("QUERY_STRING", "")
        target = f"{environ['PATH_INFO'].removeprefix('/authorize')}?{query}"
    good = allowed(method or environ["REQUEST_METHOD"], target, headers)
    start_response("200 OK" if good else "401 Unauthorized", [("content-length", "0")])
    return [b""]


def original(headers: dict[str, str]) -> tuple[str, str]:
    """Method and target as nginx and Caddy name them; puts the Host back."""
    if host := headers.get("x-original-host") or headers.get("x-forwarded-host"):
        headers["host"] = host
    return (
        headers.get("x-original-method") or headers.get("x-forwarded-method", ""),
        headers.get("x-original-uri") or headers.get("x-forwarded-uri", ""),
    )
