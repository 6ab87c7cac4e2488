"""Debug calls: build a request, sign it, run it on a draft or a published API.

Reference: api.md section 7. The user's own Authorization header stays free: the
default signature travels in X-Apig-Authorization, under a key made for the call.
"""

import http
import time
from codecs import getincrementaldecoder
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from console import models, records, traces
from console.compile import Compiler, variables
from console.embedded import embedded
from console.proofs import BY_DEBUGGER, Debugger, Signer, prove
from console.replay.asked import DRAFT, Asked
from gateway import access
from gateway import snapshot as data
from gateway.call import Call
from gateway.http import Headers, RawHeaders, Request, Response
from gateway.policies import app_code, iam_auth

AGENT = b"APIGatewayDebugClient/1.0"
SHOWN_BYTES = 2 * 1024 * 1024
# Good for as long as they are not deleted: not to be kept in a trace.
_SECRETS = (app_code.HEADER, iam_auth.TOKEN_HEADER)
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DebugCall:
    """What the debug page asks for.

    `version` is DRAFT or an environment's name, `host` one of the group's names,
    `user` who debugs.
    """

    api: models.Api
    version: str
    method: str
    scheme: str
    path: str
    query: Pairs
    headers: Pairs
    body: bytes
    host: str
    user: User
    signer: Signer = BY_DEBUGGER
    policies: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Raw request and response, the status, and the duration in ms.

    `binary` is a body that is no text, `type` its content type.
    """

    request: str
    response: str
    status: int
    duration_ms: float
    binary: bytes
    type: str


def run(call: DebugCall) -> models.Trace:
    """Run a call through the gateway's core; ValidationError if it cannot start.

    Gives its trace, which is kept with the calls of functions that belong to it.
    """
    api, debugger = _target(call), Debugger()
    snapshot = debugger.joins(Compiler().snapshot().with_draft(api), api, call.user)
    request = build_request(call)
    signer = call.signer if isinstance(call.signer, str) else call.signer.pk
    asked = Asked.of(
        request, version=call.version, signer=signer, policies=call.policies
    )
    prove(request, call.signer, call.user, api.auth_type, debugger)
    return perform(request, snapshot, asked, debugger)


def perform(
    request: Request, snapshot: data.Snapshot, asked: Asked, debugger: Debugger
) -> models.Trace:
    """Run a proved request on a configuration; `asked` is what it was before that."""
    started = time.perf_counter()
    response, done = embedded().debug(request, snapshot, policies=asked.policies)
    elapsed = (time.perf_counter() - started) * 1000
    records.store_invocations(embedded().records.take())
    records.store_debug_call(_record(asked, done, response, elapsed / 1000, debugger))
    body = response.whole[:SHOWN_BYTES]
    result = Result(
        dump_request(request),
        dump_response(response),
        response.status,
        elapsed,
        b"" if is_text(body) else body,
        _content_type(response),
    )
    return traces.store(asked, result, done)


def build_request(call: DebugCall, host: str = "") -> Request:
    """The unsigned request, as a client would send it."""
    named: RawHeaders = [
        (b"host", (host or call.host).encode()),
        (b"user-agent", AGENT),
        (b"x-apig-mode", b"debug"),
    ]
    named += [(k.lower().encode(), v.encode()) for k, v in call.headers]
    if call.version not in (DRAFT, data.RELEASE):
        named.append((b"x-stage", call.version.encode()))
    if call.body:
        named.append((b"content-length", str(len(call.body)).encode()))
    return Request(
        call.method,
        quote(call.path, safe="/%~!$&'()*+,;=:@"),
        encode_query(call.query),
        Headers(named),
        scheme=call.scheme,
        client="127.0.0.1",
        port=443 if call.scheme == "https" else 80,
        body=call.body,
    )


def encode_query(pairs: Pairs) -> str:
    return "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in pairs)


def dump_request(request: Request) -> str:
    """The request's raw text, headers in the documented order."""
    first = ("Host", "User-Agent")
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    return _dump(lines, request.headers.raw, first, request.body)


def dump_response(response: Response) -> str:
    try:
        phrase = http.HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {response.status} {phrase}".rstrip()]
    return _dump(lines, response.headers, ("Content-Length",), response.whole)


def _record(
    asked: Asked, done: Call, answer: Response, spent: float, debugger: Debugger
) -> dict[str, Any]:
    """The access record of a debug call that took `spent` s."""
    row = access.row(access.note(done, answer, spent))
    found = dict(zip(access.FIELDS, row, strict=True))
    if asked.version == DRAFT:
        found["env_name"] = DRAFT
    if found["app_id"] == debugger.credential.id:
        # It was there for this call only: there is nothing to link to.
        found["app_id"] = ""
    return found


def _target(call: DebugCall) -> data.Api:
    """The draft, or what is published under the chosen name."""
    if call.version == DRAFT:
        if used := sorted(variables.used(call.api.definition())):
            raise ValidationError(
                f"#{used[0]}# has values in environments only: publish the API, and "
                "debug what is live there."
            )
        return Compiler().draft(call.api)
    for api in Compiler().snapshot().apis:
        if api.id == call.api.pk and api.stage == call.version:
            return api
    raise ValidationError(f"{call.api} is not published in {call.version}.")


def _dump(
    lines: list[str], headers: RawHeaders, first: tuple[str, ...], body: bytes
) -> str:
    named = [(_spelled(k), _shown(k, v)) for k, v in headers]
    order = {name: place for place, name in enumerate(first)}
    named.sort(key=lambda pair: (order.get(pair[0], len(first)), pair[0]))
    lines += [f"{name}: {value}" for name, value in named]
    text, cut = f"({len(body):,} bytes that are no text)", ""
    if is_text(body[:SHOWN_BYTES]):
        text = body[:SHOWN_BYTES].decode("utf-8", "ignore")
    if len(body) > SHOWN_BYTES:
        cut = "[TRUNCATED]"
    return "\n".join([*lines, "", text + cut])


def is_text(body: bytes) -> bool:
    """Whether a body, perhaps cut within a character, is UTF-8 that a page can show."""
    try:
        getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return b"\0" not in body


def _shown(name: bytes, value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return f"{text[:1]}****{text[-1:]}" if name in _SECRETS else text


def _content_type(response: Response) -> str:
    named = {name.lower(): value for name, value in response.headers}
    return named.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip()


def _spelled(name: bytes) -> str:
    """`x-MY-header` as `X-My-Header`."""
    return "-".join(part.capitalize() for part in name.decode("latin-1").split("-"))
