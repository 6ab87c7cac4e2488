"""The second factor: a custom authorizer (reference: auth.md section 5)."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.call import Call
from gateway.errors import AuthorizerBroken, AuthorizerDenied, IdentityError
from gateway.events import build_event
from gateway.functions.pool import Invocation
from gateway.http import decode_text
from gateway.snapshot import Api, Authorizer, Function, Identity, Settings

LONG_VALUE = 256
Key = tuple[str | bytes, ...]
_CONTEXT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}\Z")
# The function service itself failed, as opposed to the function's answer.
_UNREACHABLE = ("overload", "crash")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an authorizer decided, and the context it gave."""

    allow: bool
    context: Mapping[str, str]


# What a verdict means for the call: it notes the context, and refuses a denial.
Apply = Callable[[Call, Verdict], None]


class MalformedReply(ValueError):
    """The function's reply is not one an authorizer may give."""


def skips(api: Api) -> str:
    """An API whose only factor is lost is not skipped: it refuses every call."""
    none = api.authorizer is None and api.auth_type != "AUTHORIZER"
    return "the API has no custom authorizer" if none else ""


def authorize(call: Call) -> Awaitable[None] | None:
    """Ask the API's authorizer, or remember what it said."""
    guard = call.api.authorizer
    if guard is None:
        raise AuthorizerBroken(reason="the API has lost its custom authorizer")
    return consult(call, guard, _apply)


def consult(call: Call, guard: Authorizer, apply: Apply) -> Awaitable[None] | None:
    """Find an authorizer's verdict and apply it: at once when it is remembered."""
    function = guard.target.pick() if guard.target else None
    key = _verdict_key(call, guard, function)
    known = call.services.verdicts.get(key) if guard.ttl else None
    if known is None or function is None:
        return _ask(call, guard, function, key, apply)
    call.asked = call.asked or 0.0
    if call.trace is not None:
        left = call.services.verdicts.seconds_left(key)
        call.explain(
            authorizer=guard.name,
            cache="hit",
            seconds_left=round(left, 1),
            function=function.qualified_urn,
            code_hash=function.code_hash,
        )
    _settle(call, known, apply)
    return None


def interpret(result: str, most_bytes: int = Settings.authorizer_reply_size) -> Verdict:
    """The verdict in a function's reply; MalformedReply says what is wrong.

    A reply is an object, or the JSON text of one. `deny` is a denial whatever
    its statusCode (design section 4).
    """
    if len(result.encode()) > most_bytes:
        raise MalformedReply(f"the reply is larger than {most_bytes} bytes")
    reply = _object(result, "the reply")
    body = reply.get("body")
    if not isinstance(body, str):
        raise MalformedReply("body must be a JSON string")
    answer = _object(body, "body")
    status = answer.get("status")
    if status not in ("allow", "deny"):
        raise MalformedReply("status must be allow or deny")
    if status == "allow" and reply.get("statusCode") != 200:
        raise MalformedReply(f"statusCode is {reply.get('statusCode')!r}, not 200")
    return Verdict(status == "allow", _context(answer.get("context")))


async def _ask(
    call: Call, guard: Authorizer, function: Function | None, key: Key, apply: Apply
) -> None:
    if function is None:
        raise AuthorizerBroken(reason=f"authorizer {guard.name} has no live function")
    since = call.services.verdicts.forgotten
    outcome = await _invoke(call, guard, function)
    if guard.auth_downgrade_enabled and outcome.error_type in _UNREACHABLE:
        call.explain(relaxed=f"let through: {outcome.error_type}")
        return
    if not outcome.ok:
        raise AuthorizerBroken(reason=f"the function failed: {outcome.result}")
    try:
        most = call.snapshot.settings.authorizer_reply_size
        verdict = interpret(outcome.result, most)
    except MalformedReply as error:
        raise AuthorizerBroken(reason=f"malformed reply: {error}") from None
    if guard.ttl:
        call.services.verdicts.put(key, verdict, guard.ttl, since)
    _settle(call, verdict, apply)


async def _invoke(call: Call, guard: Authorizer, function: Function) -> Invocation:
    """Call the function, again after a failure as often as the form allows."""
    event = build_event(call, with_body=guard.need_body)
    event["user_data"] = guard.user_data
    for _ in range(guard.retry_attempts + 1):
        outcome = await call.invoke(function, event, timeout=guard.timeout / 1000)
        call.asked = (call.asked or 0.0) + outcome.duration_ms / 1000
        if outcome.ok:
            break
    call.explain(
        authorizer=guard.name,
        cache="miss" if guard.ttl else "off",
        event=event,
        reply=outcome.result,
        log=outcome.log,
        function_ms=round(outcome.duration_ms, 3),
        cold=outcome.cold,
        function=function.qualified_urn,
        code_hash=outcome.code_hash,
    )
    return outcome


def _settle(call: Call, verdict: Verdict, apply: Apply) -> None:
    if call.trace is not None:
        call.explain(
            status="allow" if verdict.allow else "deny", context=dict(verdict.context)
        )
    apply(call, verdict)


def _apply(call: Call, verdict: Verdict) -> None:
    call.frontend = verdict.context
    if not verdict.allow:
        raise AuthorizerDenied(reason="the authorizer answered deny")


def _verdict_key(call: Call, guard: Authorizer, function: Function | None) -> Key:
    """What a verdict is remembered by: the code that gives it, and the identity.

    Long identity values enter as digests, since callers choose their length.
    """
    scope = call.api.verdict_scopes[guard.id]
    key: list[str | bytes] = [scope, function.key if function else ""]
    for source in guard.identities:
        value = _identity_value(call, source)
        key.append(value if len(value) <= LONG_VALUE else _digest(value))
    return tuple(key)


def _digest(value: str) -> bytes:
    """Bytes, so that no text a caller sends can equal it."""
    return hashlib.sha256(value.encode("utf-8", "surrogateescape")).digest()


def _identity_value(call: Call, source: Identity) -> str:
    """The first value of an identity source; IdentityError without one."""
    value: str | None = None
    if source.location == "QUERY":
        if values := call.query.get(source.name):
            value = values[0]
    elif (raw := call.request.headers.first.get(source.header)) is not None:
        value = decode_text(raw)
    if value is None:
        raise IdentityError(reason=f"the identity source is missing: {source}")
    if source.pattern and not source.pattern.search(value):
        raise IdentityError(reason=f"it does not match its validation: {source}")
    return value


def _object(text: str, what: str) -> dict[str, Any]:
    """The JSON object in a text that may itself be a JSON string of one."""
    try:
        value = orjson.loads(text)
        if isinstance(value, str):
            value = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise MalformedReply(f"{what} is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedReply(f"{what} is not a JSON object")
    return value


def _context(raw: object) -> dict[str, str]:
    """A flat map of texts, numbers and booleans, as texts."""
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        raise MalformedReply("context must be an object")
    for name, value in raw.items():
        if not _CONTEXT_KEY.match(name):
            raise MalformedReply(f"context has the key {name!r}")
        if not isinstance(value, str | int | float):
            raise MalformedReply(f"context.{name} must be a string")
    return {name: _text(value) for name, value in raw.items()}


def _text(value: str | int | float) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
