"""The walls around a function: what it still may do, and what limits it.

The attacks are in the folder attacks.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.functions import sandbox

Run = Callable[..., Any]
ROOT = Path(__file__).parents[3]


def test_this_host_has_every_wall() -> None:
    assert sandbox.walls() == ["landlock", "seccomp"]


def test_a_function_can_use_its_private_directory(run: Run) -> None:
    code = """
    import os, tempfile
    def handler(event, context):
        with tempfile.TemporaryDirectory() as name:
            path = os.path.join(name, "a")
            with open(path, "w") as file:
                file.write("kept")
            os.rename(path, "moved")
        return [open("moved").read(), oct(os.stat("moved").st_mode)[-3:]]
    """
    assert json.loads(run(code).result) == ["kept", "600"]


def test_a_function_may_use_threads_and_asyncio(run: Run) -> None:
    code = """
    import asyncio, concurrent.futures, time
    def handler(event, context):
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            count = len(list(pool.map(time.sleep, [0.001] * 60)))
        return [count, asyncio.run(asyncio.sleep(0.001, "slept"))]
    """
    assert json.loads(run(code).result) == [60, "slept"]


@pytest.mark.parametrize("name", ["AS", "NOFILE", "NPROC", "FSIZE", "CORE"])
def test_a_function_cannot_raise_its_limits(run: Run, name: str) -> None:
    code = f"""
    import resource
    def handler(event, context):
        soft, hard = resource.getrlimit(resource.RLIMIT_{name})
        assert soft == hard >= 0
        resource.setrlimit(resource.RLIMIT_{name}, (hard + 1, hard + 1))
    """
    outcome = run(code)
    assert outcome.error_type == "ValueError"
    assert "not allowed to raise maximum limit" in outcome.result


def test_the_child_is_alone_in_its_session_and_cannot_be_dumped(run: Run) -> None:
    code = """
    import ctypes, os
    def handler(event, context):
        libc = ctypes.CDLL(None)
        alone = os.getsid(0) == os.getpid() == os.getpgrp()
        return [alone, libc.prctl(3, 0, 0, 0, 0), libc.prctl(39, 0, 0, 0, 0)]
    """
    # PR_GET_DUMPABLE is 0, PR_GET_NO_NEW_PRIVS is 1.
    assert json.loads(run(code).result) == [True, 0, 1]


WITHOUT_LANDLOCK = """
import asyncio, ctypes, json, struct, sys
from pathlib import Path
from gateway.functions import launch, libc
from gateway.functions.package import Store
from gateway.functions.pool import Pool
from gateway.snapshot import Function

# A filter that makes landlock_create_ruleset an unknown call, as old kernels do.
refuse, allow = (0x06, 0, 0, 0x50026), (0x06, 0, 0, 0x7fff0000)
rows = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), refuse, allow]
text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
head = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 4, ctypes.addressof(text)))
libc.check(libc.prctl(38, 1))
libc.check(libc.prctl(22, 2, ctypes.addressof(head)))

CODE = '''
import socket
def handler(event, context):
    readable = open("/etc/passwd").read(0) == ""
    try:
        socket.socket()
    except PermissionError:
        return [readable, "no sockets"]
'''

async def main():
    store = Store(Path(sys.argv[1]))
    code = store.put({"index.py": CODE.encode()})
    pool = Pool(store, jail='kernel')
    made = Function("u", "n", "Python3.9", "index.handler", code)
    outcome = await pool.invoke(made, None, request_id="r")
    await pool.close()
    print(json.dumps([launch.describe(pool.jail), json.loads(outcome.result)]))

asyncio.run(main())
"""


def test_without_landlock_the_other_walls_stay_and_the_level_says_so(
    tmp_path: Path,
) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_LANDLOCK, str(tmp_path / "packages")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path)},
    )
    level, (readable, sockets) = json.loads(found.stdout or "[0, [0, 0]]")
    assert (readable, sockets) == (True, "no sockets"), found.stderr
    assert "Seccomp" in level and "this host lacks Landlock" in level
