"""What both implementations promise, asked of each."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from gateway.state import Breaker, State, Window
from gateway.state.memory import Memory
from gateway.state.redis import Redis

Scenario = Callable[[State], Coroutine[Any, Any, None]]


@pytest.fixture(params=["memory", "redis"])
def run(
    request: pytest.FixtureRequest, runner: asyncio.Runner
) -> Callable[[Scenario], None]:
    """Runs a scenario on a state that is empty."""
    url = ""
    if request.param == "redis":
        url = request.getfixturevalue("redis_server").url

    async def play(scenario: Scenario) -> None:
        state: State = Redis(url) if url else Memory()
        try:
            await scenario(state)
        finally:
            await state.close()

    return lambda scenario: runner.run(play(scenario))


async def of(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def test_a_window_takes_as_many_calls_as_its_limit(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        window = Window("k", 3, 60)
        answers = [await of(state.take([window])) for _ in range(5)]
        assert answers == [None, None, None, window, window]
        assert state.seen("k") == 3
        assert 59 < state.seconds_left("k") <= 60

    run(scenario)


def test_a_call_is_counted_in_all_windows_or_in_none(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        wide, narrow = Window("wide", 10, 60), Window("narrow", 1, 60)
        assert await of(state.take([wide, narrow])) is None
        assert await of(state.take([wide, narrow])) == narrow
        assert await of(state.take([Window("wide", 2, 60)])) is None
        assert await of(state.take([Window("wide", 2, 60)])) is not None

    run(scenario)


def test_a_window_ends_a_period_after_its_first_call(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        window = Window("k", 1, 0.15)
        assert await of(state.take([window])) is None
        assert await of(state.take([window])) == window
        await asyncio.sleep(0.2)
        assert await of(state.take([window])) is None

    run(scenario)


def test_a_lower_limit_and_a_shorter_period_hold_at_once(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        for _ in range(3):
            assert await of(state.take([Window("k", 10, 3600)])) is None
        lower = Window("k", 3, 3600)
        assert await of(state.take([lower])) == lower
        assert await of(state.take([Window("k", 3, 60)])) is None

    run(scenario)


def test_64_callers_at_once_get_exactly_the_limit(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        window = Window("k", 1000, 60)

        async def call() -> list[bool]:
            return [await of(state.take([window])) is None for _ in range(20)]

        answers = await asyncio.gather(*(call() for _ in range(64)))
        assert sum(map(sum, answers)) == 1000

    run(scenario)


def test_a_counter_can_start_anew(run: Callable[[Scenario], None]) -> None:
    async def scenario(state: State) -> None:
        window = Window("k", 1, 60)
        await of(state.take([window]))
        state.forget("k")
        assert await of(state.take([window])) is None
        assert await of(state.take([window])) == window

    run(scenario)


def test_a_value_is_kept_for_its_time(run: Callable[[Scenario], None]) -> None:
    async def scenario(state: State) -> None:
        assert await of(state.get("k")) is None
        state.put("k", b"\x00value", 0.15)
        assert await of(state.get("k")) == b"\x00value"
        await asyncio.sleep(0.2)
        assert await of(state.get("k")) is None

    run(scenario)


def test_a_breaker_opens_at_its_count_and_closes_again(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        breaker = Breaker("b", threshold=2, window=60, open=0.2)
        await told(state, breaker, False, True)
        assert state.open_left(breaker) == 0
        await told(state, breaker, False)
        assert 0.1 < state.open_left(breaker) <= 0.2
        # What ends while it is open does not count.
        await told(state, breaker, False)
        await asyncio.sleep(0.25)
        assert state.open_left(breaker) == 0
        await told(state, breaker, False)
        assert state.open_left(breaker) == 0

    run(scenario)


def test_a_breaker_by_percentage_decides_when_its_window_ends(
    run: Callable[[Scenario], None],
) -> None:
    async def scenario(state: State) -> None:
        breaker = Breaker("b", 51, window=0.15, open=60, percentage=True, least=4)
        await told(state, breaker, False, False, False, True)
        assert state.open_left(breaker) == 0
        await asyncio.sleep(0.2)
        await told(state, breaker, True)
        assert 50 < state.open_left(breaker) <= 60

    run(scenario)


@pytest.mark.parametrize("calls", [(False, False, False), (False, True, True, False)])
def test_too_few_calls_or_too_few_bad_ones_leave_it_closed(
    run: Callable[[Scenario], None], calls: tuple[bool, ...]
) -> None:
    async def scenario(state: State) -> None:
        breaker = Breaker("b", 51, window=0.1, open=60, percentage=True, least=4)
        await told(state, breaker, *calls)
        await asyncio.sleep(0.15)
        await told(state, breaker, True)
        assert state.open_left(breaker) == 0

    run(scenario)


async def told(state: State, breaker: Breaker, *healthy: bool) -> None:
    """Tell it, and wait until that has arrived."""
    for each in healthy:
        state.note(breaker, each)
    arrived: Awaitable[Any] | Any = state.get("anything")
    await of(arrived)
