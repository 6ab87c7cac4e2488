"""Tokens of apps, as in OAuth 2: given for a key and its secret (auth.md section 2).

`send` is the endpoint, which every group answers at `app_token_uri` while the feature
is on. A token is sealed (Fernet), so every gateway reads what another gave. It ends
with its time, with its credential, and when the secret is reset.
"""

import hashlib
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any

import orjson
from cryptography.fernet import InvalidToken

from gateway.call import Call, parse_query
from gateway.errors import InternalError
from gateway.http import Response
from gateway.snapshot import Credential, TokenIssuer
from gateway.token_errors import (
    AccessTokenExpired,
    AccessTokenInvalid,
    AppTokenClientInvalid,
    AppTokenError,
    AppTokenFormat,
    AppTokenMethod,
    AppTokenOutdated,
    ClientIdMissing,
    ClientSecretMissing,
    GrantTypeMissing,
    GrantTypeUnknown,
    RefreshTokenExpired,
    RefreshTokenInvalid,
    RefreshTokenMissing,
    RefreshTokenOfAnother,
    ThroughDataTooLong,
)

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ACCESS, REFRESH = "access", "refresh"
# Characters; nobody may have us decrypt megabytes.
MOST_TOKEN, MOST_DATA = 4096, 300
_WRONG: Mapping[str, tuple[type[AppTokenError], type[AppTokenError]]] = {
    ACCESS: (AccessTokenInvalid, AccessTokenExpired),
    REFRESH: (RefreshTokenInvalid, RefreshTokenExpired),
}


def send(call: Call, to: TokenIssuer) -> Response:
    """Answer the token endpoint."""
    if call.request.method != "POST":
        raise AppTokenMethod
    given = _parameters(call)
    grant = given.get("grant_type")
    if not grant:
        raise GrantTypeMissing
    if grant not in _GRANTS:
        raise GrantTypeUnknown
    if len(given.get("through_data", "")) > MOST_DATA:
        raise ThroughDataTooLong
    app = _client(call, given)
    _GRANTS[grant](call, given, app)
    call.credential = app
    return _answer(call, app)


def read(call: Call, token: str, kind: str = ACCESS) -> Credential:
    """The credential that a token was given to; AppTokenError."""
    invalid, expired = _WRONG[kind]
    cipher = call.snapshot.settings.app_token_cipher
    if cipher is None or len(token) > MOST_TOKEN:
        raise invalid
    try:
        said: Any = orjson.loads(cipher.decrypt(token.encode()))
        found, app_key, proof, until = said
    except (InvalidToken, ValueError, TypeError):
        raise invalid from None
    if found != f"app {kind}":
        raise invalid(reason="it is a token for something else")
    if call.services.clock() >= until:
        raise expired
    app = call.snapshot.apps.get(app_key)
    if app is None:
        raise AppTokenOutdated
    if not compare_digest(_proof(app), proof):
        raise invalid(reason="the secret was reset since it was given")
    return app


def _parameters(call: Call) -> Mapping[str, str]:
    """What the body says: a form, or an object of texts."""
    kind = (call.request.headers.get(b"content-type") or "").partition(";")[0]
    if kind.strip().lower() == FORM:
        form = parse_query(call.request.body.decode("latin-1"))
        if any(len(values) > 1 for values in form.values()):
            raise AppTokenError(reason="a parameter came more than once")
        return {name: values[0] for name, values in form.items()}
    if kind.strip().lower() != JSON:
        raise AppTokenFormat
    try:
        raw = orjson.loads(call.request.body)
    except orjson.JSONDecodeError:
        raise AppTokenError(reason="the body is not JSON") from None
    if not isinstance(raw, dict) or not all(isinstance(v, str) for v in raw.values()):
        raise AppTokenError(reason="the body is not an object of texts")
    return raw


def _client(call: Call, given: Mapping[str, str]) -> Credential:
    key, secret = given.get("client_id"), given.get("client_secret")
    if not key:
        raise ClientIdMissing
    if not secret:
        raise ClientSecretMissing
    app = call.snapshot.apps.get(key)
    right = app.app_secret if app else ""
    if not compare_digest(right.encode(), secret.encode()) or app is None:
        raise AppTokenClientInvalid
    return app


def _refresh(call: Call, given: Mapping[str, str], app: Credential) -> None:
    token = given.get("refresh_token")
    if not token:
        raise RefreshTokenMissing
    if read(call, token, REFRESH).id != app.id:
        raise RefreshTokenOfAnother


def _nothing(call: Call, given: Mapping[str, str], app: Credential) -> None:
    """Key and secret are enough."""


def _answer(call: Call, app: Credential) -> Response:
    settings = call.snapshot.settings
    body = {
        "access_token": _seal(call, app, ACCESS, settings.app_token_time),
        "token_type": "bearer",
        "expires_in": settings.app_token_time,
        "refresh_token": _seal(call, app, REFRESH, settings.refresh_token_time),
        "refresh_expires_in": settings.refresh_token_time,
        "scope": "default",
    }
    headers = [(b"Content-Type", JSON.encode()), (b"Cache-Control", b"no-store")]
    return Response(200, headers, orjson.dumps(body))


def _seal(call: Call, app: Credential, kind: str, seconds: int) -> str:
    cipher = call.snapshot.settings.app_token_cipher
    if cipher is None:
        raise InternalError(reason="there is no key to seal tokens with")
    until = call.services.clock() + seconds
    said = (f"app {kind}", app.app_key, _proof(app), until)
    return cipher.encrypt(orjson.dumps(said)).decode()


def _proof(app: Credential) -> str:
    """Changes with the secret, and does not tell it."""
    text = f"app_token\0{app.app_key}\0{app.app_secret}".encode()
    return hashlib.sha256(text).hexdigest()


_GRANTS: Mapping[str, Callable[[Call, Mapping[str, str], Credential], None]] = {
    "client_credentials": _nothing,
    "refresh_token": _refresh,
}
