import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.functions.worker import Death, Reply, Worker
from tests.packages import STORE

ROOT = Path(__file__).parents[3]
FORGE = """
import os
from struct import pack
def handler(event, context):
    body = b"0" * 8 + pack("!Bddd", 1, 1, 0, 1) + b"forged"
    for number in range(3, 256):
        try:
            os.write(number, pack("!I", len(body)) + body)
        except OSError:
            continue
    while True:
        pass
"""
LATER = """
import os, threading, time
def speak():
    time.sleep(0.05)
    for number in range(3, 256):
        try:
            os.write(number, b"hello")
        except OSError:
            continue
def handler(event, context):
    threading.Thread(target=speak).start()
    return "fine"
"""
CLOSE = """
import os
def handler(event, context):
    os.closerange(3, 256)
    while True:
        pass
"""


async def call(worker: Worker, event: bytes = b"null") -> Reply | Death:
    return await worker.call(event, "r", deadline=time.monotonic() + 10)


def test_a_reply_without_the_nonce_ends_the_child(
    function: Any, tmp_path: Path
) -> None:
    async def scenario() -> None:
        worker = Worker(function(FORGE), STORE, tmp_path, lambda worker: None)
        outcome = await call(worker)
        assert isinstance(outcome, Death) and outcome.kind == "crash"
        assert outcome.text == "answered another call than the one it was given"
        assert worker.gone.is_set() and not worker.alive

    asyncio.run(scenario())


def test_a_child_that_speaks_unasked_is_ended(function: Any, tmp_path: Path) -> None:
    async def scenario() -> None:
        ended: list[Worker] = []
        worker = Worker(function(LATER), STORE, tmp_path, ended.append)
        outcome = await call(worker)
        assert isinstance(outcome, Reply) and outcome.result == "fine"
        await asyncio.wait_for(worker.gone.wait(), 10)
        assert ended == [worker]

    asyncio.run(scenario())


def test_a_child_that_closes_its_socket_is_ended(function: Any, tmp_path: Path) -> None:
    async def scenario() -> None:
        worker = Worker(function(CLOSE), STORE, tmp_path, lambda worker: None)
        outcome = await call(worker)
        assert isinstance(outcome, Death) and outcome.kind == "crash"

    asyncio.run(scenario())


def test_every_descriptor_is_given_back(function: Any, tmp_path: Path) -> None:
    async def scenario() -> None:
        before = os.listdir("/proc/self/fd")
        worker = Worker(
            function("def handler(e, c): pass"), STORE, tmp_path, lambda _: None
        )
        await call(worker)
        worker.kill()
        await worker.gone.wait()
        await asyncio.sleep(0)
        (tmp_path / "other").mkdir()
        unused = Worker(function("x = 1"), STORE, tmp_path / "other", lambda _: None)
        unused.kill()
        await unused.gone.wait()
        assert os.listdir("/proc/self/fd") == before

    asyncio.run(scenario())


def test_a_child_inherits_no_descriptor_of_the_gateway(
    function: Any, tmp_path: Path
) -> None:
    made = function(
        """
        import os
        def handler(event, context):
            try:
                os.fstat(event)
            except OSError:
                return "closed"
        """
    )

    async def scenario(number: int) -> None:
        worker = Worker(made, STORE, tmp_path, lambda worker: None)
        outcome = await call(worker, str(number).encode())
        assert isinstance(outcome, Reply) and outcome.result == "closed"
        worker.kill()
        await worker.gone.wait()

    with open(tmp_path / "open", "w") as file:
        high = os.dup2(file.fileno(), 777)
        os.set_inheritable(high, True)
        try:
            asyncio.run(scenario(high))
        finally:
            os.close(high)


def test_a_host_that_cannot_start_it_gets_an_oserror(
    function: Any, tmp_path: Path
) -> None:
    async def scenario() -> None:
        before = os.listdir("/proc/self/fd")
        with pytest.raises(OSError):
            Worker(function("x = 1"), STORE, tmp_path / "missing", lambda worker: None)
        assert os.listdir("/proc/self/fd") == before

    asyncio.run(scenario())


def test_a_runtime_that_is_missing_costs_no_descriptor(
    function: Any, tmp_path: Path
) -> None:
    async def scenario() -> None:
        before = os.listdir("/proc/self/fd")
        with pytest.raises(LookupError):
            Worker(function("", runtime="Cobol1.0"), STORE, tmp_path, lambda _: None)
        assert os.listdir("/proc/self/fd") == before

    asyncio.run(scenario())


GATEWAY = """
import asyncio, sys
from pathlib import Path
from gateway.functions.pool import Pool
from gateway.functions.package import Store
from gateway.snapshot import Function

async def main():
    store = Store(Path(sys.argv[1]))
    code = store.put({"index.py": b"import time\\ndef handler(e, c): time.sleep(e)"})
    pool = Pool(store)
    made = Function("u", "n", "Python3.9", "index.handler", code, timeout=60)
    await pool.invoke(made, 0, request_id="r")
    busy = asyncio.create_task(pool.invoke(made, 50, request_id="r"))
    idle = Function("u", "m", "Python3.9", "index.handler", code, timeout=60)
    await pool.invoke(idle, 0, request_id="r")
    print(*[worker.pid for worker in pool.workers()], flush=True)
    await busy

asyncio.run(main())
"""


def test_children_die_with_a_gateway_that_is_killed(tmp_path: Path, ended: Any) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", GATEWAY, str(tmp_path / "packages")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path)},
    ) as gateway:
        assert gateway.stdout is not None
        pids = [int(pid) for pid in gateway.stdout.readline().split()]
        gateway.kill()
    assert len(pids) == 2

    async def all_end() -> None:
        for pid in pids:
            await ended(pid)

    asyncio.run(all_end())
