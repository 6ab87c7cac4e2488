"""Threads, memory, disk and descriptors; and what runs after the reply."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from gateway.functions import launch
from gateway.functions.pool import Pool
from tests.packages import STORE, put

Attempt = Callable[..., dict[str, Any]]


def test_a_bomb_of_threads_ends_in_an_error(
    pools: Callable[..., Any], level: str
) -> None:
    code = """
    import threading, time
    def handler(event, context):
        count = 0
        try:
            while count < 100_000:
                threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
                count += 1
        except RuntimeError:
            return count
    """
    outcome = pools(level, code, None)
    assert not outcome.ok or int(outcome.result) < 5_000


def test_memory_ends_in_an_error(pools: Callable[..., Any], level: str) -> None:
    code = "def handler(event, context):\n    return len('x' * (1 << 30))"
    assert pools(level, code, None).error_type == "MemoryError"


def test_one_file_cannot_fill_the_disk(attempt: Attempt, level: str) -> None:
    expression = "open('big', 'wb').truncate((512 << 20) + 1)"
    assert "refused" in attempt(level, expression, alone=True)


def test_inside_bubblewrap_many_files_cannot_fill_it_either(
    attempt: Attempt,
) -> None:
    if "bubblewrap" not in launch.levels():
        pytest.skip("bubblewrap does not work on this host")
    piece = "open(str(n), 'wb').write(b'x' * (1 << 20))"
    expression = f"[{piece} for n in range(600)]"
    assert "refused" in attempt("bubblewrap", expression, alone=True)


def test_descriptors_run_out_for_it_alone(attempt: Attempt, level: str) -> None:
    expression = "[os.dup(0) for _ in range(5000)]"
    assert "refused" in attempt(level, expression, alone=True)


def test_it_cannot_keep_a_core_dump_or_raise_a_limit(
    attempt: Attempt, level: str
) -> None:
    found = attempt(level, "resource.getrlimit(resource.RLIMIT_CORE)")
    assert found == {"got": "(0, 0)"}


STANDS = """
import os, threading, time
count = 0
def run():
    global count
    while True:
        count += 1
        time.sleep(0.001)
def handler(event, context):
    if event == "start":
        threading.Thread(target=run, daemon=True).start()
    return count
"""


def test_nothing_runs_on_after_the_reply(level: str) -> None:
    from gateway.snapshot import Function

    made = Function("u", "n", "Python3.11", "index.handler", put(STANDS))

    async def scenario() -> tuple[int, int]:
        pool = Pool(STORE, jail=level)
        try:
            await pool.invoke(made, "start", request_id="r")
            (worker,) = pool._idle
            while not worker.frozen:
                await asyncio.sleep(0.01)
            first = await pool.invoke(made, None, request_id="r")
            while not worker.frozen:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)
            second = await pool.invoke(made, None, request_id="r")
            return int(first.result), int(second.result)
        finally:
            await pool.close()

    first, second = asyncio.run(scenario())
    # Half a second would be some 400 more.
    assert second - first < 200


@pytest.mark.parametrize(
    "statement", ["signal.alarm(1)", "signal.setitimer(signal.ITIMER_REAL, 0.05)"]
)
def test_an_alarm_after_the_reply_ends_only_itself(
    pools: Callable[..., Any], level: str, statement: str
) -> None:
    code = f"import signal\ndef handler(event, context): {statement}"
    assert pools(level, code, None).ok
    assert pools(level, "def handler(event, context): return 1", None).ok


def test_an_abort_is_reported_by_its_signal_at_every_level(
    pools: Callable[..., Any], level: str
) -> None:
    outcome = pools(level, "import os\ndef handler(e, c): os.abort()", None)
    assert outcome.error_type == "crash"
    assert "was killed by SIGABRT" in outcome.result
