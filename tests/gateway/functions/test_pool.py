import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gateway.functions.launch import JailMissing
from gateway.functions.pool import Pool
from tests.packages import STORE

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


def test_a_function_that_loops_is_killed_at_its_timeout(run: Any) -> None:
    outcome = run(LOOP, timeout=1)
    assert not outcome.ok and outcome.error_type == "timeout"
    assert json.loads(outcome.result) == {
        "errorMessage": "function invocation exception, error: "
        "the function timed out after 1.00 seconds",
        "errorType": "timeout",
        "stackTrace": [],
    }
    assert 1000 <= outcome.duration_ms < 3000
    assert outcome.memory_used_mb > 5


@pytest.mark.parametrize(
    "body",
    ["import re; re.match('(a+)+$', 'a' * 50 + 'b')", "import time; time.sleep(60)"],
)
def test_a_function_stuck_in_c_is_killed_too(run: Any, body: str) -> None:
    outcome = run(f"def handler(event, context): {body}", limit=0.5)
    assert outcome.error_type == "timeout"
    assert "timed out after 0.50 seconds" in outcome.result


def test_an_import_that_hangs_is_killed(run: Any) -> None:
    assert run("while True: pass", limit=0.5).error_type == "timeout"


def test_a_child_that_timed_out_is_never_used_again(
    function: Any, with_pool: Any
) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        first = await call(pool, made, 0)
        assert (await call(pool, made, 60, timeout=0.2)).error_type == "timeout"
        after = await call(pool, made, 0)
        assert after.cold and after.result != first.result

    with_pool(scenario)


@pytest.mark.parametrize(
    ("statement", "ending"),
    [
        ("os._exit(3)", "ended with status 3"),
        ("os.abort()", "was killed by SIGABRT"),
        ("os.kill(os.getpid(), 9)", "was killed by SIGKILL"),
        ("__import__('ctypes').string_at(0)", "was killed by SIGSEGV"),
    ],
)
def test_a_crash_is_a_result(run: Any, statement: str, ending: str) -> None:
    outcome = run(f"import os\ndef handler(event, context): {statement}")
    assert not outcome.ok and outcome.error_type == "crash"
    document = json.loads(outcome.result)
    assert document["errorMessage"].endswith(f"the function's process {ending}")
    assert document["stackTrace"] == []


def test_a_child_killed_while_idle_is_not_called(function: Any, with_pool: Any) -> None:
    made = function(WHO)

    async def scenario(pool: Pool) -> None:
        first = await call(pool, made)
        os.kill(int(first.result), signal.SIGKILL)
        # It has ended, but the event loop has not been told yet.
        os.waitid(os.P_PID, int(first.result), os.WEXITED | os.WNOWAIT)
        second = await call(pool, made)
        assert second.ok and second.cold and second.result != first.result

    with_pool(scenario)


def test_a_child_killed_while_busy_is_a_crash(function: Any, with_pool: Any) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        pid = int((await call(pool, made, 0)).result)
        running = asyncio.create_task(call(pool, made, 60, timeout=20))
        await asyncio.sleep(0)
        assert pool.workers()[0].idle is False
        os.kill(pid, signal.SIGKILL)
        assert (await running).error_type == "crash"
        assert (await call(pool, made, 0)).ok

    with_pool(scenario)


def test_a_warm_child_is_reused_for_its_function_only(
    function: Any, with_pool: Any
) -> None:
    one, other = function(WHO), function(WHO, memory_size=256)

    async def scenario(pool: Pool) -> None:
        first, second = await call(pool, one), await call(pool, one)
        third = await call(pool, other)
        assert first.result == second.result != third.result
        assert first.cold and not second.cold and third.cold
        assert second.code_hash == one.code_hash
        assert second.interpreter.startswith("Python 3.")
        assert sorted(w.calls for w in pool.workers()) == [1, 2]

    with_pool(scenario)


def test_changed_code_never_runs_in_an_old_child(function: Any, with_pool: Any) -> None:
    old = function("def handler(event, context): return 'old'")
    new = function("def handler(event, context): return 'new'")

    async def scenario(pool: Pool) -> None:
        assert (await call(pool, old)).result == "old"
        outcome = await call(pool, new)
        assert outcome.result == "new" and outcome.cold
        assert outcome.code_hash == new.code_hash != old.code_hash

    with_pool(scenario)


def test_calls_at_the_same_time_run_in_children_of_their_own(
    function: Any, with_pool: Any
) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        calls = [call(pool, made, 0.3) for _ in range(4)]
        outcomes = await asyncio.gather(*calls)
        assert len({outcome.result for outcome in outcomes}) == 4

    with_pool(scenario)


def test_an_idle_child_makes_room_for_another_function(
    function: Any, with_pool: Any, ended: Any
) -> None:
    one, other = function(WHO), function(SLEEP)

    async def scenario(pool: Pool) -> None:
        pid = int((await call(pool, one)).result)
        assert (await call(pool, other, 0)).ok
        await ended(pid)
        assert [worker.key for worker in pool.workers()] == [other.key]

    with_pool(scenario, max_children=1)


def test_an_idle_child_is_retired(function: Any, with_pool: Any, ended: Any) -> None:
    made = function(WHO)

    async def scenario(pool: Pool) -> None:
        await ended(int((await call(pool, made)).result))
        assert pool.workers() == []
        assert (await call(pool, made)).ok

    with_pool(scenario, idle_seconds=0.05)


def test_a_child_is_replaced_after_its_calls(function: Any, with_pool: Any) -> None:
    made = function(WHO)

    async def scenario(pool: Pool) -> None:
        pids = [(await call(pool, made)).result for _ in range(4)]
        assert pids[0] == pids[1] != pids[2] == pids[3]

    with_pool(scenario, max_calls=2)


