"""What leaves on the wire, write by write."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gateway.framing import Limits
from gateway.protocol import GatewayProtocol
from gateway.server import GatewayServer

App = Callable[..., Awaitable[None]]
HEAD = b"GET /%b HTTP/1.1\r\nHost: a\r\n%b\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps each write apart."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 9)})
        self.writes: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        return False

    def close(self) -> None: ...

    def resume_reading(self) -> None: ...

    def pause_reading(self) -> None: ...


def replying(length: bytes = b"2") -> App:
    async def app(scope: object, receive: object, send: App) -> None:
        headers = [(b"Content-Length", length)] if length else []
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


def exchange(app: App, received: bytes) -> list[bytes]:
    """What is written for what was received."""

    async def run() -> list[bytes]:
        server = GatewayServer(app, [])
        server.config.load()
        connection = GatewayProtocol(server.config, server.server_state, {}, Limits())
        wire = Wire()
        connection.connection_made(wire)
        connection.data_received(received)
        while server.server_state.tasks:
            await asyncio.gather(*server.server_state.tasks)
        connection.connection_lost(None)
        return wire.writes

    return asyncio.run(run())


def test_a_whole_response_is_one_write() -> None:
    (written,) = exchange(replying(), HEAD % (b"", b""))
    assert written.startswith(b"HTTP/1.1 200 OK\r\n")
    assert written.endswith(b"\r\n\r\nok")


@pytest.mark.parametrize(
    ("app", "more"),
    [(replying(b""), b""), (replying(), b"Connection: close\r\n")],
)
def test_any_other_response_goes_uvicorn_s_way(app: App, more: bytes) -> None:
    assert len(exchange(app, HEAD % (b"", more))) > 1


def test_pipelined_requests_get_a_write_each() -> None:
    assert len(exchange(replying(), HEAD % (b"a", b"") + HEAD % (b"b", b""))) == 2


def test_a_header_cannot_end_its_line() -> None:
    async def app(scope: object, receive: object, send: App) -> None:
        headers = [(b"Content-Length", b"2"), (b"X-A", b"1\r\nX-B: 2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    written = b"".join(exchange(app, HEAD % (b"", b"")))
    assert b"X-B" not in written
    assert written.startswith(b"HTTP/1.1 500 ")
