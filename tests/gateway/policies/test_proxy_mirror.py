"""Request mirroring: what the copy is, and that nobody ever waits for it."""

import asyncio
import time
from typing import Any

import pytest

from gateway.policies import proxy_mirror
from gateway.policies.proxy_mirror import Config
from gateway.snapshot import Backend, MockInfo
from tests.gateway.backends.wire import (
    OK,
    Exchange,
    Peer,
    backend,
    call,
    publish,
    request,
    sending,
    serving,
    until,
)
from tests.gateway.policies.plugins import bound
from tests.gateway.world import World
from tests.gateway.world import request as asked


def mirrored(world: World, sent: bytes, **policy: Any) -> Peer:
    """What the mirror got of one call."""

    async def keep(exchange: Exchange) -> None:
        if exchange.header("content-length"):
            exchange.head += await exchange.body()
        exchange.writer.write(OK)

    async def main() -> Peer:
        async with (
            serving(world) as port,
            backend(keep) as own,
            backend(keep) as mirror,
        ):
            document = {"protocol": "HTTP", "host": mirror.address} | policy
            publish(world, own, plugins=bound(proxy_mirror=document))
            assert (await call(port, sent)).status == 200
            await until(
                lambda: not world.gateway.services.background.running(proxy_mirror.NAME)
            )
            return mirror

    return world.runner.run(main())


def test_the_copy_is_the_backend_s_request(world: World) -> None:
    sent = request("POST", "/orders?a=1", "X-In: 7", "Content-Length: 4", body=b"body")
    mirror = mirrored(world, sent)
    (seen,) = mirror.seen
    assert seen.line == "POST /orders?a=1 HTTP/1.1"
    assert seen.header("x-in") == ["7"]
    assert seen.header("host") == [mirror.address]
    assert seen.head.endswith(b"\r\n\r\nbody")


@pytest.mark.parametrize(
    ("policy", "path"),
    [
        ({"path": "/copy"}, "/copy?a=1"),
        ({"path": "/copy/", "path_concat_mode": "prefix"}, "/copy/orders?a=1"),
        ({"path_concat_mode": "prefix"}, "/orders?a=1"),
    ],
)
def test_the_path_can_be_replaced_or_prefixed(
    world: World, policy: dict[str, Any], path: str
) -> None:
    (seen,) = mirrored(world, request("GET", "/orders?a=1"), **policy).seen
    assert seen.line == f"GET {path} HTTP/1.1"


def test_the_body_can_be_left_out(world: World) -> None:
    sent = request("POST", "/orders", "Content-Length: 4", body=b"body")
    (seen,) = mirrored(world, sent, mirror_request_body_enabled=False).seen
    assert seen.header("content-length") in ([], ["0"])


def test_only_a_sample_is_copied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.random", lambda: 0.5)
    assert mirrored(world, request(), sample_ratio=0.4).seen == []


def test_a_mirror_that_hangs_or_is_away_delays_nothing(world: World) -> None:
    async def hang(exchange: Exchange) -> None:
        await asyncio.sleep(60)

    async def main() -> float:
        async with (
            serving(world) as port,
            backend(sending(OK)) as own,
            backend(hang) as mirror,
        ):
            document = {"protocol": "HTTP", "host": mirror.address}
            publish(world, own, plugins=bound(proxy_mirror=document))
            away = {"protocol": "HTTP", "host": "127.0.0.1:1"}
            publish(world, own, "/away", plugins=bound(proxy_mirror=away))
            started = time.perf_counter()
            for path in ["/orders", "/away"] * 10:
                assert (await call(port, request("GET", path))).status == 200
            spent = time.perf_counter() - started
            background = world.gateway.services.background
            await until(lambda: background.running("proxy_mirror") == 10)
            await world.gateway.services.background.close()
            return spent

    assert world.runner.run(main()) < 5


def test_copies_beyond_the_bound_are_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy_mirror, "MOST", 0)
    assert mirrored(world, request()).seen == []


def test_a_mock_is_not_mirrored(world: World) -> None:
    document = {"protocol": "HTTP", "host": "127.0.0.1:1"}
    plugins = bound(proxy_mirror=document)
    world.publish(backend=Backend(MockInfo()), plugins=plugins)
    answer = world.trace(asked())
    assert answer.status == 200
    assert answer.step("request mirroring").decision == "skipped"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"protocol": "GRPC"}, "protocol: one of HTTP, HTTPS"),
        ({"host": "a/b"}, "host: host:port"),
        ({"host": "a:b"}, "host: host:port"),
        ({"host": "a" * 256}, "host: at most 255"),
        ({"path": "x"}, "path: a path"),
        ({"path_concat_mode": "x"}, "path_concat_mode: one of replace, prefix"),
        ({"sample_ratio": 0}, "sample_ratio: a number from 0.00001 to 1"),
        ({"sample_ratio": 1.1}, "sample_ratio: a number from 0.00001 to 1"),
        ({"timeout": 0}, "timeout: a whole number"),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse({"protocol": "HTTP", "host": "mirror:80"} | change)
    assert message in str(refused.value)
