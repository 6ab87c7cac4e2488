"""What a connection may send: its limits, and what makes a head acceptable."""

import uuid
from dataclasses import dataclass

from gateway.errors import BadRequest, GatewayError, render
from gateway.http import Headers, Response


@dataclass(frozen=True)
class Limits:
    """What one server accepts: sizes in bytes, times in seconds.

    `unsent` is how long a peer may leave what was sent to it unread, `linger` how
    long a refused one may still send, `drain` how long a stop waits for answers.
    """

    uri: int = 32 * 1024
    header: int = 32 * 1024
    headers: int = 128 * 1024
    connections: int = 10_000
    head: float = 10.0
    keep_alive: int = 75
    unsent: float = 60.0
    linger: float = 2.0
    drain: int = 8


def check_head(target: bytes, version: str, method: str, head: Headers) -> bytes:
    """The request target in origin form; BadRequest for what RFC 9112 forbids."""
    check_framing(version, method, head)
    return target if target.startswith(b"/") else _origin_form(target)


def check_framing(version: str, method: str, head: Headers) -> None:
    """BadRequest for what RFC 9112 forbids and a parser lets pass."""
    if version not in ("1.1", "1.0") or method == "CONNECT":
        raise BadRequest
    if b"host" not in head.first:
        if version == "1.1":
            raise BadRequest
    elif head.repeated and len(head.getlist(b"host")) > 1:
        raise BadRequest
    if b"transfer-encoding" in head.first and not _is_chunked(version, head):
        raise BadRequest


def refusal(error: GatewayError) -> Response:
    """The answer to what never became a call."""
    request_id = uuid.uuid4().hex
    response = render(error, {}, {"requestId": request_id})
    headers = [
        *response.headers,
        (b"Content-Length", str(len(response.whole)).encode()),
        (b"X-Request-Id", request_id.encode()),
        (b"Server", b"api-gateway"),
    ]
    return Response(response.status, headers, response.body)


def _is_chunked(version: str, head: Headers) -> bool:
    codings = [coding.lower() for coding in head.getlist(b"transfer-encoding")]
    return version == "1.1" and codings == ["chunked"]


def _origin_form(target: bytes) -> bytes:
    """Path and query of an absolute-form target; BadRequest for any other form.

    `*` stays: it names no API, and the router says so.
    """
    scheme, separator, rest = target.partition(b"://")
    if target == b"*":
        return target
    if not separator or scheme.lower() not in (b"http", b"https"):
        raise BadRequest
    authority = rest.partition(b"/")[0].partition(b"?")[0]
    path = rest[len(authority) :]
    return path if path.startswith(b"/") else b"/" + path
