"""Access records: what is told about a call that is over (policies.md section 9.4).

A record is a row of values, in the order of FIELDS; absent ones are empty. It holds
nothing of the call itself, which may go at once, unless it was refused or traced.
"""

import time
from collections.abc import Collection
from typing import Any

from gateway.call import NO_API, Call, Step
from gateway.custom_log import custom_text
from gateway.http import Headers, RawHeaders, Response, decode_text, size
from gateway.records import Kept, Row
from gateway.signing import covered

# Cut in a record, in characters.
MAX_TEXT = 1024
MAX_BODY = 64 * 1024
CUT = "... (cut)"
HIDDEN = "***"
# Values that let whoever reads them call in somebody else's name.
SECRET = frozenset(
    (
        b"authorization",
        b"cookie",
        b"proxy-authorization",
        b"set-cookie",
        b"x-apig-appcode",
        b"x-auth-token",
        b"x-hw-appkey",
    )
)

FIELDS = (
    "time",
    "request_id",
    "remote_addr",
    "request_method",
    "scheme",
    "host",
    "router_uri",
    "status",
    "request_time",
    "bytes_sent",
    "body_bytes_sent",
    "request_length",
    "http_user_agent",
    "http_x_forwarded_for",
    "group_id",
    "env_name",
    "api_id",
    "api_name",
    "app_id",
    "app_name",
    "user_id",
    "auth_type",
    "authorizer_id",
    "authorizer_time",
    "upstream_uri",
    "upstream_status",
    "upstream_response_time",
    "apig_err_code",
    "error_type",
    "phase",
    "reason",
    "custom_data_log",
)


def note(call: Call, answer: Response) -> None:
    """Put a call that is over on record."""
    spent = time.perf_counter() - call.started
    whole = call.error is not None or call.trace is not None
    kept = Kept(call, answer, spent * 1000) if whole else None
    call.services.records.note(row(call, answer, spent), kept)


def row(call: Call, answer: Response, spent: float) -> Row:
    """The record of a call that took `spent` s; sizes are in bytes."""
    request, api, app = call.request, call.api, call.credential
    error, upstream = call.error, call.upstream
    known = api is not NO_API
    # A body that is handed on as it comes has not come yet.
    sent = len(answer.body) if isinstance(answer.body, bytes) else 0
    return (
        time.time(),
        call.request_id,
        request.client,
        request.method,
        request.scheme,
        _text(request.headers, b"host"),
        _cut(request.raw_path),
        answer.status,
        round(spent, 6),
        _wire(size(answer.headers), answer.headers) + sent,
        sent,
        len(request.method)
        + len(request.target)
        + _wire(request.headers.size, request.headers.raw)
        + len(request.body),
        _text(request.headers, b"user-agent"),
        _text(request.headers, b"x-forwarded-for"),
        call.group.id if call.group else "",
        _cut(call.stage),
        api.id,
        api.name,
        app.id if app else "",
        app.name if app else "",
        call.user.id if call.user else "",
        api.auth_type if known else "",
        api.authorizer.id if api.authorizer else "",
        call.asked,
        _cut(upstream.url) if upstream else "",
        upstream.status if upstream else None,
        round(upstream.seconds, 6) if upstream else None,
        error.code if error else "",
        error.type if error else "",
        call.refused_in,
        _cut(error.reason) if error else "",
        custom_text(call) if call.snapshot.settings.custom_logs else "",
    )


def _wire(texts: int, headers: RawHeaders) -> int:
    """Bytes of a head on the wire, but for its first line: with ": " and line ends."""
    return texts + 4 * len(headers) + 2


def evidence(call: Call) -> str:
    """The request as it came, in HTTP/1.1 form, to explain a refusal and to repeat it.

    What lets others call in its sender's name is left out, unless the signature
    covers it and could not be made again without.
    """
    request = call.request
    signed = covered(request.headers)
    # A signature is no secret: it is for this one request.
    signed |= {b"authorization"} if signed else set()
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [header_line(name, value, signed) for name, value in request.headers]
    body = decode_text(request.body[:MAX_BODY])
    return "\r\n".join((*lines, "", body))


def header_line(
    name: bytes, value: bytes, shown: Collection[bytes] = frozenset()
) -> str:
    """A header in HTTP/1.1 form; a secret one is hidden unless it is to be shown."""
    hidden = name.lower() in SECRET and name not in shown
    text = HIDDEN if hidden else value.decode("latin-1")
    return f"{name.decode('latin-1')}: {text}"


def steps(call: Call) -> list[dict[str, Any]]:
    """The trace of a call as JSON has it."""
    return [step_document(step) for step in call.trace or ()]


def step_document(step: Step) -> dict[str, Any]:
    return {
        "phase": step.phase,
        "decision": step.decision,
        "duration_ms": step.duration_ms,
        "detail": step.detail,
    }


def _text(headers: Headers, name: bytes) -> str:
    value = headers.last.get(name)
    return "" if value is None else _cut(decode_text(value))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + CUT
