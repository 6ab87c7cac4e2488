"""Functions as backends (reference: api.md section 5, auth.md section 10.8).

The event is a trigger's, of the request that was built for the backend. A function
that fails, or whose reply is none, gives:

    504 APIG.0203   it took too long
    502 APIG.0202   it could not be called: it is off, busy or its process died
    500 APIG.0103   it is gone
    413 APIG.0201   the body is more than a function takes
    500 APIG.0601   it raised an exception, or its reply is not one
"""

import asyncio
import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

import orjson

from gateway.call import Call, Upstream
from gateway.errors import (
    BackendMissing,
    BackendTimeout,
    BackendUnavailable,
    BodyTooLarge,
    GatewayError,
    InternalError,
)
from gateway.events import backend_event
from gateway.functions.pool import Invocation
from gateway.functions.wire import MAX_PAYLOAD
from gateway.http import Response, configured_headers
from gateway.snapshot import FuncInfo, Function

ASYNC = "async"
# What a function may be sent when nobody waits for it (auth.md section 10.4).
ASYNC_BYTES = 256 * 1024
_UNREACHABLE = ("crash", "overload", "disabled")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Calls that nobody waits for; the event loop alone would let them be collected.
_running: set["asyncio.Task[Invocation]"] = set()


class MalformedReply(ValueError):
    """The function's reply is not one a backend may give."""


async def send(call: Call, to: FuncInfo) -> Response:
    """Call the function and give its answer, or at once that it will be called."""
    if to.target is None:
        raise BackendMissing(reason="the backend's function is gone")
    function = to.target.pick()
    event = backend_event(call)
    most = ASYNC_BYTES if to.invocation_type == ASYNC else MAX_PAYLOAD
    if len(event["body"]) > most:
        raise BodyTooLarge(reason=f"functions take {most} bytes, Base64 included")
    if to.invocation_type == ASYNC:
        return _start(call, function, event)
    outcome = await call.invoke(function, event, timeout=to.timeout / 1000)
    status, seconds = 200 if outcome.ok else 500, outcome.duration_ms / 1000
    call.upstream = Upstream(function.qualified_urn, status, seconds)
    _explain(call, function, event, outcome)
    if not outcome.ok:
        raise _failure(outcome, to)
    try:
        return interpret(outcome.result)
    except MalformedReply as error:
        raise InternalError(reason=f"malformed reply: {error}") from None


def interpret(result: str) -> Response:
    """The response in a function's reply; MalformedReply says what is wrong.

    A reply is an object, or the JSON text of one.
    """
    reply = _object(result)
    status = reply.get("statusCode")
    if type(status) is not int or not 200 <= status <= 599:
        raise MalformedReply("statusCode must be a number from 200 to 599")
    body = reply.get("body", "")
    if not isinstance(body, str):
        raise MalformedReply("body must be a string")
    encoded = reply.get("isBase64Encoded", False)
    if not isinstance(encoded, bool):
        raise MalformedReply("isBase64Encoded must be true or false")
    headers = configured_headers(_headers(reply.get("headers")))
    return Response(status, headers, _decoded(body) if encoded else body.encode())


def _start(call: Call, function: Function, event: dict[str, Any]) -> Response:
    """Call a function that nobody waits for, within its own time."""
    task = asyncio.create_task(call.invoke(function, event, timeout=function.timeout))
    _running.add(task)
    task.add_done_callback(_running.discard)
    call.explain(function=function.qualified_urn, event=event, invocation=ASYNC)
    body = orjson.dumps({"request_id": call.request_id})
    return Response(202, [(b"Content-Type", b"application/json")], body)


def _explain(
    call: Call, function: Function, event: dict[str, Any], outcome: Invocation
) -> None:
    call.explain(
        event=event,
        reply=outcome.result,
        log=outcome.log,
        function_ms=round(outcome.duration_ms, 3),
        cold=outcome.cold,
        function=function.qualified_urn,
        code_hash=outcome.code_hash,
    )


def _failure(outcome: Invocation, to: FuncInfo) -> GatewayError:
    if outcome.error_type == "timeout":
        return BackendTimeout(reason=f"the function took over {to.timeout} ms")
    if outcome.error_type in _UNREACHABLE:
        return BackendUnavailable(reason=f"the function failed: {outcome.result}")
    return InternalError(reason=f"the function failed: {outcome.result}")


def _object(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
        if isinstance(value, str):
            value = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise MalformedReply("it is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedReply("it is not a JSON object")
    return value


def _headers(raw: object) -> Iterator[tuple[str, str]]:
    """Each value of each header; a list has several."""
    if raw is not None and not isinstance(raw, dict):
        raise MalformedReply("headers must be an object")
    for name, value in (raw or {}).items():
        if not _NAME.fullmatch(name):
            raise MalformedReply(f"{name!r} is not the name of a header")
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str):
                raise MalformedReply(f"the header {name} must be a string")
            yield name, one


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise MalformedReply("body is not Base64, as isBase64Encoded says") from None
