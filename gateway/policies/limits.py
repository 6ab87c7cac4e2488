"""Protocol and size limits (reference: auth.md sections 6 and 9)."""

import asyncio
from collections.abc import Awaitable

from gateway.call import Call
from gateway.errors import (
    BadRequest,
    BodyTooLarge,
    HeadersTooLarge,
    ProtocolNotSupported,
    RequestTimeout,
    UriTooLarge,
)
from gateway.http import Request, Response
from gateway.policies import breaker, kafka_log, proxy_mirror, signature, third_auth
from gateway.signing import CONTENT_HEADER, UNSIGNED
from gateway.snapshot import Api, BackendApi, Settings, per_api

_SCHEMES = {"HTTP": "http", "HTTPS": "https"}


def skips_protocol(api: Api) -> str:
    return "the API takes HTTP and HTTPS" if api.req_protocol == "BOTH" else ""


def check_protocol(call: Call) -> Response | None:
    """Refuse plain HTTP where the API wants HTTPS, and the reverse."""
    allowed = _SCHEMES[call.api.req_protocol]
    if call.request.scheme != allowed:
        raise ProtocolNotSupported(allowed)
    return None


def check_head(call: Call) -> Response | None:
    """Refuse a request line or headers over the limits."""
    request, most = call.request, call.snapshot.settings
    if len(request.raw_path) + len(request.query) > most.uri_size:
        raise UriTooLarge
    # Together they are seldom as large as one may be.
    if request.headers.size > most.safe_header_size:
        _check_headers(request, most)
    return None


def _check_headers(request: Request, most: Settings) -> None:
    sizes = [len(name) + len(value) for name, value in request.headers.raw]
    if max(sizes) > most.header_size or sum(sizes) > most.headers_size:
        raise HeadersTooLarge


def read_body(call: Call) -> Awaitable[None] | None:
    """Read the body within its size and its time, unless it can wait.

    A body that no phase looks at stays unread (`request.read`), until its backend
    takes it piece by piece.
    """
    request, most = call.request, call.snapshot.settings
    headers = request.headers.first
    if request.read is None:
        _check_size(len(request.body), most)
        return None
    if b"content-length" not in headers and b"transfer-encoding" not in headers:
        request.read = None
        return None
    _check_declared(request, most)
    if _streams(call.api) and not _is_signed(call):
        call.explain(body="handed on as it comes")
        return None
    return _read(request, most)


# Policies that may need a body whole.
_READERS = (kafka_log, proxy_mirror, signature, third_auth)


@per_api
def _streams(api: Api) -> bool:
    """Whether the backends take a body as it comes, and no function needs it."""
    ends = (api.backend, *(policy.backend for policy in api.policies))
    guards = (api.authorizer, *(end.authorizer for end in ends))
    return (
        all(isinstance(end.to, BackendApi) for end in ends)
        and not any(guard is not None and guard.need_body for guard in guards)
        and not breaker.stands_in(api)
        and not any(policy.needs_body(api) for policy in _READERS)
    )


def _is_signed(call: Call) -> bool:
    """Whether a signature may cover the body."""
    unsigned = call.request.headers.get(CONTENT_HEADER) == UNSIGNED
    return call.api.auth_type not in ("NONE", "AUTHORIZER") and not unsigned


def _check_size(size: int, most: Settings) -> None:
    if size > most.request_body_size:
        raise BodyTooLarge


def _check_declared(request: Request, most: Settings) -> None:
    declared = request.headers.first.get(b"content-length", b"0")
    if not declared.isdigit():
        raise BadRequest(reason="Content-Length is not a number")
    # Cut, because int() refuses thousands of digits; what comes is counted anyway.
    _check_size(int(declared[:20]), most)


async def _read(request: Request, most: Settings) -> None:
    try:
        async with asyncio.timeout(most.request_body_timeout / 1000):
            request.body = await _collect(request, most)
            request.read = None
    except TimeoutError:
        raise RequestTimeout from None


async def _collect(request: Request, most: Settings) -> bytes:
    assert request.read is not None
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        piece, more = await request.read()
        pieces.append(piece)
        size += len(piece)
        _check_size(size, most)
    return b"".join(pieces)
