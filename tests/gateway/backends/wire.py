"""Both ends of a proxied call: backends that do as told, clients that see each byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from gateway.framing import Limits
from gateway.protocol import GatewayProtocol
from gateway.server import GatewayServer
from gateway.snapshot import Api, Backend, BackendApi
from tests.gateway.world import HOST, World

Handler = Callable[["Exchange"], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Exchange:
    """One connection to a backend, whose first request's head was read."""

    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode()

    def header(self, name: str) -> list[str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:-2]
        pairs = [line.partition(":")[::2] for line in lines]
        return [v.strip() for k, v in pairs if k.lower() == name.lower()]

    async def body(self) -> bytes:
        """The request's body by its Content-Length, or its chunks as they came."""
        if length := self.header("content-length"):
            return await self.reader.readexactly(int(length[0]))
        return await self.reader.readuntil(b"0\r\n\r\n")


@dataclass
class Peer:
    """A backend: what it got, on how many connections, and how many are open."""

    port: int = 0
    seen: list[Exchange] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    errors: list[BaseException] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def backend(handler: Handler, **options: Any) -> AsyncIterator[Peer]:
    """A server that hands each request's head to a handler, until that closes."""
    peer = Peer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.connections += 1
        peer.open += 1
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                exchange = Exchange(head, reader, writer)
                peer.seen.append(exchange)
                await handler(exchange)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except Exception as error:
            peer.errors.append(error)
            raise
        finally:
            peer.open -= 1
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()


@asynccontextmanager
async def serving(world: World, limits: Limits | None = None) -> AsyncIterator[int]:
    """The gateway on a port of its own, without the pauses of a server's stop."""
    server = GatewayServer(world.gateway, [], limits)
    server.config.load()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: GatewayProtocol(server.config, server.server_state, {}, server.limits),
        "127.0.0.1",
    )
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await asyncio.gather(*server.server_state.tasks, return_exceptions=True)


def sending(*pieces: bytes, close: bool = False) -> Handler:
    """A backend that writes this after each head, and may close then."""

    async def handle(exchange: Exchange) -> None:
        for piece in pieces:
            exchange.writer.write(piece)
        if close:
            exchange.writer.close()

    return handle


def publish(world: World, to: Peer | str, path: str = "/orders", **more: Any) -> Api:
    """An API whose backend is this one; what is not an API's goes to the backend."""
    known = Api.__dataclass_fields__.keys() - {"req_method", "req_protocol"}
    fields = {name: more.pop(name) for name in known & more.keys()}
    address = to if isinstance(to, str) else to.address
    info = BackendApi(**{"url_domain": address, "req_uri": path} | more)
    defaults = {"req_uri": path, "req_method": "ANY", "backend": Backend(info)}
    return world.publish(**defaults | fields)


def request(
    method: str = "GET", target: str = "/orders", *headers: str, body: bytes = b""
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"Host: {HOST}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@dataclass
class Reply:
    """A response as it came over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    # Whether the body ended as its head had said.
    complete: bool = True

    def get(self, name: str) -> list[str]:
        return [v for k, v in self.headers if k.lower() == name.lower()]


async def read_reply(reader: asyncio.StreamReader, method: str = "GET") -> Reply:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    pairs = [line.partition(": ")[::2] for line in lines]
    reply = Reply(int(first.split()[1]), pairs, b"")
    if reply.status == 100:
        return await read_reply(reader, method)
    if method == "HEAD" or reply.status in (101, 204, 304):
        return reply
    try:
        await _read_body(reader, reply)
    except asyncio.IncompleteReadError as error:
        reply.body += error.partial
        reply.complete = False
    except ConnectionError:
        reply.complete = False
    return reply


async def _read_body(reader: asyncio.StreamReader, reply: Reply) -> None:
    if reply.get("transfer-encoding"):
        while size := int(await reader.readuntil(b"\r\n"), 16):
            reply.body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    elif length := reply.get("content-length"):
        reply.body = await reader.readexactly(int(length[0]))
    else:
        reply.body = await reader.read()


async def call(port: int, sent: bytes | None = None) -> Reply:
    """The answer to one request on a connection of its own."""
    sent = sent or request()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        return await read_reply(reader, sent.partition(b" ")[0].decode())
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so, at most five seconds."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)
