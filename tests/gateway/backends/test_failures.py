"""What backends do wrong: a documented code, and nobody else is hurt."""

import asyncio
import json
import socket
from typing import NamedTuple

import pytest

from gateway.client import Client
from gateway.guard import guard
from tests.gateway.backends.wire import (
    OK,
    Exchange,
    Reply,
    backend,
    call,
    publish,
    request,
    sending,
    serving,
    until,
)
from tests.gateway.world import World

UNAVAILABLE = (502, "APIG.0202", "Backend unavailable")
TIMEOUT = (504, "APIG.0203", "Backend timeout")
BIG = 200_000


def refusal(reply: Reply) -> tuple[int, str, str]:
    error = json.loads(reply.body)
    return reply.status, error["error_code"], error["error_msg"]


class Wrong(NamedTuple):
    """What a backend writes; `close` says whether it closes then."""

    raw: bytes
    close: bool = False


WRONG = {
    "not HTTP": Wrong(b"220 smtp ready\r\n\r\n"),
    "nothing": Wrong(b"", close=True),
    "half a head": Wrong(b"HTTP/1.1 200 OK\r\nContent-", close=True),
    "a status that is none": Wrong(b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"),
    "an upgrade nobody asked for": Wrong(
        b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: own\r\n\r\n"
    ),
    "two lengths": Wrong(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"
    ),
    "a length and chunks": Wrong(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nok\r\n0\r\n\r\n"
    ),
    "a length below nothing": Wrong(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    "a body that is short": Wrong(
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", close=True
    ),
    "a control character": Wrong(
        b"HTTP/1.1 200 OK\r\nX-A: a\x01b\r\nContent-Length: 0\r\n\r\n"
    ),
    "a name that is none": Wrong(
        b"HTTP/1.1 200 OK\r\nX A: 1\r\nContent-Length: 0\r\n\r\n"
    ),
    "a header too long": Wrong(
        b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n"
    ),
    "headers without end": Wrong(b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 5_000),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_answer_is_502(world: World, wrong: Wrong) -> None:
    async def main() -> None:
        handler = sending(wrong.raw, close=wrong.close)
        async with serving(world) as port, backend(handler) as peer:
            publish(world, peer, retry_count=0)
            assert refusal(await call(port)) == UNAVAILABLE
            assert len(peer.seen) == 1
            await world.gateway.services.client.close()
            await until(lambda: peer.open == 0)

    world.runner.run(main())


def test_a_refused_connection_is_502(world: World) -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with serving(world) as port:
            publish(world, address)
            assert refusal(await call(port)) == UNAVAILABLE

    world.runner.run(main())


def test_a_name_that_is_not_known_is_500(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port:
            publish(world, "nobody.invalid")
            assert refusal(await call(port)) == (
                500,
                "APIG.0605",
                "Domain name resolution failed.",
            )

    world.runner.run(main())


@pytest.mark.parametrize(
    "raw",
    [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"],
    ids=["silence", "half a head", "half a body"],
)
def test_a_backend_that_takes_too_long_is_504(world: World, raw: bytes) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(raw)) as peer:
            publish(world, peer, retry_count=0, timeout=50)
            assert refusal(await call(port)) == TIMEOUT
            await until(lambda: peer.open == 0)

    world.runner.run(main())


@pytest.mark.parametrize(
    ("method", "count", "sent"),
    [
        ("GET", -1, 2),
        ("HEAD", -1, 2),
        ("PUT", -1, 2),
        ("OPTIONS", -1, 2),
        ("DELETE", -1, 2),
        ("POST", -1, 1),
        ("PATCH", -1, 1),
        ("GET", 0, 1),
        ("GET", 3, 4),
        ("POST", 3, 4),
    ],
)
@pytest.mark.parametrize("raw", [b"junk\r\n\r\n", b""], ids=["broken", "late"])
def test_retries_are_as_configured(
    world: World, method: str, count: int, sent: int, raw: bytes
) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(raw)) as peer:
            publish(world, peer, retry_count=count, timeout=60)
            assert (await call(port, request(method))).status in (502, 504)
            await until(lambda: len(peer.seen) >= sent)
            assert len(peer.seen) == sent

    world.runner.run(main())


def test_a_retry_that_succeeds_is_an_answer(world: World) -> None:
    async def main() -> None:
        async def second(exchange: Exchange) -> None:
            if peer.connections < 2:
                exchange.writer.close()
            else:
                exchange.writer.write(OK)

        async with serving(world) as port, backend(second) as peer:
            publish(world, peer)
            assert (await call(port)).body == b"ok"
            assert len(peer.seen) == 2

    world.runner.run(main())


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: %d\r\n" % BIG, b"Transfer-Encoding: chunked\r\n"],
    ids=["length", "chunks"],
)
def test_a_body_that_breaks_off_is_seen_to(world: World, head: bytes) -> None:
    async def main() -> None:
        raw = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n2\r\nok\r\n"
        async with serving(world) as port, backend(sending(raw, close=True)) as peer:
            publish(world, peer)
            reply = await call(port)
            assert (reply.status, reply.complete) == (200, False)
            assert reply.body.endswith((b"ok", b"ok\r\n"))

    world.runner.run(main())


def test_where_only_the_end_shows_it_the_connection_is_reset(world: World) -> None:
    async def main() -> None:
        raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
        async with serving(world) as port, backend(sending(raw, close=True)) as peer:
            publish(world, peer)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request().replace(b"HTTP/1.1", b"HTTP/1.0"))
            with pytest.raises(ConnectionResetError):
                await reader.read()

    world.runner.run(main())


def test_a_client_of_http_1_0_gets_no_chunks(world: World) -> None:
    async def main() -> None:
        async def chunked(exchange: Exchange) -> None:
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            exchange.writer.write(head + b"2\r\nok\r\n")
            await asyncio.sleep(0.02)
            exchange.writer.write(b"3\r\n+++\r\n0\r\n\r\n")

        async with serving(world) as port, backend(chunked) as peer:
            publish(world, peer)
            reply = await call(port, request().replace(b"HTTP/1.1", b"HTTP/1.0"))
            assert (reply.body, reply.get("transfer-encoding")) == (b"ok+++", [])

    world.runner.run(main())


def test_a_broken_backend_hurts_nobody_else(world: World) -> None:
    async def main() -> None:
        endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"

        async def flood(exchange: Exchange) -> None:
            exchange.writer.write(endless)
            while True:
                exchange.writer.write(b"x" * 65_536)
                await exchange.writer.drain()

        async with (
            serving(world) as port,
            backend(flood) as bad,
            backend(sending(OK)) as good,
        ):
            publish(world, bad, "/bad")
            publish(world, good)
            unread = [await asyncio.open_connection("127.0.0.1", port) for _ in "123"]
            for _, writer in unread:
                writer.write(request("GET", "/bad"))
            await until(lambda: bad.open == 3)
            for _ in range(20):
                assert (await call(port)).body == b"ok"
            for _, writer in unread:
                writer.close()
            await until(lambda: bad.open == 0)

    world.runner.run(main())


def denied(world: World, client: Client) -> None:
    """The world's gateway with other connections."""
    services = world.gateway.services
    object.__setattr__(services, "client", client)


def test_an_address_that_is_not_allowed_is_403(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            denied(world, Client(guard([("127.0.0.1", peer.port)], [])))
            for number, host in enumerate(("127.0.0.1", "localhost", "0.0.0.0")):
                publish(world, f"{host}:{peer.port}", f"/{number}")
                assert refusal(await call(port, request("GET", f"/{number}"))) == (
                    403,
                    "APIG.0404",
                    "Access to the backend IP address has been denied.",
                )
            publish(world, "169.254.169.254", "/metadata")
            assert (await call(port, request("GET", "/metadata"))).status == 403
            assert peer.connections == 0

    world.runner.run(main())
