"""Calls that wait for a child: in turn, within bounds, told when it is too late."""

import asyncio
import json
from typing import Any

from gateway.functions.pool import Pool

WHO = "import os\ndef handler(event, context): return os.getpid()"
SLEEP = """
import os, time
def handler(event, context):
    time.sleep(event)
    return os.getpid()
"""
LOOP = "def handler(event, context):\n    while True: pass"


async def call(pool: Pool, function: Any, event: object = None, **options: Any) -> Any:
    return await pool.invoke(function, event, request_id="r", **options)


def test_calls_wait_when_a_function_has_all_its_children(
    function: Any, with_pool: Any
) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        outcomes = await asyncio.gather(*[call(pool, made, 0.01) for _ in range(6)])
        assert all(outcome.ok for outcome in outcomes)
        assert len({outcome.result for outcome in outcomes}) == 1

    with_pool(scenario, max_per_function=1)


def test_a_waiting_function_does_not_hold_up_another(
    function: Any, with_pool: Any
) -> None:
    slow, quick = function(SLEEP, urn="slow"), function(WHO, urn="quick")

    async def scenario(pool: Pool) -> None:
        waiting = [
            asyncio.create_task(call(pool, slow, 60, timeout=20)) for _ in range(2)
        ]
        await asyncio.sleep(0)
        assert (await call(pool, quick)).ok
        for task in waiting:
            task.cancel()

    with_pool(scenario, max_per_function=1)


def test_a_full_queue_refuses_at_once(function: Any, with_pool: Any) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        calls = [call(pool, made, 0.1) for _ in range(3)]
        outcomes = await asyncio.gather(*calls)
        assert [outcome.error_type for outcome in outcomes] == ["", "", "overload"]
        assert json.loads(outcomes[2].result)["errorType"] == "overload"

    with_pool(scenario, max_children=1, queue=1)


def test_waiting_in_the_queue_ends_at_the_timeout(
    function: Any, with_pool: Any
) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        running = asyncio.create_task(call(pool, made, 60, timeout=20))
        await asyncio.sleep(0)
        assert (await call(pool, made, 0, timeout=0.1)).error_type == "overload"
        running.cancel()

    with_pool(scenario, max_children=1)


def test_a_cancelled_wait_passes_its_turn_on(function: Any, with_pool: Any) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        tasks = [asyncio.create_task(call(pool, made, 0.05)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        assert (await tasks[0]).ok and (await tasks[2]).ok

    with_pool(scenario, max_children=1)


def test_a_function_runs_no_more_at_once_than_its_concurrency(
    function: Any, with_pool: Any
) -> None:
    made = function(SLEEP, concurrency=2)

    async def scenario(pool: Pool) -> None:
        calls = [call(pool, made, 0.05) for _ in range(6)]
        outcomes = await asyncio.gather(*calls)
        assert len({outcome.result for outcome in outcomes}) == 2

    with_pool(scenario)


def test_a_new_deployment_does_not_raise_the_concurrency(
    function: Any, with_pool: Any
) -> None:
    old, new = function(SLEEP, concurrency=1), function(WHO, concurrency=1)
    other = function(WHO, concurrency=1, version="v2")

    async def scenario(pool: Pool) -> None:
        running = asyncio.create_task(call(pool, old, 60, timeout=20))
        await asyncio.sleep(0)
        assert (await call(pool, new, timeout=0.1)).error_type == "overload"
        assert (await call(pool, other)).ok
        running.cancel()

    with_pool(scenario)


def test_no_concurrency_is_no_call(run: Any) -> None:
    assert run("def handler(e, c): return 1", concurrency=0).error_type == "disabled"


def test_everybody_in_the_queue_is_told_when_none_can_start(
    function: Any, with_pool: Any
) -> None:
    slow = function(SLEEP)
    broken = function(WHO, urn="broken", runtime="Cobol1.0")

    async def scenario(pool: Pool) -> None:
        running = asyncio.create_task(call(pool, slow, 0.05))
        await asyncio.sleep(0)
        outcomes = await asyncio.gather(*[call(pool, broken) for _ in range(3)])
        assert [outcome.error_type for outcome in outcomes] == ["crash"] * 3
        assert (await running).ok

    with_pool(scenario, max_children=1)


def test_waiting_functions_are_served_in_turn(function: Any, with_pool: Any) -> None:
    many, one = function(SLEEP, urn="many"), function(SLEEP, urn="one")

    async def scenario(pool: Pool) -> None:
        order: list[str] = []

        async def note(made: Any) -> None:
            assert (await call(pool, made, 0.02)).ok
            order.append(made.urn)

        flood = [asyncio.create_task(note(many)) for _ in range(6)]
        await asyncio.sleep(0)
        late = asyncio.create_task(note(one))
        await asyncio.gather(*flood, late)
        # One runs at once; then the other function has its turn.
        assert order.index("one") <= 2

    with_pool(scenario, max_children=1)


def test_a_flood_of_one_function_refuses_no_other(
    function: Any, with_pool: Any
) -> None:
    many, one = function(SLEEP, urn="many"), function(SLEEP, urn="one")

    async def scenario(pool: Pool) -> None:
        flood = [asyncio.create_task(call(pool, many, 0.05)) for _ in range(8)]
        await asyncio.sleep(0)
        assert (await call(pool, one, 0)).ok
        kinds = [outcome.error_type for outcome in await asyncio.gather(*flood)]
        # A queue of four: three had to go when it was full, one made room.
        assert kinds.count("overload") == 4

    with_pool(scenario, max_children=1, queue=4)