def test_a_cancelled_call_leaves_no_child_behind(
    function: Any, with_pool: Any, ended: Any
) -> None:
    made = function(SLEEP)

    async def scenario(pool: Pool) -> None:
        pid = int((await call(pool, made, 0)).result)
        running = asyncio.create_task(call(pool, made, 60, timeout=20))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert pool.workers() == []
        await ended(pid)
        assert (await call(pool, made, 0)).ok

    with_pool(scenario, max_children=1)


def test_a_call_cancelled_in_its_first_moments_leaves_no_child_behind(
    function: Any, with_pool: Any
) -> None:
    made = function(WHO)

    async def scenario(pool: Pool) -> None:
        for turns in range(8):
            running = asyncio.create_task(call(pool, made))
            for _ in range(turns):
                await asyncio.sleep(0)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert pool.workers() == []
        assert (await call(pool, made)).ok

    with_pool(scenario, max_children=1)


def test_close_leaves_no_process_and_no_file(
    function: Any, with_pool: Any, tmp_path: Path
) -> None:
    made = function(SLEEP)
    pids: list[int] = []

    async def scenario(pool: Pool) -> None:
        calls = [call(pool, made, 60, timeout=20), call(pool, made, 0)]
        busy = [asyncio.create_task(one) for one in calls]
        await busy[1]
        pids.extend(worker.pid for worker in pool.workers())
        await pool.close()
        assert (await busy[0]).error_type == "crash"
        assert (await call(pool, made, 0)).error_type == "overload"

    with_pool(scenario)
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_child_that_cannot_start_is_a_result(
    function: Any, with_pool: Any, tmp_path: Path
) -> None:
    made = function(WHO)

    async def scenario(pool: Pool) -> None:
        (directory,) = (tmp_path / "scratch").iterdir()
        directory.rmdir()
        outcome = await call(pool, made)
        assert outcome.error_type == "crash"
        assert "no process could be started" in outcome.result
        directory.mkdir()
        assert (await call(pool, made)).ok

    with_pool(scenario)


def test_an_event_over_6_mb_is_refused(run: Any) -> None:
    outcome = run("def handler(event, context): return len(event)", "x" * 6_291_454)
    assert outcome.result == "6291454"
    outcome = run("def handler(event, context): return len(event)", "x" * 6_291_455)
    assert outcome.error_type == "ValueError"
    assert "the event of 6291457 bytes is over 6291456" in outcome.result


def test_an_event_that_cannot_be_json_is_refused(run: Any) -> None:
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    for event in (deep, {1, 2}, {"text": "\ud800"}):
        outcome = run("def handler(e, c): return e", event)
        assert outcome.error_type == "TypeError"
        assert "the event cannot be JSON" in outcome.result


def test_a_pool_runs_under_uvloop(function: Any, tmp_path: Path) -> None:
    made = function(SLEEP)

    async def scenario() -> None:
        pool = Pool(STORE, scratch=tmp_path)
        first, second = await call(pool, made, 0), await call(pool, made, 0)
        assert first.result == second.result
        assert (await call(pool, made, 60, timeout=0.2)).error_type == "timeout"
        assert (await call(pool, made, 0)).cold
        await pool.close()

    uvloop.run(scenario())


def test_a_disabled_function_is_refused(run: Any) -> None:
    outcome = run("def handler(e, c): return 1", enabled=False)
    assert (outcome.ok, outcome.error_type) == (False, "disabled")
    assert "demo is disabled" in outcome.result


def is_stopped(stat: Path) -> bool:
    return stat.read_text().rpartition(")")[2].split()[0] == "T"


def test_nothing_runs_on_after_a_reply(function: Any, with_pool: Any) -> None:
    made = function(
        """
        import threading
        count = 0
        def spin():
            global count
            while True:
                count += 1
        threading.Thread(target=spin, daemon=True).start()
        def handler(event, context):
            return count
        """
    )

    async def scenario(pool: Pool) -> None:
        first = int((await call(pool, made)).result)
        pid = pool.workers()[0].pid
        stat = Path(f"/proc/{pid}/stat")
        # Its threads stop one after the other, each on its own processor.
        while not all(map(is_stopped, Path(f"/proc/{pid}/task").glob("*/stat"))):
            await asyncio.sleep(0)
        used = stat.read_text().split()[13:15]
        await asyncio.sleep(0.1)
        assert stat.read_text().split()[13:15] == used
        assert int((await call(pool, made)).result) > first
        assert pool.workers()[0].pid == pid

    with_pool(scenario)


def test_a_function_without_an_interpreter_says_so(run: Any) -> None:
    outcome = run("", runtime="Cobol1.0")
    assert outcome.error_type == "crash"
    assert "no process could be started" in outcome.result
    assert "not the name of a runtime" in outcome.result


def test_a_child_that_holds_too_much_memory_is_replaced(
    function: Any, with_pool: Any
) -> None:
    made = function(
        """
        import os
        kept = []
        def handler(event, context):
            kept.append(bytearray(event << 20))
            return os.getpid()
        """
    )

    async def scenario(pool: Pool) -> None:
        small, large = await call(pool, made, 1), await call(pool, made, 150)
        after = await call(pool, made, 1)
        assert small.ok and large.ok and small.result == large.result
        assert after.cold and after.result != large.result

    with_pool(scenario)


def test_an_unknown_jail_level_is_refused_at_the_start() -> None:
    with pytest.raises(JailMissing, match="'moat' is not to be had"):
        Pool(STORE, jail="moat")
