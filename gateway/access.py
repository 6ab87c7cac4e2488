"""Access records: what is told about a call that is over (policies.md section 9.4).

A call leaves a note: the values of a record, some of them together and some still as
they came, so that it costs the call little. `row` makes of it a record, in the order
of FIELDS; absent values are empty. A note holds nothing of the call itself, which may
go at once, unless it was refused or traced.
"""

import time
from collections.abc import Collection
from typing import Any

from gateway.call import NO_API, Call, Step
from gateway.custom_log import custom_text
from gateway.http import RawHeaders, Response, decode_text, size
from gateway.records import Kept, Note
from gateway.signing import covered
from gateway.snapshot import Api, per_api

Row = tuple[Any, ...]
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
    "router_uri",
    "status",
    "bytes_sent",
    "body_bytes_sent",
    "request_length",
    "authorizer_time",
    # To be rounded.
    "request_time",
    # As they came, until a row is made.
    "host",
    "http_user_agent",
    "http_x_forwarded_for",
    # Together in a note, since calls of one API share them.
    "group_id",
    "env_name",
    "api_id",
    "api_name",
    "auth_type",
    "authorizer_id",
    # Who called.
    "app_id",
    "app_name",
    "user_id",
    # Together again, since most calls have none.
    "upstream_uri",
    "upstream_status",
    "upstream_response_time",
    "apig_err_code",
    "error_type",
    "phase",
    "reason",
    "custom_data_log",
)
_SPENT, _RAW = FIELDS.index("request_time"), FIELDS.index("host")
WHERE = _RAW + 3
_NOTHING_MORE = ("", None, None, "", "", "", "", "")


def leave(call: Call, answer: Response) -> None:
    """Put a call that is over on record."""
    spent = time.perf_counter() - call.started
    kept = None
    if call.error is not None or call.trace is not None:
        kept = Kept(call, answer, spent * 1000)
    call.services.records.note(note(call, answer, spent), kept)


def note(call: Call, answer: Response, spent: float) -> Note:
    """What is known of a call that took `spent` s; sizes are in bytes."""
    request, app, body = call.request, call.credential, answer.body
    headers, path = request.headers, request.raw_path
    # A body that is handed on as it comes has not come yet.
    sent = len(body) if isinstance(body, bytes) else 0
    host = headers.first.get(b"host", b"")
    agent = headers.first.get(b"user-agent", b"")
    forwarded = headers.first.get(b"x-forwarded-for", b"")
    if len(path) + len(host) + len(agent) + len(forwarded) > MAX_TEXT:
        path = _cut(path)
        host, agent, forwarded = map(_shortened, (host, agent, forwarded))
    user = call.user.id if call.user else ""
    more = call.error or call.upstream or call.snapshot.settings.custom_logs
    return (
        time.time(),
        call.request_id,
        request.client,
        request.method,
        request.scheme,
        path,
        answer.status,
        _wire(size(answer.headers), answer.headers) + sent,
        sent,
        len(request.method)
        + len(request.raw_path)
        + len(request.query)
        + (request.query != "")
        + _wire(headers.size, headers.raw)
        + len(request.body),
        call.asked,
        spent,
        host,
        agent,
        forwarded,
        _unmatched(call) if call.api is NO_API else _where(call.api),
        (app.id, app.name, user) if app else ("", "", user),
        _more(call) if more else _NOTHING_MORE,
    )


def row(note: Note) -> Row:
    """The record that a note stands for."""
    raw = map(decode_text, note[_RAW:WHERE])
    where, who, more = note[WHERE:]
    return (*note[:_SPENT], round(note[_SPENT], 6), *raw, *where, *who, *more)


@per_api
def _where(api: Api) -> tuple[str, ...]:
    guard = api.authorizer.id if api.authorizer else ""
    return api.group_id, api.stage, api.id, api.name, api.auth_type, guard


def _unmatched(call: Call) -> tuple[str, ...]:
    group = call.group.id if call.group else ""
    return group, _cut(call.stage), "", "", "", ""


def _more(call: Call) -> tuple[Any, ...]:
    """What a backend answered, why the call was refused, what is logged on top."""
    error, upstream = call.error, call.upstream
    return (
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


def _shortened(value: bytes) -> bytes:
    return _cut(decode_text(value)).encode() if len(value) > MAX_TEXT else value


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + CUT
