"""A connection that turns into a WebSocket (api.md section 2.1: HTTP carries ws).

The handshake goes through the gateway like any request. If the backend takes it, what
follows is relayed byte for byte, so frames, extensions and close codes stay what they
are. If anybody refuses it, the connection goes on speaking HTTP.
"""

import asyncio
from typing import TYPE_CHECKING

import httptools

from gateway.asgi import send_response
from gateway.cycle import compose
from gateway.http import Handshake, Response, Tunnel

if TYPE_CHECKING:
    from gateway.protocol import GatewayProtocol


def is_handshake(http: "GatewayProtocol") -> bool:
    """Whether the request just read asks for a WebSocket, and may have one now."""
    parser = http.parser
    if http.answer is None or http.busy or parser.get_http_version() != "1.1":
        return False
    head = http.head.first
    wanted = head.get(b"upgrade", b"").strip().lower() == b"websocket"
    if not wanted or parser.get_method() != b"GET":
        return False
    return b"content-length" not in head and b"transfer-encoding" not in head


def fresh_parser(http: "GatewayProtocol") -> httptools.HttpRequestParser:
    """A parser where one has stopped at an upgrade, which it does for good."""
    parser = httptools.HttpRequestParser(http)
    parser.set_dangerous_leniencies(lenient_data_after_close=True)
    return parser


def head_without_upgrade(http: "GatewayProtocol") -> bytes:
    version = http.parser.get_http_version().encode()
    lines = [http.parser.get_method() + b" " + http.url + b" HTTP/" + version]
    lines += [n + b": " + v for n, v in http.headers if n != b"upgrade"]
    return b"\r\n".join([*lines, b"", b""])


class Upgrading(asyncio.Protocol):
    """Has the connection while a handshake is answered, and as long as it relays."""

    def __init__(self, http: "GatewayProtocol", early: bytes) -> None:
        """`early` is what came behind the handshake already."""
        self.http, self.transport = http, http.transport
        self._held = early
        self._tunnel: Tunnel | None = None
        self._draining: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Answer the handshake that the connection has just read."""
        http = self.http
        assert http.answer is not None
        self.transport.set_protocol(self)
        self.transport.pause_reading()
        request = http.request(Handshake)
        cycle = http.new_cycle()
        cycle.request = request
        self._cycle = cycle
        answer = http.answer
        http.answer_in_turn(
            cycle, cycle.responding(lambda: answer(request), self._deliver), after=None
        )

    def data_received(self, data: bytes) -> None:
        if self._tunnel is None:
            self._held += data
            return
        self._tunnel.write(data)
        if self._tunnel.full and self._draining is None:
            self.transport.pause_reading()
            self._draining = asyncio.create_task(self._drain(self._tunnel))

    def connection_lost(self, exc: Exception | None) -> None:
        self.http.connection_lost(exc)

    def pause_writing(self) -> None:
        self.http.pause_writing()

    def resume_writing(self) -> None:
        self.http.resume_writing()

    async def _deliver(self, answer: Response) -> None:
        if isinstance(answer.body, Tunnel):
            await self._relay(answer, answer.body)
        else:
            await send_response(answer, self._cycle.send)
            self._go_back()

    async def _relay(self, answer: Response, tunnel: Tunnel) -> None:
        cycle = self._cycle
        cycle.response_started, cycle.tunnelled = True, True
        headers = [*cycle.default_headers, *answer.headers]
        self.transport.write(compose(answer.status, headers))
        self._tunnel = tunnel
        try:
            if self._held:
                tunnel.write(self._held)
            self.transport.resume_reading()
            async for piece in tunnel:
                self.transport.write(piece)
                await self.http.flow.drain()
        finally:
            tunnel.close()
            cycle.response_complete = True
            self.transport.close()

    async def _drain(self, tunnel: Tunnel) -> None:
        """Read on from the client once the backend has taken what there is."""
        await tunnel.drain()
        self._draining = None
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _go_back(self) -> None:
        """Speak HTTP again, from what came behind the handshake on."""
        if self.transport.is_closing():
            return
        self.http.parser = fresh_parser(self.http)
        self.transport.set_protocol(self.http)
        self.transport.resume_reading()
        if self._held:
            self.http.data_received(self._held)
