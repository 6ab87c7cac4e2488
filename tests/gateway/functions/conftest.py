"""Real pools with real child processes, one per test."""

import asyncio
import os
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.functions.pool import Invocation, Pool
from gateway.snapshot import Function
from tests.packages import STORE, put

MakeFunction = Callable[..., Function]
Run = Callable[..., Invocation]
Scenario = Callable[[Pool], Awaitable[Any]]
WithPool = Callable[..., Any]


@pytest.fixture
def function() -> MakeFunction:
    """A function from the text of its index.py; other fields by name."""

    def make(
        code: str, /, files: dict[str, str] | None = None, **fields: Any
    ) -> Function:
        given: dict[str, Any] = {
            "urn": "urn:fss:local:project:function:default:demo",
            "func_name": "demo",
            "runtime": "Python3.9",
            "handler": "index.handler",
            "code_hash": put(files or textwrap.dedent(code)),
        }
        return Function(**given | fields)

    return make


@pytest.fixture
def with_pool(tmp_path: Path) -> WithPool:
    """Run a coroutine function with a pool that is closed afterwards."""

    def use(scenario: Scenario, **options: Any) -> Any:
        async def run() -> Any:
            # Where a function's process ids are the gateway's too.
            options.setdefault("jail", "kernel")
            pool = Pool(STORE, scratch=tmp_path / "scratch", **options)
            try:
                return await scenario(pool)
            finally:
                await pool.close()

        return asyncio.run(run())

    return use


@pytest.fixture
def run(function: MakeFunction, with_pool: WithPool) -> Run:
    """The outcome of one call of a new function with that index.py."""

    def once(
        code: str,
        event: object = None,
        /,
        *,
        limit: float = 10,
        jail: str = "kernel",
        **fields: Any,
    ) -> Invocation:
        made = function(code, **{"timeout": 30} | fields)

        async def scenario(pool: Pool) -> Invocation:
            return await pool.invoke(made, event, request_id="req-1", timeout=limit)

        outcome: Invocation = with_pool(scenario, jail=jail)
        return outcome

    return once


@pytest.fixture
def ended() -> Callable[[int], Awaitable[None]]:
    """Wait until a process that is not ours to reap has ended."""

    async def wait(pid: int) -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        try:
            end = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        loop.add_reader(end, done.set)
        await asyncio.wait_for(done.wait(), 10)
        loop.remove_reader(end)
        os.close(end)

    return wait
