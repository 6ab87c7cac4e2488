"""WebSockets: the handshake goes through the gateway, then everything goes through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError, web

from gateway.snapshot import Backend, MockInfo
from tests.gateway.backends.wire import (
    Exchange,
    backend,
    publish,
    read_reply,
    request,
    sending,
    serving,
    until,
)
from tests.gateway.world import HOST, World, signed

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]
HANDSHAKE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
SWITCH = b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\r\n"


@asynccontextmanager
async def speaking(talk: Talk) -> AsyncIterator[str]:
    """The address of a real WebSocket server."""

    async def handle(received: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("chat",), max_msg_size=0)
        await socket.prepare(received)
        await talk(socket)
        return socket

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def opened(
    port: int, **headers: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        ClientSession() as session,
        session.ws_connect(
            f"http://127.0.0.1:{port}/orders",
            headers={"Host": HOST} | headers,
            protocols=("chat",),
            max_msg_size=0,
            compress=15,
        ) as socket,
    ):
        yield socket


async def echo(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        else:
            await socket.send_bytes(message.data)


def test_messages_go_both_ways_as_they_are(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, speaking(echo) as address:
            publish(world, address, timeout=200)
            async with opened(port) as socket:
                assert socket.protocol == "chat"
                await socket.send_str("é")
                assert await socket.receive_str() == "é"
                large = bytes(range(256)) * 8192
                await asyncio.gather(*(socket.send_bytes(large) for _ in range(4)))
                for _ in range(4):
                    assert await socket.receive_bytes() == large
                # Silence is not a backend that takes too long.
                await asyncio.sleep(0.3)
                await socket.send_str("again")
                assert await socket.receive_str() == "again"

    world.runner.run(main())


def test_close_codes_reach_the_other_side(world: World) -> None:
    async def main() -> None:
        codes: list[object] = []

        async def talk(socket: web.WebSocketResponse) -> None:
            if await socket.receive_str() == "close":
                await socket.close(code=4002, message=b"enough")
            else:
                codes.append((await socket.receive()).data)

        async with serving(world) as port, speaking(talk) as address:
            publish(world, address)
            async with opened(port) as socket:
                await socket.send_str("close")
                end = await socket.receive()
                assert (end.data, end.extra) == (4002, "enough")
            async with opened(port) as socket:
                await socket.send_str("stay")
                await socket.close(code=4001)
            await until(lambda: codes == [4001])

    world.runner.run(main())


def test_the_handshake_needs_what_any_call_needs(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, speaking(echo) as address:
            publish(world, address, auth_type="APP", credentials=frozenset({"c1"}))
            with pytest.raises(WSServerHandshakeError) as refused:
                async with opened(port):
                    pass
            assert refused.value.status == 401
            proof = {k.decode(): v.decode() for k, v in signed().headers}
            del proof["host"]
            async with opened(port, **proof) as socket:
                await socket.send_str("hello")
                assert await socket.receive_str() == "hello"

    world.runner.run(main())


@pytest.mark.parametrize("refusing", ["a mock", "the backend", "the gateway"])
def test_a_refused_connection_goes_on_speaking_http(
    world: World, refusing: str
) -> None:
    async def main() -> None:
        no = b"HTTP/1.1 426 No\r\nContent-Length: 2\r\n\r\nno"
        async with serving(world) as port, backend(sending(no)) as peer:
            if refusing == "a mock":
                world.publish(backend=Backend(MockInfo(200, "mock")))
            elif refusing == "the backend":
                publish(world, peer)
            wanted = {"a mock": 200, "the backend": 426, "the gateway": 404}[refusing]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            handshake = request("GET", "/orders", *HANDSHAKE)
            writer.write(handshake + request())
            for _ in range(2):
                assert (await read_reply(reader)).status == wanted
            writer.write(handshake)
            assert (await read_reply(reader)).status == wanted
            writer.close()

    world.runner.run(main())


async def handshake(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that was switched, with bytes right behind the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("GET", "/orders", *HANDSHAKE) + b"early")
    assert (await read_reply(reader)).status == 101
    return reader, writer


def test_the_backend_gets_the_handshake_and_what_follows(world: World) -> None:
    async def main() -> None:
        async def switch(exchange: Exchange) -> None:
            exchange.writer.write(SWITCH + b"first")
            got.append(await exchange.reader.readexactly(5))
            exchange.writer.close()

        got: list[bytes] = []
        async with serving(world) as port, backend(switch) as peer:
            publish(world, peer)
            reader, writer = await handshake(port)
            assert await reader.read() == b"first"
            assert got == [b"early"]
            writer.close()
            (seen,) = peer.seen
            assert seen.header("upgrade") == ["websocket"]
            assert seen.header("connection") == ["Upgrade"]
            assert seen.header("sec-websocket-key") == ["dGhlIHNhbXBsZSBub25jZQ=="]

    world.runner.run(main())


def test_an_end_on_either_side_ends_the_other(world: World) -> None:
    async def main() -> None:
        async def switch(exchange: Exchange) -> None:
            exchange.writer.write(SWITCH)
            await exchange.reader.readexactly(5)
            if peer.connections == 1:
                await exchange.reader.read()
            exchange.writer.transport.abort()

        async with serving(world) as port, backend(switch) as peer:
            publish(world, peer)
            _, writer = await handshake(port)
            writer.close()
            await until(lambda: peer.open == 0)
            reader, writer = await handshake(port)
            assert await reader.read() == b""
            writer.close()
            assert peer.connections == 2

    world.runner.run(main())


@pytest.mark.parametrize("side", ["client", "backend"])
def test_neither_side_sends_faster_than_the_other_reads(
    world: World, side: str
) -> None:
    async def main() -> None:
        async def switch(exchange: Exchange) -> None:
            exchange.writer.write(SWITCH)
            sides.append(exchange.writer)
            await asyncio.Event().wait()

        sides: list[asyncio.StreamWriter] = []
        async with serving(world) as port, backend(switch) as peer:
            publish(world, peer)
            _, own = await handshake(port)
            sender, sent = {"client": own, "backend": sides[0]}[side], 0
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    while sent < 64 << 20:
                        sender.write(bytes(1 << 20))
                        await sender.drain()
                        sent += 1 << 20
            assert 0 < sent < 24 << 20
            own.close()
            sides[0].close()
            await until(lambda: peer.open <= 1)

    world.runner.run(main())


def test_a_backend_that_switches_to_something_else_is_502(world: World) -> None:
    async def main() -> None:
        other = SWITCH.replace(b"WebSocket", b"h2c")
        async with serving(world) as port, backend(sending(other)) as peer:
            publish(world, peer, retry_count=0)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request("GET", "/orders", *HANDSHAKE))
            assert (await read_reply(reader)).status == 502
            writer.close()
            await until(lambda: peer.open == 0)

    world.runner.run(main())
