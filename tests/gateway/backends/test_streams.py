"""Bodies on their way: piece by piece, no faster than the other side takes them."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.framing import Limits
from gateway.snapshot import Settings
from tests.gateway.backends.wire import (
    OK,
    Exchange,
    backend,
    call,
    publish,
    read_reply,
    request,
    sending,
    serving,
    until,
)
from tests.gateway.world import World, guard, replying, signed

MEGABYTE = 1 << 20
# What may be on its way through the gateway and the kernel's buffers.
UNDER_WAY = 24 * MEGABYTE
CHUNKED = "Transfer-Encoding: chunked"
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(port: int, sent: bytes) -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    return reader, writer


def limit(world: World, **settings: Any) -> None:
    known = replace(Settings(), **settings)
    world.snapshot = replace(world.snapshot, settings=known).prepare()


def code(body: bytes) -> str:
    return str(json.loads(body)["error_code"])


async def read_it(exchange: Exchange) -> None:
    """A backend that answers once it has the body."""
    await exchange.body()
    exchange.writer.write(OK)


async def hang(exchange: Exchange) -> None:
    """A backend that answers nothing until its connection ends."""
    await exchange.reader.read()
    exchange.writer.close()


@pytest.mark.parametrize(
    ("header", "first", "rest"),
    [
        ("Content-Length: 8", b"half", b"half"),
        (CHUNKED, b"4\r\nhalf\r\n", b"4\r\nhalf\r\n0\r\n\r\n"),
    ],
    ids=["length", "chunks"],
)
def test_a_body_is_handed_on_before_it_is_whole(
    world: World, header: str, first: bytes, rest: bytes
) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(read_it) as peer:
            publish(world, peer)
            sent = request("POST", "/orders", header, body=first)
            reader, writer = await connect(port, sent)
            await until(lambda: len(peer.seen) == 1)
            assert ["chunked" if header == CHUNKED else "8"] == (
                peer.seen[0].header("transfer-encoding")
                or peer.seen[0].header("content-length")
            )
            writer.write(rest)
            assert (await read_reply(reader)).body == b"ok"
            writer.write(request("POST", "/orders", header, body=first + rest))
            assert (await read_reply(reader)).body == b"ok"
            writer.close()

    world.runner.run(main())


def test_a_signed_body_is_read_whole_before_its_backend_is_asked(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(read_it) as peer:
            publish(world, peer, auth_type="APP", credentials=frozenset({"c1"}))
            proof = signed("POST", body=b"halfhalf").headers
            lines = [f"{k.decode()}: {v.decode()}" for k, v in proof]
            head = "\r\n".join(["POST /orders HTTP/1.1", *lines]) + "\r\n"
            sent = f"{head}Content-Length: 8\r\n\r\nhalf".encode()
            reader, writer = await connect(port, sent)
            await asyncio.sleep(0.05)
            assert peer.seen == []
            writer.write(b"half")
            assert (await read_reply(reader)).body == b"ok"
            writer.close()

    world.runner.run(main())


def test_an_authorizer_that_needs_the_body_gets_it(world: World) -> None:
    async def main() -> None:
        allow = replying("{'statusCode': 200, 'body': json.dumps({'status': 'allow'})}")
        async with serving(world) as port, backend(read_it) as peer:
            keeper = guard(allow, need_body=True)
            publish(world, peer, auth_type="AUTHORIZER", authorizer=keeper)
            sent = request("POST", "/orders", "Content-Length: 2", body=b"hi")
            assert (await call(port, sent)).body == b"ok"

    world.runner.run(main())


def test_a_body_that_says_it_is_too_big_reaches_no_backend(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(read_it) as peer:
            limit(world, request_body_size=10)
            publish(world, peer)
            reply = await call(port, request("POST", "/orders", "Content-Length: 11"))
            assert (reply.status, code(reply.body)) == (413, "APIG.0201")
            assert peer.connections == 0

    world.runner.run(main())


def test_a_body_that_gets_too_big_is_413(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(hang) as peer:
            limit(world, request_body_size=10)
            publish(world, peer)
            sent = request("POST", "/orders", CHUNKED, body=b"8\r\nall good\r\n")
            reader, writer = await connect(port, sent)
            await until(lambda: peer.open == 1)
            writer.write(b"8\r\ntoo much\r\n")
            reply = await read_reply(reader)
            assert (reply.status, code(reply.body)) == (413, "APIG.0201")
            await until(lambda: peer.open == 0)
            writer.close()

    world.runner.run(main())


def test_a_client_that_falls_silent_is_408(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(hang) as peer:
            limit(world, request_body_timeout=50)
            publish(world, peer)
            sent = request("POST", "/orders", "Content-Length: 8", body=b"half")
            reply = await call(port, sent)
            assert (reply.status, code(reply.body)) == (408, "APIG.0201")
            await until(lambda: peer.open == 0)

    world.runner.run(main())


def test_the_backends_time_stands_still_while_the_client_sends(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(read_it) as peer:
            publish(world, peer, timeout=60)
            sent = request("POST", "/orders", "Content-Length: 8")
            reader, writer = await connect(port, sent)
            for _ in range(4):
                writer.write(b"12")
                await asyncio.sleep(0.04)
            assert (await read_reply(reader)).body == b"ok"
            writer.close()

    world.runner.run(main())


def test_a_client_that_expects_to_be_told_is_told(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(read_it) as peer:
            publish(world, peer)
            expecting = ("Content-Length: 2", "Expect: 100-continue")
            reader, writer = await connect(port, request("POST", "/orders", *expecting))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
            writer.write(b"hi")
            assert (await read_reply(reader)).body == b"ok"
            assert peer.seen[0].header("expect") == []
            writer.write(request("POST", "/nowhere", *expecting))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 404 ")
            writer.close()

    world.runner.run(main())


def test_what_is_half_sent_is_never_sent_again(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(b"", close=True)) as peer:
            publish(world, peer, retry_count=3)
            sent = request("PUT", "/orders", "Content-Length: 4", body=b"half")
            assert (await call(port, sent)).status == 502
            assert len(peer.seen) == 1

    world.runner.run(main())


def test_trailers_end_at_the_gateway(world: World) -> None:
    async def main() -> None:
        async def answer(exchange: Exchange) -> None:
            got.append(await exchange.reader.readuntil(b"0\r\n\r\n"))
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            exchange.writer.write(head + b"2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n")

        got: list[bytes] = []
        async with serving(world) as port, backend(answer) as peer:
            publish(world, peer)
            body = b"2\r\nhi\r\n0\r\nX-Late: 1\r\nAuthorization: forged\r\n\r\n"
            reply = await call(port, request("POST", "/orders", CHUNKED, body=body))
            assert (reply.status, reply.body, reply.complete) == (200, b"ok", True)
            assert got == [b"2\r\nhi\r\n0\r\n\r\n"]

    world.runner.run(main())


def test_an_answer_before_the_bodys_end_is_passed_on(world: World) -> None:
    async def main() -> None:
        refuse = b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno"
        hasty = Limits(linger=0.1)
        async with serving(world, hasty) as port, backend(sending(refuse)) as peer:
            publish(world, peer)
            sent = request("POST", "/orders", "Content-Length: 1000", body=b"begun")
            reader, writer = await connect(port, sent)
            reply = await read_reply(reader)
            assert (reply.status, reply.body) == (401, b"no")
            # The rest would be taken for a request: it is waited for, not for ever.
            assert await reader.read() == b""
            writer.close()

    world.runner.run(main())


def test_events_arrive_when_they_are_sent(world: World) -> None:
    async def main() -> None:
        go_on = asyncio.Event()

        async def events(exchange: Exchange) -> None:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            exchange.writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
            await go_on.wait()
            exchange.writer.write(b"9\r\ndata: 1\n\n\r\n")
            await exchange.reader.read()

        async with serving(world) as port, backend(events) as peer:
            publish(world, peer)
            reader, writer = await connect(port, request())
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"text/event-stream" in head
            go_on.set()
            assert b"data: 1\n\n" in await reader.readuntil(b"\n\n")
            writer.close()
            await until(lambda: peer.open == 0)

    world.runner.run(main())


@pytest.mark.parametrize("when", ["before the head", "within the body"])
def test_a_client_that_leaves_ends_the_backends_work(world: World, when: str) -> None:
    async def main() -> None:
        async def answer(exchange: Exchange) -> None:
            if when == "within the body":
                head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
                exchange.writer.write(head + b"begun")
            await hang(exchange)

        async with serving(world) as port, backend(answer) as peer:
            publish(world, peer)
            _, writer = await connect(port, request())
            await until(lambda: peer.open == 1)
            writer.close()
            await until(lambda: peer.open == 0)

    world.runner.run(main())


def test_a_client_that_leaves_within_its_body_ends_it_too(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(hang) as peer:
            publish(world, peer)
            sent = request("POST", "/orders", "Content-Length: 8", body=b"half")
            _, writer = await connect(port, sent)
            await until(lambda: peer.open == 1)
            writer.close()
            await until(lambda: peer.open == 0)

    world.runner.run(main())


def test_a_client_sends_no_faster_than_its_backend_reads(world: World) -> None:
    async def main() -> None:
        async def late(exchange: Exchange) -> None:
            await go_on.wait()
            await read_it(exchange)

        go_on, size = asyncio.Event(), 64 * MEGABYTE
        async with serving(world) as port, backend(late) as peer:
            limit(world, request_body_size=size)
            publish(world, peer)
            head = request("POST", "/orders", f"Content-Length: {size}")
            reader, writer = await connect(port, head)
            sent = 0
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    while sent < size:
                        writer.write(bytes(MEGABYTE))
                        sent += MEGABYTE
                        await writer.drain()
            assert sent < UNDER_WAY
            go_on.set()
            writer.write(bytes(size - sent))
            assert (await read_reply(reader)).body == b"ok"
            writer.close()

    world.runner.run(main())


def test_a_backend_sends_no_faster_than_its_client_reads(world: World) -> None:
    async def main() -> None:
        size, sent = 64 * MEGABYTE, 0

        async def much(exchange: Exchange) -> None:
            nonlocal sent
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
            exchange.writer.write(head % size)
            while sent < size:
                exchange.writer.write(bytes(MEGABYTE))
                await exchange.writer.drain()
                sent += MEGABYTE

        async with serving(world) as port, backend(much) as peer:
            # A client that takes its time is not the backend's fault.
            publish(world, peer, timeout=500)
            reader, writer = await connect(port, request())
            await asyncio.sleep(1)
            assert 0 < sent < UNDER_WAY
            reply = await read_reply(reader)
            assert (len(reply.body), reply.complete) == (size, True)
            writer.close()

    world.runner.run(main())
