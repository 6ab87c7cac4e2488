"""Fixtures of the gateway's tests."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
import uvloop

from gateway.functions.pool import Pool
from tests.gateway.world import World
from tests.packages import STORE


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    """The event loop that a session's pool belongs to."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@pytest.fixture(scope="session")
def pool(runner: asyncio.Runner) -> Iterator[Pool]:
    """Real function workers, kept warm from test to test."""
    pool = Pool(STORE)
    yield pool
    runner.run(pool.close())


@pytest.fixture
def new_world(runner: asyncio.Runner, pool: Pool) -> Iterator[Callable[[], World]]:
    """A fresh gateway each time it is called."""
    made: list[World] = []

    def new() -> World:
        made.append(World(runner, pool))
        return made[-1]

    yield new
    for world in made:
        runner.run(world.gateway.services.client.close())


@pytest.fixture
def world(new_world: Callable[[], World]) -> World:
    return new_world()
