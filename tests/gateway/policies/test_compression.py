"""Compressed answers: for whom, of what, and what is said of them."""

import gzip
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.http import Response
from gateway.policies import compression
from gateway.snapshot import Backend, MockInfo
from tests.gateway.backends.wire import (
    Exchange,
    backend,
    call,
    publish,
    serving,
)
from tests.gateway.backends.wire import request as raw
from tests.gateway.world import Answer, World, request

LONG = "sally" * 400
GZIP = ("accept-encoding", "br, gzip;q=0.8")


def ask(
    world: World, *headers: tuple[str, str], method: str = "GET", text: str = LONG
) -> Answer:
    mock = MockInfo(200, text, (("Content-Type", "text/plain; charset=utf-8"),))
    world.snapshot = replace(world.snapshot, apis=()).prepare()
    world.publish(gzip=6, req_method="ANY", backend=Backend(mock))
    return world.send(request(method, "/orders", *headers))


def test_text_is_compressed_for_those_who_take_it(world: World) -> None:
    answer = ask(world, GZIP)
    assert gzip.decompress(answer.response.whole).decode() == LONG
    assert answer.headers("content-encoding") == ["gzip"]
    assert answer.headers("vary") == ["Accept-Encoding"]
    [length] = answer.headers("content-length")
    assert int(length) == len(answer.response.whole) < len(LONG)


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ((), {}),
        ((("accept-encoding", "gzip;q=0, br"),), {}),
        ((GZIP,), {"text": "short"}),
        ((GZIP,), {"method": "HEAD"}),
    ],
)
def test_other_answers_stay_as_they_are(
    world: World, headers: tuple[tuple[str, str], ...], more: dict[str, Any]
) -> None:
    answer = ask(world, *headers, **more)
    assert answer.response.whole.decode() == more.get("text", LONG)
    assert answer.headers("content-encoding") == []


def test_it_is_off_unless_it_is_switched_on(world: World) -> None:
    ask(world, GZIP)
    world.change(gzip=0)
    assert world.send(request("GET", "/orders", GZIP)).response.whole.decode() == LONG


@pytest.mark.parametrize(
    "header",
    [
        (b"Content-Encoding", b"br"),
        (b"Cache-Control", b"private, No-Transform"),
        (b"Content-Type", b"image/png"),
    ],
)
def test_what_is_packed_or_not_to_be_changed_or_no_text_is_left_alone(
    world: World, header: tuple[bytes, bytes]
) -> None:
    ask(world, GZIP)
    answer = Response(200, [(b"Content-Type", b"text/css"), header], LONG.encode())
    if header[0] == b"Content-Type":
        answer.headers.pop(0)
    [api] = world.snapshot.apis
    assert compression.compress(at(api, request("GET", "/", GZIP)), answer) is None


def at(api: Any, sent: Any) -> Any:
    """As much of a call as there is when its answer is looked at."""

    class Arrived:
        request = sent

    arrived: Any = Arrived()
    arrived.api = api
    return arrived


def test_a_strong_validator_becomes_a_weak_one(world: World) -> None:
    mock = MockInfo(200, LONG, (("Content-Type", "text/css"), ("ETag", '"1"')))
    world.publish(gzip=1, backend=Backend(mock))
    assert world.send(request("GET", "/orders", GZIP)).headers("etag") == ['W/"1"']


def test_what_a_backend_sends_is_compressed(world: World) -> None:
    pieces = (b"data: one\n\n" * 100, b"data: two\n\n" * 100)

    async def events(exchange: Exchange) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
        exchange.writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            exchange.writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await exchange.writer.drain()
        exchange.writer.write(b"0\r\n\r\n")

    async def main() -> bytes:
        async with serving(world) as port, backend(events) as peer:
            publish(world, peer, gzip=6)
            answer = await call(port, raw("GET", "/orders", "Accept-Encoding: gzip"))
        assert answer.get("content-encoding") == ["gzip"]
        return gzip.decompress(answer.body)

    assert world.runner.run(main()) == b"".join(pieces)


def test_a_piece_does_not_wait_for_the_next(world: World) -> None:
    class Body:
        closed = False

        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"first"
            raise AssertionError("the second was asked for too early")

        def close(self) -> None:
            self.closed = True

    api = world.publish(gzip=6)

    async def one() -> bytes:
        body = Body()
        headers = [(b"Content-Type", b"text/plain")]
        sent = at(api, request("GET", "/", GZIP))
        answer = compression.compress(sent, Response(200, headers, body))
        assert answer is not None and not isinstance(answer.body, bytes)
        piece = await anext(aiter(answer.body))
        answer.body.close()
        assert body.closed
        return piece

    unpacked = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(
        world.runner.run(one())
    )
    assert unpacked == b"first"
