"""Other proofs of an app than a signature, each switched on for the whole gateway.

Reference: auth.md section 2. A request that tries one of them and fails is refused;
one that tries none has to be signed. They carry a secret or something as good as one,
so they are as safe as the connection, and no backend gets to see them.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from hmac import compare_digest

from gateway.call import Call
from gateway.errors import AppAuthError, AppSecretInvalid
from gateway.http import Response
from gateway.policies import app_token, carry
from gateway.snapshot import Api, Credential

NAMES = ("app_basic", "app_token", "app_secret", "app_api_key", "app_jwt")


def skips(api: Api) -> str:
    return "" if api.app_auths else "no other app authentication is switched on"


def check(call: Call) -> Response | None:
    """Find the credential by the first of the ways that the request tries."""
    if call.credential is not None:
        return call.skip("the AppCode was right")
    for name in NAMES:
        if name in call.api.app_auths:
            found = _WAYS[name](call)
            if found is not None:
                call.credential = found
                if call.trace is not None:
                    call.explain(credential=found.name, by=name)
                return None
    return call.skip("the request tries none of those switched on")


def _basic(call: Call) -> Credential | None:
    """`Authorization: Basic base64(AppKey:AppSecret)`."""
    sent = call.request.headers.first.get(b"authorization") or b""
    scheme, _, text = sent.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        key, _, secret = base64.b64decode(text.strip(), validate=True).partition(b":")
    except binascii.Error:
        raise AppSecretInvalid(reason="Authorization is not Base64") from None
    found = _known(call, key, secret)
    carry.of(call).hidden.add(b"authorization")
    return found


def _token(call: Call) -> Credential | None:
    """`Authorization: Bearer access_token`."""
    sent = call.request.headers.get(b"authorization") or ""
    scheme, _, token = sent.partition(" ")
    if scheme.lower() != "bearer":
        return None
    found = app_token.read(call, token.strip())
    carry.of(call).hidden.add(b"authorization")
    return found


def _secret(call: Call) -> Credential | None:
    """`X-HW-ID: AppKey` and `X-HW-AppKey: AppSecret`."""
    key = call.request.headers.first.get(b"x-hw-id")
    secret = call.request.headers.first.get(b"x-hw-appkey")
    return None if key is None or secret is None else _known(call, key, secret)


def _api_key(call: Call) -> Credential | None:
    """`apikey`, a header or a query parameter."""
    sent = call.request.headers.get(b"apikey")
    key = sent or next(iter(call.query.get("apikey", ())), None)
    if key is None:
        return None
    found = call.snapshot.apps.get(key)
    if found is None:
        raise AppAuthError(f"app not found, appkey {key}")
    carry.of(call).hidden.add(b"apikey")
    carry.of(call).queries.add("apikey")
    return found


def _digest(call: Call) -> Credential | None:
    """`Timestamp`, and the SHA-256 of AppKey, AppSecret and it.

    The request does not say whose it is: those that may call the API are tried.
    """
    headers, settings = call.request.headers, call.snapshot.settings
    stamp = headers.get(b"timestamp")
    name = settings.app_jwt_header.lower().encode()
    sent = headers.first.get(name)
    if stamp is None or sent is None or sent.startswith(b"SDK-HMAC-SHA256"):
        return None
    _check_time(stamp, call.services.clock(), settings.signature_skew / 1000)
    for app in call.snapshot.credentials:
        if app.id in call.api.credentials:
            text = f"{app.app_key}{app.app_secret}{stamp}".encode()
            right = hashlib.sha256(text).hexdigest().encode()
            if compare_digest(right, sent.lower()):
                carry.of(call).hidden.add(name)
                return app
    raise AppAuthError("verify signature fail")


def _check_time(stamp: str, now: float, skew: float) -> None:
    # Seconds or milliseconds; cut, because int() refuses thousands of digits.
    if not stamp.isascii() or not stamp.isdigit():
        raise AppAuthError("the timestamp is not a number")
    moment = int(stamp[:16]) / (1000 if len(stamp) > 11 else 1)
    if abs(now - moment) > skew:
        raise AppAuthError(
            f"signature expired, signature time:{stamp},server time:{int(now)}"
        )


def _known(call: Call, key: bytes, secret: bytes) -> Credential:
    found = call.snapshot.apps.get(key.decode("latin-1"))
    right = found.app_secret.encode() if found else b""
    if not compare_digest(right, secret) or found is None:
        raise AppSecretInvalid
    return found


_WAYS: dict[str, Callable[[Call], Credential | None]] = {
    "app_basic": _basic,
    "app_token": _token,
    "app_secret": _secret,
    "app_api_key": _api_key,
    "app_jwt": _digest,
}
