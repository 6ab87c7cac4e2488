"""Debug calls: build a request, sign it, run it on a draft or a published API.

Reference: api.md section 7. The user's own Authorization header stays free: the
default signature travels in X-Apig-Authorization, under a key made for the call.
"""

import http
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from django.core.exceptions import ValidationError

from console import models, records, traces
from console.compile import Compiler
from console.embedded import embedded
from gateway import signing
from gateway import snapshot as data
from gateway.http import Headers, RawHeaders, Request, Response
from gateway.policies.app_auth import DEBUG_HEADER

AGENT = b"APIGatewayDebugClient/1.0"
SHOWN_BYTES = 2 * 1024 * 1024
DRAFT = "draft"
# How a call is signed, besides by one of the credentials.
BY_DEBUGGER = "debugger"
BY_NOBODY = "nobody"
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DebugCall:
    """What the debug page asks for.

    `version` is DRAFT or an environment's name, `signer` a credential, BY_DEBUGGER
    or BY_NOBODY (then an Authorization header is the user's own affair).
    """

    api: models.Api
    version: str
    method: str
    scheme: str
    path: str
    query: Pairs
    headers: Pairs
    body: bytes
    signer: models.Credential | str = BY_DEBUGGER
    policies: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Raw request and response, the status, and the duration in ms."""

    request: str
    response: str
    status: int
    duration_ms: float


def run(call: DebugCall) -> models.Trace:
    """Run a call through the gateway's core; ValidationError if it cannot start.

    Gives its trace, which is kept with the calls of functions that belong to it.
    """
    api = _target(call)
    identity = data.Credential(
        secrets.token_hex(16),
        "debug client",
        secrets.token_hex(16),
        secrets.token_hex(16),
    )
    api = replace(api, credentials=api.credentials | {identity.id})
    snapshot = Compiler().snapshot().with_draft(api, identity)
    request = _signed(call, build_request(call), identity)
    started = time.perf_counter()
    response, trace = embedded().debug(request, snapshot, policies=call.policies)
    elapsed = (time.perf_counter() - started) * 1000
    records.store_invocations(embedded().records.take())
    result = Result(
        dump_request(request), dump_response(response), response.status, elapsed
    )
    return traces.store(call, result, _request_id(response), trace)


def build_request(call: DebugCall, host: str = "") -> Request:
    """The unsigned request, as a client would send it."""
    named: RawHeaders = [
        (b"host", (host or call.api.group.sl_domain).encode()),
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
    query = f"?{request.query}" if request.query else ""
    first = ("Host", "User-Agent")
    lines = [f"{request.method} {request.raw_path}{query} HTTP/1.1"]
    return _dump(lines, request.headers.raw, first, request.body)


def dump_response(response: Response) -> str:
    try:
        phrase = http.HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {response.status} {phrase}".rstrip()]
    return _dump(lines, response.headers, ("Content-Length",), response.whole)


def _target(call: DebugCall) -> data.Api:
    """The draft, or what is published under the chosen name."""
    if call.version == DRAFT:
        return Compiler().draft(call.api)
    for api in Compiler().snapshot().apis:
        if api.id == call.api.pk and api.stage == call.version:
            return api
    raise ValidationError(f"{call.api} is not published in {call.version}.")


def _signed(call: DebugCall, request: Request, debugger: data.Credential) -> Request:
    """The request with a signature, if somebody is to sign it."""
    if call.signer == BY_NOBODY or call.api.auth_type != models.Api.Auth.APP:
        return request
    name, key, header = debugger.app_key, debugger.key, DEBUG_HEADER
    if isinstance(call.signer, models.Credential):
        name, key = call.signer.app_key, signing.Key(call.signer.app_secret.encode())
        header = b"authorization"
    dated, (_, proof) = signing.sign(request, name, key, time.time())
    request.headers = Headers([*request.headers, dated, (header, proof)])
    return request


def _dump(
    lines: list[str], headers: RawHeaders, first: tuple[str, ...], body: bytes
) -> str:
    named = [(_spelled(k), v.decode("utf-8", "replace")) for k, v in headers]
    order = {name: place for place, name in enumerate(first)}
    named.sort(key=lambda pair: (order.get(pair[0], len(first)), pair[0]))
    lines += [f"{name}: {value}" for name, value in named]
    text = body[:SHOWN_BYTES].decode("utf-8", "replace")
    cut = "[TRUNCATED]" if len(body) > SHOWN_BYTES else ""
    return "\n".join([*lines, "", text + cut])


def _request_id(response: Response) -> str:
    return dict(response.headers)[b"X-Request-Id"].decode()


def _spelled(name: bytes) -> str:
    """`x-MY-header` as `X-My-Header`."""
    return "-".join(part.capitalize() for part in name.decode("latin-1").split("-"))
