"""Values of one HTTP exchange: Headers, Request, Response.

Header names and values are bytes as they came from the wire (names lower-case,
as ASGI gives them); a value read as text is latin-1, so no byte is ever lost.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from ssl import SSLObject
from typing import Protocol

RawHeaders = list[tuple[bytes, bytes]]
ReadBody = Callable[[], Awaitable[tuple[bytes, bool]]]

# Statuses whose responses have no body.
BODILESS = (204, 304)
# Headers of the server's own: they frame the message or name the request.
_RESERVED = (
    b"connection",
    b"content-length",
    b"server",
    b"transfer-encoding",
    b"x-request-id",
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


class ClientGone(ConnectionError):
    """The client closed its connection before its request was complete."""


class BodyBroken(ConnectionError):
    """A response body that ended before its end, when its head was sent already."""


class Stream(Protocol):
    """A body that comes piece by piece; BodyBroken when the rest will not come.

    Whoever takes a response closes its stream, read to the end or not.
    """

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def close(self) -> None: ...


class Tunnel(ABC):
    """The other end of a connection that has been upgraded; its bytes are a stream."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[bytes]: ...

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send bytes there, however many wait already."""

    @property
    @abstractmethod
    def full(self) -> bool:
        """Whether enough of them wait; `drain` returns once they do no more."""

    @abstractmethod
    async def drain(self) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


def size(headers: RawHeaders) -> int:
    """Bytes of all names and values."""
    total = 0
    for name, value in headers:
        total += len(name) + len(value)
    return total


class Headers:
    """Received headers: `first` has the first value of each, `getlist` all of one.

    `repeated` says that some name came more than once, `size` is the bytes of all
    names and values.
    """

    __slots__ = ("raw", "first", "repeated", "size")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self.raw: RawHeaders = list(raw)
        self.first: dict[bytes, bytes] = dict(self.raw)
        self.repeated = len(self.first) != len(self.raw)
        if self.repeated:
            self.first |= reversed(self.raw)
        # Added up once: both the limits and the record ask for it.
        self.size = size(self.raw)

    def get(self, name: bytes) -> str | None:
        """The first value of a header as latin-1 text, or None."""
        found = self.first.get(name)
        return None if found is None else found.decode("latin-1")

    def getlist(self, name: bytes) -> list[str]:
        return [v.decode("latin-1") for k, v in self.raw if k == name]

    def __contains__(self, name: bytes) -> bool:
        return name in self.first

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)


class Request:
    """One request as received.

    `raw_path` and `query` are still percent-encoded text; `client` is the TCP
    peer's address; `read` gives the next piece of the body and whether more
    follows, and is None when all of it is in `body`. `tls` is the connection's TLS,
    where it ends here. `gone`, when somebody has set it, is called if the client
    leaves before it has its answer.
    """

    __slots__ = (
        "method",
        "scheme",
        "raw_path",
        "query",
        "headers",
        "client",
        "port",
        "read",
        "body",
        "tls",
        "gone",
    )

    def __init__(
        self,
        method: str,
        raw_path: str,
        query: str,
        headers: Headers,
        *,
        scheme: str = "http",
        client: str = "",
        port: int = 0,
        read: ReadBody | None = None,
        body: bytes = b"",
        tls: SSLObject | None = None,
    ) -> None:
        self.method = method
        self.scheme = scheme
        self.raw_path = raw_path
        self.query = query
        self.headers = headers
        self.client = client
        self.port = port
        self.read = read
        self.body = body
        self.tls = tls
        self.gone: Callable[[], object] | None = None

    @property
    def target(self) -> str:
        """Path and query as they came."""
        return f"{self.raw_path}?{self.query}" if self.query else self.raw_path


class Handshake(Request):
    """A request for a WebSocket, over a connection that can become one.

    It may be answered with 101 and a Tunnel.
    """

    __slots__ = ()


class Response:
    """What is sent back: status, headers in wire spelling, the body.

    A body in bytes gets its length when it is sent; a stream goes with the headers
    as they are, in chunks if they do not say its length.
    """

    __slots__ = ("status", "headers", "body")

    def __init__(self, status: int, headers: RawHeaders, body: bytes | Stream) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def whole(self) -> bytes:
        """The body of a response that is no stream."""
        assert isinstance(self.body, bytes)
        return self.body

    def with_headers(self, headers: RawHeaders) -> "Response":
        """The same answer under other headers; one answer may serve many calls."""
        return Response(self.status, headers, self.body)


async def gathered(response: Response, most: int) -> Response:
    """The response with its body in bytes, cut once it is longer than `most`."""
    body = response.body
    if isinstance(body, bytes):
        return response
    pieces, size = [], 0
    try:
        async for piece in body:
            pieces.append(piece)
            size += len(piece)
            if size > most:
                break
    finally:
        body.close()
    return Response(response.status, response.headers, b"".join(pieces))


def configured_headers(pairs: Iterable[tuple[str, str]]) -> RawHeaders:
    """Response headers from configuration, as JSON unless they say otherwise.

    None of them can end its own line, or reframe the message.
    """
    named = [(k.encode(), clean_value(v)) for k, v in pairs]
    kept = [(k, v) for k, v in named if k.lower() not in _RESERVED]
    if not any(k.lower() == b"content-type" for k, _ in kept):
        kept.append((b"Content-Type", b"application/json"))
    return kept


def clean_value(text: str) -> bytes:
    """A header value that cannot end its own line."""
    return _CONTROLS.sub(b" ", text.encode())


def decode_text(raw: bytes) -> str:
    """UTF-8 where it is UTF-8, else one character per byte: never fails."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
