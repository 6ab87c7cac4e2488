"""Attacks from inside a function, each against the wall that has to hold."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.functions.sandbox import level

Run = Callable[..., Any]
ROOT = Path(__file__).parents[3]

ATTEMPT = """
import ctypes, os, resource, signal, socket, subprocess, threading
def handler(event, context):
    try:
        return {{"got": repr({attempt})}}
    except OSError as error:
        return {{"refused": error.strerror, "number": error.errno}}
"""


def attempt(run: Run, expression: str, event: object = None) -> dict[str, Any]:
    outcome = run(ATTEMPT.format(attempt=expression), event)
    assert outcome.ok, outcome
    found: dict[str, Any] = json.loads(outcome.result)
    return found


def test_this_host_has_every_wall() -> None:
    assert level() == "landlock+seccomp"


@pytest.mark.parametrize(
    "path", ["/etc/shadow", "/etc/passwd", "/proc/self/environ", "/proc/1/cmdline"]
)
def test_a_function_cannot_read_the_hosts_files(run: Run, path: str) -> None:
    assert attempt(run, f"open({path!r}).read()")["refused"] == "Permission denied"


def test_a_function_cannot_read_the_gateways_memory_or_environment(run: Run) -> None:
    for name in ("environ", "mem", "maps", "cmdline"):
        expression = f"open('/proc/%d/{name}' % os.getppid(), 'rb').read(1)"
        assert attempt(run, expression)["refused"] == "Permission denied"


def test_a_function_cannot_read_the_data_directory(run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "var" / "keys"
    secret.parent.mkdir()
    secret.write_text("secret")
    found = attempt(run, "open(event).read()", str(secret))
    assert found["refused"] == "Permission denied"
    found = attempt(run, "os.listdir(event)", str(secret.parent))
    assert found["refused"] == "Permission denied"
    found = attempt(run, "os.listdir(event)", str(ROOT))
    assert found["refused"] == "Permission denied"


@pytest.mark.parametrize(
    "change",
    [
        "open(event, 'w')",
        "os.unlink(event)",
        "os.rename(event, 'mine')",
        "os.link(event, 'mine')",
        "os.truncate(event, 0)",
        "os.chmod(event, 0o777)",
        "os.chown(event, 0, 0)",
        "os.utime(event)",
        "os.setxattr(event, 'user.a', b'b')",
        "os.mkdir(event + '.d')",
        "os.symlink('/', event + '.l')",
    ],
)
def test_a_function_cannot_change_files_outside(
    run: Run, tmp_path: Path, change: str
) -> None:
    target = tmp_path / "file"
    target.write_text("kept")
    before = target.stat()
    facts = (before.st_mode, before.st_uid, before.st_mtime_ns, before.st_nlink)
    assert "refused" in attempt(run, change, str(target))
    assert target.read_text() == "kept"
    after = target.stat()
    assert facts == (after.st_mode, after.st_uid, after.st_mtime_ns, after.st_nlink)
    assert not list(tmp_path.glob("file.*"))


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


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"])
def test_a_function_cannot_open_a_socket(run: Run, family: str, kind: str) -> None:
    found = attempt(run, f"socket.socket(socket.{family}, socket.{kind})")
    assert found["refused"] == "Operation not permitted"


def test_a_function_cannot_send_to_a_socket_file(run: Run) -> None:
    found = attempt(run, "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)")
    assert found["refused"] == "Operation not permitted"


def test_a_connection_to_a_listening_port_never_arrives(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        found = attempt(run, f"socket.create_connection({server.getsockname()})")
        assert "refused" in found
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "expression",
    [
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['/bin/true'])",
    ],
)
def test_a_function_cannot_start_a_process(run: Run, expression: str) -> None:
    assert attempt(run, expression)["refused"] == "Operation not permitted"


@pytest.mark.parametrize(
    "expression",
    [
        "os.kill(os.getppid(), 9)",
        "os.kill(os.getppid(), 0)",
        "os.killpg(os.getpgid(os.getppid()), 9)",
        "os.kill(-1, 9)",
        "os.pidfd_open(os.getppid())",
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "os.sched_setaffinity(os.getppid(), [0])",
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (0, 0))",
        "__import__('fcntl').fcntl(0, 8, os.getppid())",
        "__import__('fcntl').fcntl(0, 10, 9)",
    ],
)
def test_a_function_cannot_reach_the_gateways_process(
    run: Run, expression: str
) -> None:
    assert attempt(run, expression)["refused"] == "Operation not permitted"


@pytest.mark.parametrize(
    "call",
    [
        "ptrace(16, os.getppid(), 0, 0)",
        "process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)",
        "mount(b'none', b'/', b'tmpfs', 0, 0)",
        "unshare(0x10000000)",
        "memfd_create(b'x', 0)",
        "shmget(0, 4096, 0o1600)",
        "syscall(KEYCTL, 0, 0)",
        "setuid(0)",
        "personality(0)",
    ],
)
def test_a_function_cannot_call_the_kernel_for_more(run: Run, call: str) -> None:
    code = """
    import ctypes, errno, os
    KEYCTL = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
    def handler(event, context):
        libc = ctypes.CDLL(None, use_errno=True)
        return [libc.@, errno.errorcode.get(ctypes.get_errno())]
    """
    outcome = run(code.replace("@", call))
    assert outcome.result == '[-1, "EPERM"]', outcome


def test_a_function_may_use_threads_and_asyncio(run: Run) -> None:
    code = """
    import asyncio, concurrent.futures, time
    def handler(event, context):
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            count = len(list(pool.map(time.sleep, [0.001] * 60)))
        return [count, asyncio.run(asyncio.sleep(0.001, "slept"))]
    """
    assert json.loads(run(code).result) == [60, "slept"]


def test_a_file_cannot_grow_past_its_limit(run: Run) -> None:
    found = attempt(run, "open('big', 'w').truncate((512 << 20) + 1)")
    assert found["refused"] == "File too large"


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


def test_a_thread_that_spins_after_the_reply_runs_out_of_cpu(
    function: Any, with_pool: Any, ended: Any
) -> None:
    made = function(
        """
        import os, threading
        def spin():
            while True:
                pass
        def handler(event, context):
            threading.Thread(target=spin, daemon=True).start()
            return os.getpid()
        """,
        timeout=1,
    )

    async def scenario(pool: Any) -> None:
        outcome = await pool.invoke(made, None, request_id="r", timeout=0.5)
        await ended(int(outcome.result))

    with_pool(scenario)


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
from gateway.functions import libc, sandbox
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
    pool = Pool(store)
    made = Function("u", "n", "Python3.9", "index.handler", code)
    outcome = await pool.invoke(made, None, request_id="r")
    await pool.close()
    print(json.dumps([sandbox.level(), json.loads(outcome.result)]))

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
    assert json.loads(found.stdout) == ["seccomp", [True, "no sockets"]], found.stderr
