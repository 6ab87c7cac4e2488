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
from gateway.snapshot import Api, Settings

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
    sizes = [len(name) + len(value) for name, value in request.headers.raw]
    if sum(sizes) > most.header_size and (
        max(sizes) > most.header_size or sum(sizes) > most.headers_size
    ):
        raise HeadersTooLarge
    return None


def read_body(call: Call) -> Awaitable[None] | None:
    """Read the body, if there is one, within its size and its time."""
    headers = call.request.headers.last
    if call.request.read is None:
        _check_size(len(call.request.body), call.snapshot.settings)
        return None
    if b"content-length" not in headers and b"transfer-encoding" not in headers:
        return None
    return _read(call.request, call.snapshot.settings)


def _check_size(size: int, most: Settings) -> None:
    if size > most.request_body_size:
        raise BodyTooLarge


async def _read(request: Request, most: Settings) -> None:
    declared = request.headers.last.get(b"content-length", b"0")
    if not declared.isdigit():
        raise BadRequest(reason="Content-Length is not a number")
    # Cut, because int() refuses thousands of digits; what comes is counted anyway.
    _check_size(int(declared[:20]), most)
    try:
        async with asyncio.timeout(most.request_body_timeout / 1000):
            request.body = await _collect(request, most)
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
