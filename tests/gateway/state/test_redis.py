"""Redis: one round trip, four processes, and its absence."""

import asyncio
import logging
import subprocess
import sys
from typing import Any

import pytest
from redis.asyncio import Redis as Client

from gateway.state import Window
from gateway.state.redis import Redis
from tests.gateway.state.conftest import RedisServer

COUNTING = """
import asyncio, sys
from gateway.state import Window
from gateway.state.redis import Redis

async def main():
    state = Redis(sys.argv[1])
    async def call():
        return [await taken(state) is None for _ in range(25)]
    answers = await asyncio.gather(*(call() for _ in range(16)))
    await state.close()
    print(sum(map(sum, answers)))

async def taken(state):
    answer = state.take([Window("api", 1000, 60), Window("user", 2000, 60)])
    return answer if answer is None or isinstance(answer, Window) else await answer

asyncio.run(main())
"""


def test_four_processes_admit_exactly_the_limit(redis_server: RedisServer) -> None:
    command = [sys.executable, "-c", COUNTING, redis_server.url]
    gateways = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    admitted = [int(gateway.communicate(timeout=60)[0]) for gateway in gateways]
    assert sum(admitted) == 1000


def test_what_is_asked_in_one_turn_is_one_round_trip(
    redis_server: RedisServer, runner: asyncio.Runner
) -> None:
    async def scenario() -> tuple[int, int]:
        state, client = Redis(redis_server.url), Client.from_url(redis_server.url)
        await taken(state, Window("warm", 9, 60))
        sent = state.round_trips
        kept = state.get("kept")
        first = state.take([Window("a", 9, 60), Window("b", 9, 60)])
        second = state.take([Window("c", 9, 60)])
        await asyncio.gather(kept, first, second)  # type: ignore[arg-type]
        counted = await client.exists(*("{sallyport}:" + key for key in "abc"))
        await client.aclose()
        await state.close()
        return state.round_trips - sent, counted

    assert runner.run(scenario()) == (1, 3)


def test_a_full_window_is_refused_without_asking_again(
    redis_server: RedisServer, runner: asyncio.Runner
) -> None:
    async def scenario() -> int:
        state = Redis(redis_server.url)
        window = Window("k", 1, 60)
        for _ in range(2):
            await taken(state, window)
        sent = state.round_trips
        assert state.take([window]) == window
        await state.close()
        return state.round_trips - sent

    assert runner.run(scenario()) == 0


def test_scripts_that_redis_has_forgotten_are_given_again(
    redis_server: RedisServer, runner: asyncio.Runner
) -> None:
    async def scenario() -> None:
        state, client = Redis(redis_server.url), Client.from_url(redis_server.url)
        window = Window("k", 2, 60)
        assert await taken(state, window) is None
        await client.script_flush()
        assert await taken(state, window) is None
        assert await taken(state, window) == window
        await client.aclose()
        await state.close()

    runner.run(scenario())


def test_without_redis_limits_go_on_locally_and_it_is_said(
    redis_server: RedisServer,
    runner: asyncio.Runner,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)

    async def scenario() -> None:
        state, window = Redis(redis_server.url), Window("k", 3, 60)
        assert await taken(state, window) is None
        redis_server.stop()
        # It goes on from the one call that Redis counted.
        assert [await taken(state, window) for _ in range(3)] == [None, None, window]
        assert state.away
        # Nothing has to be waited for now.
        assert state.take([window]) == window
        state.put("kept", b"v", 60)
        assert state.get("kept") == b"v"
        redis_server.start()
        async with asyncio.timeout(10):
            while state.away:
                await asyncio.sleep(0.02)
        await state.close()

    runner.run(scenario())
    said = [record.getMessage() for record in caplog.records]
    assert sum("Redis does not answer" in text for text in said) == 1
    assert "Redis answers again: limits hold for all gateways together" in said


def test_a_redis_that_hangs_holds_a_call_for_its_timeout_only(
    runner: asyncio.Runner,
) -> None:
    async def scenario() -> float:
        async def silent(reader: Any, writer: Any) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        state = Redis(f"redis://127.0.0.1:{port}/0", timeout=0.1)
        began = asyncio.get_running_loop().time()
        assert await taken(state, Window("k", 1, 60)) is None
        took = asyncio.get_running_loop().time() - began
        await state.close()
        server.close()
        return took

    assert runner.run(scenario()) < 2


async def taken(state: Redis, window: Window) -> Window | None:
    answer = state.take([window])
    return answer if answer is None or isinstance(answer, Window) else await answer
