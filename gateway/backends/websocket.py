"""WebSocket backends: bytes both ways, once a backend has taken a handshake."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import aiohttp
from aiohttp.http import StreamWriter

from gateway.client import BUFFER_BYTES
from gateway.errors import BackendUnavailable
from gateway.http import BodyBroken, RawHeaders, Tunnel

# What a handshake says of its own connection, toward either side.
UPGRADE: RawHeaders = [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]


class _Everything:
    """aiohttp's parser of what follows a 101: nothing to parse."""

    def __init__(self, sink: aiohttp.StreamReader) -> None:
        self._sink = sink

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._sink.feed_data(data)
        return False, b""

    def feed_eof(self) -> None:
        self._sink.feed_eof()


class BackendTunnel(Tunnel):
    """The backend's end. It has no time limit: both sides may be silent."""

    def __init__(
        self, response: aiohttp.ClientResponse, end: Callable[[], None]
    ) -> None:
        """BackendUnavailable when the backend has switched to something else."""
        connection = response.connection
        protocol = connection.protocol if connection else None
        upgraded = response.headers.get("Upgrade", "").strip().lower() == "websocket"
        if not upgraded or protocol is None or protocol.transport is None:
            response.close()
            raise BackendUnavailable(reason="the backend did not open a WebSocket")
        self._response, self._end = response, end
        self._transport = protocol.transport
        self._protocol = protocol
        self._writer = StreamWriter(protocol, protocol._loop)
        protocol.read_timeout = None
        self._incoming = aiohttp.StreamReader(protocol, BUFFER_BYTES)
        protocol.set_parser(_Everything(self._incoming), self._incoming)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._incoming.iter_any():
                yield piece
        except (aiohttp.ClientError, OSError) as error:
            raise BodyBroken(f"the backend's WebSocket broke off: {error!r}") from None

    def write(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    @property
    def full(self) -> bool:
        return self._protocol.writing_paused

    async def drain(self) -> None:
        # A connection that is gone ends the stream, whose reader has to know.
        with suppress(aiohttp.ClientError, OSError):
            await self._writer.drain()

    def close(self) -> None:
        self._response.close()
        end, self._end = self._end, lambda: None
        end()
