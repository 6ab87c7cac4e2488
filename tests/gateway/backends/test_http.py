"""HTTP backends: what they are sent, and what of their answer the client gets."""

import asyncio

import pytest

from tests.gateway.backends.wire import (
    OK,
    Exchange,
    backend,
    call,
    publish,
    request,
    sending,
    serving,
)
from tests.gateway.world import HOST, World


def test_a_call_is_passed_on_and_its_answer_back(world: World) -> None:
    async def main() -> None:
        head = b"HTTP/1.1 201 Made\r\nX-Own: 1\r\nContent-Length: 2\r\n\r\nok"
        async with serving(world) as port, backend(sending(head)) as peer:
            publish(world, peer)
            reply = await call(port, request("GET", "/orders?a=1&b=%20x", "X-In: 7"))
            assert (reply.status, reply.body) == (201, b"ok")
            assert reply.get("x-own") == ["1"]
            assert reply.get("server") == ["api-gateway"]
            (seen,) = peer.seen
            assert seen.line == "GET /orders?a=1&b=%20x HTTP/1.1"
            assert seen.header("host") == [peer.address]
            assert seen.header("x-in") == ["7"]
            assert seen.header("x-forwarded-host") == [HOST]
            for made_up in ("accept", "accept-encoding", "user-agent", "content-type"):
                assert seen.header(made_up) == []

    world.runner.run(main())


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_any_forwards_the_callers_method(world: World, method: str) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            publish(world, peer)
            assert (await call(port, request(method))).status == 200
            assert peer.seen[0].line.split()[0] == method

    world.runner.run(main())


def test_a_method_of_the_backends_own_replaces_it(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            publish(world, peer, req_method="POST")
            assert (await call(port)).status == 200
            assert peer.seen[0].line == "POST /orders HTTP/1.1"

    world.runner.run(main())


def test_connections_are_kept_and_closed_in_the_end(world: World) -> None:
    async def main() -> None:
        async with backend(sending(OK)) as peer:
            async with serving(world) as port:
                publish(world, peer)
                for _ in range(5):
                    assert (await call(port)).body == b"ok"
            assert (len(peer.seen), peer.connections, peer.open) == (5, 1, 1)
            await world.gateway.services.client.close()
            await asyncio.sleep(0.05)
            assert peer.open == 0

    world.runner.run(main())


def test_what_belongs_to_one_connection_ends_there(world: World) -> None:
    async def main() -> None:
        head = (
            b"HTTP/1.1 200 OK\r\nConnection: X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\n"
            b"Server: own\r\nDate: then\r\nX-Request-Id: 1\r\nContent-Length: 0\r\n\r\n"
        )
        async with serving(world) as port, backend(sending(head)) as peer:
            publish(world, peer)
            sent = ("Connection: X-Yours", "X-Yours: 1", "TE: trailers", "Upgrade: h2c")
            reply = await call(port, request("GET", "/orders", *sent))
            for name in ("connection", "x-mine", "keep-alive"):
                assert reply.get(name) == []
            assert reply.get("server") == ["api-gateway"]
            assert "then" not in reply.get("date")
            assert len(reply.get("x-request-id")) == 1
            for name in ("connection", "x-yours", "te", "upgrade"):
                assert peer.seen[0].header(name) == []

    world.runner.run(main())


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (
            b"Set-Cookie: a=1; Path=/\r\nset-cookie: b=2",
            [("Set-Cookie", "a=1; Path=/"), ("set-cookie", "b=2")],
        ),
        (b"X-Raw: caf\xe9", [("X-Raw", "caf\xe9")]),
        (b"Location: http://elsewhere/", [("Location", "http://elsewhere/")]),
        (b"Content-Encoding: gzip", [("Content-Encoding", "gzip")]),
    ],
)
def test_headers_and_bytes_are_the_backends(
    world: World, head: bytes, kept: list[tuple[str, str]]
) -> None:
    async def main() -> None:
        raw = (
            b"HTTP/1.1 302 Found\r\n" + head + b"\r\nContent-Length: 3\r\n\r\n\x1f\x8b0"
        )
        async with serving(world) as port, backend(sending(raw)) as peer:
            publish(world, peer)
            reply = await call(port)
            assert (reply.status, reply.body) == (302, b"\x1f\x8b0")
            assert [pair for pair in reply.headers if pair in kept] == kept
            assert len(peer.seen) == 1

    world.runner.run(main())


@pytest.mark.parametrize(
    ("method", "raw", "status", "length"),
    [
        ("HEAD", b"200 OK\r\nContent-Length: 7\r\n\r\n", 200, ["7"]),
        ("GET", b"204 No Content\r\n\r\n", 204, []),
        ("GET", b'304 Not Modified\r\nETag: "1"\r\nContent-Length: 7\r\n\r\n', 304, []),
        ("GET", b"103 Early\r\nLink: x\r\n\r\n" + OK, 200, ["2"]),
    ],
)
def test_answers_without_a_body_leave_the_connections_usable(
    world: World, method: str, raw: bytes, status: int, length: list[str]
) -> None:
    async def main() -> None:
        head = b"HTTP/1.1 " + raw
        async with serving(world) as port, backend(sending(head)) as peer:
            publish(world, peer)
            for _ in range(2):
                reply = await call(port, request(method))
                assert (reply.status, reply.get("content-length")) == (status, length)
            assert peer.connections == 1

    world.runner.run(main())


def test_debug_mode_says_how_long_the_backend_took(world: World) -> None:
    async def slowly(exchange: Exchange) -> None:
        await asyncio.sleep(0.05)
        exchange.writer.write(OK)

    async def main() -> None:
        async with serving(world) as port, backend(slowly) as peer:
            publish(world, peer)
            reply = await call(port, request("GET", "/orders", "X-Apig-Mode: debug"))
            (spent,) = reply.get("x-apig-upstream-latency")
            assert 45 <= int(spent) <= int(reply.get("x-apig-latency")[0])
            assert (await call(port)).get("x-apig-upstream-latency") == []

    world.runner.run(main())


def test_a_call_that_came_back_ten_times_is_refused(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            publish(world, peer)
            for depth in ("", "0", "9", "not a number", "9" * 50):
                reply = await call(
                    port, request("GET", "/orders", f"X-Sallyport-Depth: {depth}")
                )
                assert reply.status == 200
            told = [seen.header("x-sallyport-depth") for seen in peer.seen]
            assert told == [["1"], ["1"], ["10"], ["1"], ["1"]]
            reply = await call(port, request("GET", "/orders", "X-Sallyport-Depth: 10"))
            assert (reply.status, b"APIG.0612" in reply.body) == (500, True)

    world.runner.run(main())


def test_an_api_that_calls_itself_ends(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port:
            publish(world, f"127.0.0.1:{port}")
            reply = await call(port)
            assert (reply.status, b"APIG.0612" in reply.body) == (500, True)

    world.runner.run(main())
