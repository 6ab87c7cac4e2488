"""Compressed answers, where the gateway parameter `gzip` is on (policies.md 11).

Only for callers that take gzip, only kinds of text, and only bodies over 1 KB. What
comes piece by piece goes on so: each piece is sent as soon as it is compressed.
"""

import zlib
from collections.abc import AsyncIterator

from gateway.call import Call
from gateway.http import Response, Stream
from gateway.snapshot import Api

LEAST = 1024
KINDS = frozenset(
    (
        b"text/xml",
        b"text/plain",
        b"text/css",
        b"text/javascript",
        b"application/javascript",
        b"application/x-javascript",
        b"application/rss+xml",
        b"application/json",
        b"application/xml",
        b"image/tiff",
        b"image/svg+xml",
    )
)
_GZIP = 16 + zlib.MAX_WBITS


def skips(api: Api) -> str:
    return "" if api.gzip else "the gateway does not compress"


def compress(call: Call, answer: Response) -> Response | None:
    """The answer compressed, where that is wanted and worth it."""
    if not _fits(call, answer):
        return None
    # Nothing of what is told about the bytes holds for the compressed ones.
    gone = (b"content-length", b"accept-ranges", b"content-md5")
    headers = [_weak(*pair) for pair in answer.headers if pair[0].lower() not in gone]
    headers += [(b"Content-Encoding", b"gzip"), (b"Vary", b"Accept-Encoding")]
    packer = zlib.compressobj(call.api.gzip, zlib.DEFLATED, _GZIP)
    if isinstance(answer.body, bytes):
        packed = packer.compress(answer.body) + packer.flush()
        return Response(answer.status, headers, packed)
    return Response(answer.status, headers, _Packed(answer.body, packer))


def _fits(call: Call, answer: Response) -> bool:
    if call.request.method == "HEAD" or answer.status in (101, 204, 206, 304):
        return False
    if not _takes_gzip(call.request.headers.getlist(b"accept-encoding")):
        return False
    told = {name.lower(): value for name, value in answer.headers}
    kind = told.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind not in KINDS or b"content-encoding" in told:
        return False
    if b"no-transform" in told.get(b"cache-control", b"").lower():
        return False
    if isinstance(answer.body, bytes):
        return len(answer.body) > LEAST
    size = told.get(b"content-length", b"")
    return not size.isdigit() or int(size[:20]) > LEAST


def _takes_gzip(lines: list[str]) -> bool:
    """Whether `gzip` is among what is accepted, and not at weight 0."""
    for coding in ",".join(lines).lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _weak(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A strong validator names exact bytes: these are others."""
    if name.lower() == b"etag" and not value.startswith(b"W/"):
        return name, b"W/" + value
    return name, value


class _Packed:
    """A stream whose pieces are compressed; none waits for the next."""

    def __init__(self, body: Stream, packer: "zlib._Compress") -> None:
        self._body, self._packer = body, packer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            packed = self._packer.compress(piece) + self._packer.flush(
                zlib.Z_SYNC_FLUSH
            )
            if packed:
                yield packed
        yield self._packer.flush()

    def close(self) -> None:
        self._body.close()
