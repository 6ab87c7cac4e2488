"""Load balance channels over real sockets: shares, failures, checks, and returns."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from gateway.backends.balance import Balancer
from gateway.backends.channel import channels
from gateway.backends.health import Watcher
from gateway.client import Client
from gateway.snapshot import (
    Backend,
    BackendApi,
    BackendParam,
    Channel,
    HealthCheck,
    Member,
)
from gateway.snapshot.backend import GroupUrl
from gateway.snapshot.channel import SOURCE_HASH, WLC
from tests.gateway.backends.wire import (
    OK,
    Exchange,
    Handler,
    Peer,
    Reply,
    backend,
    call,
    request,
    sending,
    serving,
    until,
)
from tests.gateway.world import HOST, World

TCP = HealthCheck(threshold_normal=1, threshold_abnormal=1, timeout=1, time_interval=1)


def member(peer: Peer | int, **fields: Any) -> Member:
    port = peer if isinstance(peer, int) else peer.port
    return Member(f"m{port}", "127.0.0.1", port, **fields)


def publish(world: World, channel: Channel, **fields: Any) -> None:
    """An API behind a channel, which the snapshot knows."""
    known: dict[str, Any] = {"url_domain": "", "channel": channel, "timeout": 2000}
    info = BackendApi(**known | fields)
    world.publish(req_method="ANY", backend=Backend(info))
    world._put(channels=(channel,))


async def answers(port: int, number: int, method: str = "GET") -> Counter[int]:
    sent = request(method)
    return Counter([(await call(port, sent)).status for _ in range(number)])


async def free_port() -> int:
    """A port that nobody listens on."""
    server = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def peers(stack: AsyncExitStack, number: int, handler: Handler) -> list[Peer]:
    return [await stack.enter_async_context(backend(handler)) for _ in range(number)]


def test_members_get_calls_by_their_weights(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, AsyncExitStack() as stack:
            one, two = await peers(stack, 2, sending(OK))
            members = (member(one, weight=3), member(two))
            publish(world, Channel("ch", "ch", members=members))
            assert await answers(port, 8) == {200: 8}
            assert (len(one.seen), len(two.seen)) == (6, 2)

    world.runner.run(main())


@pytest.mark.parametrize(("proxy_host", "seen"), [("", HOST), ("own.example", None)])
def test_a_member_is_asked_for_the_caller_s_host_or_the_backend_s_own(
    world: World, proxy_host: str, seen: str | None
) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            channel = Channel("ch", "ch", members=(member(peer),))
            publish(world, channel, proxy_host=proxy_host)
            assert (await call(port)).status == 200
            assert peer.seen[0].header("host") == [seen or proxy_host]

    world.runner.run(main())


@pytest.mark.parametrize("members", [(), "disabled"])
def test_without_a_member_it_is_502_no_backend(world: World, members: Any) -> None:
    async def main() -> Reply:
        async with serving(world) as port, backend(sending(OK)) as peer:
            known = (member(peer, enabled=False),) if members else ()
            publish(world, Channel("ch", "ch", members=known))
            return await call(port)

    reply = world.runner.run(main())
    assert reply.status == 502
    assert b"APIG.0610" in reply.body


def test_a_call_that_may_be_retried_goes_to_another_member(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            dead = await free_port()
            channel = Channel("ch", "ch", members=(member(dead), member(peer)))
            publish(world, channel)
            assert await answers(port, 6) == {200: 6}
            # POST is not retried, as documented.
            assert await answers(port, 4, "POST") == {200: 2, 502: 2}

    world.runner.run(main())


def test_retries_are_as_many_as_configured(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            dead = [member(await free_port()) for _ in range(2)]
            channel = Channel("ch", "ch", members=(*dead, member(peer)))
            publish(world, channel, retry_count=2)
            assert await answers(port, 6, "POST") == {200: 6}
            world.snapshot = replace(world.snapshot, apis=()).prepare()
            publish(world, channel, retry_count=0)
            assert await answers(port, 3) == {200: 1, 502: 2}

    world.runner.run(main())


def test_a_member_that_dies_is_taken_out_and_comes_back_without_a_lost_call(
    world: World,
) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as stays:
            server = await asyncio.start_server(_answer, "127.0.0.1", 0)
            dies = server.sockets[0].getsockname()[1]
            channel = Channel(
                "ch", "ch", members=(member(stays), member(dies)), health=TCP
            )
            publish(world, channel)
            known = channels(world.gateway.services)
            loads = known.balancer(channel).loads
            statuses = await answers(port, 10)
            server.close()
            while loads[f"127.0.0.1:{dies}"].healthy:
                statuses += await answers(port, 1)
                await asyncio.sleep(0.02)
            before = len(stays.seen)
            statuses += await answers(port, 10)
            assert len(stays.seen) == before + 10
            server = await asyncio.start_server(_answer, "127.0.0.1", dies)
            while not loads[f"127.0.0.1:{dies}"].healthy:
                statuses += await answers(port, 1)
                await asyncio.sleep(0.02)
            before = len(stays.seen)
            statuses += await answers(port, 10)
            assert len(stays.seen) == before + 5
            assert set(statuses) == {200}
            server.close()
            await world.gateway.services.background.close()

    world.runner.run(main())


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    writer.close()


def test_a_hashing_channel_keeps_a_caller_with_its_member(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, AsyncExitStack() as stack:
            found = await peers(stack, 3, sending(OK))
            members = tuple(member(peer) for peer in found)
            publish(
                world,
                Channel("ch", "ch", balance_strategy=SOURCE_HASH, members=members),
            )
            await answers(port, 6)
            assert sorted(len(peer.seen) for peer in found) == [0, 0, 6]

    world.runner.run(main())


def test_least_connections_spares_a_busy_member(world: World) -> None:
    gate = asyncio.Event()

    async def slow(exchange: Exchange) -> None:
        await gate.wait()
        exchange.writer.write(OK)

    async def main() -> None:
        async with (
            serving(world) as port,
            backend(slow) as busy,
            backend(sending(OK)) as quick,
        ):
            members = (member(busy), member(quick))
            publish(world, Channel("ch", "ch", balance_strategy=WLC, members=members))
            waiting = asyncio.create_task(answers(port, 1))
            await until(lambda: len(busy.seen) == 1)
            assert await answers(port, 5) == {200: 5}
            assert (len(busy.seen), len(quick.seen)) == (1, 5)
            gate.set()
            assert await waiting == {200: 1}
            loads = (
                channels(world.gateway.services)
                .balancer(world.snapshot.channels[0])
                .loads
            )
            await until(lambda: not any(load.active for load in loads.values()))

    world.runner.run(main())


def test_a_group_may_be_asked_for_something_else(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            own = member(peer, group_id="g", group_name="blue")
            channel = Channel("ch", "ch", members=(own,), groups=(("g", 1),))
            urls = {"g": GroupUrl("HTTP", "PUT", "/blue")}
            publish(world, channel, group_urls=urls)
            assert (await call(port)).status == 200
            assert peer.seen[0].line == "PUT /blue HTTP/1.1"

    world.runner.run(main())


def test_the_group_can_be_told_to_the_backend(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            own = member(peer, group_id="g", group_name="blue")
            channel = Channel("ch", "ch", members=(own,), groups=(("g", 1),))
            publish(world, channel)
            told = BackendParam(
                "X-Group", "HEADER", "SYSTEM", "$context.member_group_name"
            )
            to = world.snapshot.apis[0].backend.to
            world.change(backend=Backend(to, (told,)))
            assert (await call(port)).status == 200
            assert peer.seen[0].header("x-group") == ["blue"]

    world.runner.run(main())


@pytest.mark.parametrize(
    ("check", "answer", "well"),
    [
        (TCP, OK, True),
        (replace(TCP, protocol="HTTP", path="/up", http_code=((200, 200),)), OK, True),
        (replace(TCP, protocol="HTTP", http_code=((201, 299),)), OK, False),
        (replace(TCP, protocol="HTTPS", http_code=((200, 200),)), OK, False),
        (replace(TCP, protocol="HTTP", http_code=((200, 200),)), b"nonsense", False),
    ],
)
def test_a_check_looks_as_it_is_told(
    check: HealthCheck, answer: bytes, well: bool
) -> None:
    async def main() -> None:
        client = Client()
        async with backend(sending(answer, close=answer != OK)) as peer:
            balancer = Balancer(
                Channel("ch", "ch", members=(member(peer),), health=check)
            )
            await Watcher(client).look(balancer)
            assert balancer.loads[peer.address].healthy is well
            if check.path == "/up":
                assert peer.seen[0].line == "GET /up HTTP/1.1"
        await client.close()

    asyncio.run(main())


def test_thresholds_count_results_in_a_row() -> None:
    async def main() -> None:
        client, up = Client(), True
        check = replace(
            TCP,
            protocol="HTTP",
            http_code=((200, 200),),
            threshold_normal=2,
            threshold_abnormal=3,
        )

        async def answer(exchange: Exchange) -> None:
            exchange.writer.write(OK if up else OK.replace(b"200", b"500"))

        async with backend(answer) as peer:
            balancer = Balancer(
                Channel("ch", "ch", members=(member(peer),), health=check)
            )
            watcher, load = Watcher(client), balancer.loads[peer.address]
            seen = ""
            for state in "1001000110111":
                up = state == "1"
                await watcher.look(balancer)
                seen += str(int(load.healthy))
            assert seen == "1111110011111"
        await client.close()

    asyncio.run(main())


def test_a_disabled_member_is_left_alone_and_a_hanging_one_is_down() -> None:
    async def hang(exchange: Exchange) -> None:
        await asyncio.sleep(60)

    async def main() -> None:
        client = Client()
        check = replace(TCP, protocol="HTTP", http_code=((200, 200),), timeout=1)
        async with backend(hang) as slow, backend(sending(OK)) as off:
            members = (member(slow), member(off, enabled=False))
            balancer = Balancer(Channel("ch", "ch", members=members, health=check))
            await Watcher(client).look(balancer)
            assert not balancer.loads[slow.address].healthy
            assert off.seen == []
        await client.close()

    asyncio.run(main())


def test_a_channel_that_is_gone_is_looked_after_no_more(world: World) -> None:
    async def main() -> None:
        async with backend(sending(OK)) as peer:
            channel = Channel("ch", "ch", members=(member(peer),), health=TCP)
            world._put(channels=(channel,))
            known = channels(world.gateway.services)
            await until(lambda: peer.connections > 0)
            assert known.unhealthy() == {"ch": []}
            world._put(channels=())
            await until(lambda: known.unhealthy() == {})
            assert known._tasks == {}
            await world.gateway.services.background.close()

    world.runner.run(main())
