"""Attacks from inside a function, each at every jail level of this host.

An attack is a Python expression or a whole function. `limits` is weak by nature:
what it does not stop is asserted too, so that nobody takes it for more (README).
"""

import asyncio
import json
import os
import socket
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.functions import launch
from gateway.functions.pool import Pool
from tests.packages import STORE, put

Run = Callable[..., Any]
ROOT = Path(__file__).parents[3]
LEVELS = launch.levels()
STRONG = LEVELS[1:]
ATTEMPT = """
import ctypes, errno, fcntl, mmap, os, resource, signal, socket, subprocess, threading
import struct
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"

def call(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

def syscall(x86, arm, *arguments):
    number = x86 if X86 else arm
    return call(libc.syscall(ctypes.c_long(number), *arguments))

def handler(event, context):
    try:
        return {{"got": repr({attempt})[:200]}}
    except OSError as error:
        return {{"refused": os.strerror(error.errno or 0)}}
"""


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    """Every jail level that this host offers."""
    return str(request.param)


@pytest.fixture(params=STRONG)
def strong(request: pytest.FixtureRequest) -> str:
    """The levels that keep files, network and processes away."""
    return str(request.param)


@pytest.fixture(scope="module")
def pools() -> Iterator[Callable[..., Any]]:
    """`call(level, code, event, **fields)`: pools that live for all attacks."""
    from gateway.snapshot import Function

    with asyncio.Runner() as runner:
        made: dict[str, Pool] = {}

        async def call(level: str, code: str, event: object, **fields: Any) -> Any:
            if level not in made:
                made[level] = Pool(STORE, jail=level, max_children=4)
            given: dict[str, Any] = {
                "urn": "urn:fss:local:p:function:default:attack",
                "func_name": "attack",
                "runtime": "Python3.11",
                "handler": "index.handler",
                "code_hash": put(textwrap.dedent(code)),
                "timeout": 20,
            }
            function = Function(**given | fields)
            limit = fields.get("timeout", 20)
            return await made[level].invoke(
                function, event, request_id="r", timeout=limit
            )

        async def close() -> None:
            for pool in made.values():
                await pool.close()

        yield lambda *a, **k: runner.run(call(*a, **k))
        runner.run(close())


@pytest.fixture
def attempt(pools: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """What an expression came to at a level: `got`, or the error it was `refused`."""

    def run(level: str, expression: str, event: object = None, **fields: Any) -> Any:
        outcome = pools(level, ATTEMPT.format(attempt=expression), event, **fields)
        assert outcome.ok, outcome
        return json.loads(outcome.result)

    return run


Attempt = Callable[..., dict[str, Any]]


# Files.


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/etc/shadow", "/root/.bashrc", "/proc/1/cmdline", "/proc/version"],
)
def test_it_cannot_read_the_hosts_files(
    attempt: Attempt, strong: str, path: str
) -> None:
    assert "refused" in attempt(strong, f"open({path!r}).read()")


def test_limits_alone_do_not_stop_reading(attempt: Attempt) -> None:
    assert "got" in attempt("limits", "open('/etc/passwd').read()")


@pytest.mark.parametrize("name", ["environ", "mem", "maps", "cmdline", "fd/0"])
def test_it_cannot_look_into_the_gateway(
    attempt: Attempt, strong: str, name: str
) -> None:
    expression = f"open('/proc/%d/{name}' % event, 'rb').read(1)"
    assert "refused" in attempt(strong, expression, os.getpid())


def test_even_limits_keep_the_gateways_memory(attempt: Attempt, level: str) -> None:
    expression = "open('/proc/%d/mem' % event, 'r+b')"
    assert "refused" in attempt(level, expression, os.getpid())


@pytest.mark.parametrize(
    "kind", ["keys/fields.key", "db.sqlite3", "snapshot.bin", "packages/code/other"]
)
def test_it_cannot_read_the_data_directory(
    attempt: Attempt, strong: str, tmp_path: Path, kind: str
) -> None:
    secret = tmp_path / kind
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("secret")
    for expression in ("open(event).read()", "os.listdir(os.path.dirname(event))"):
        assert "refused" in attempt(strong, expression, str(secret))


def test_it_cannot_read_another_functions_code(attempt: Attempt, strong: str) -> None:
    other = STORE.code(put("SECRET = 1"))
    assert "refused" in attempt(strong, "open(event).read()", str(other / "index.py"))
    assert "refused" in attempt(strong, "os.listdir(event)", str(other.parent))


def test_it_cannot_read_another_childs_files(
    attempt: Attempt, pools: Callable[..., Any], strong: str
) -> None:
    code = "import os\ndef handler(e, c):\n  open('a', 'w').write('x')\n"
    theirs = pools(strong, code + "  return os.path.abspath('a')", None)
    path = json.loads(f'"{theirs.result}"')
    mine = attempt(strong, "[open(event).read(), os.getpid()]", path)
    # Inside bubblewrap that path is its own, and empty.
    assert "refused" in mine


@pytest.mark.parametrize(
    "change",
    [
        "open(event, 'w')",
        "open(event, 'a')",
        "os.unlink(event)",
        "os.rename(event, 'mine')",
        "os.rename(__file__, event)",
        "os.link(event, 'mine')",
        "os.truncate(event, 0)",
        "os.chmod(event, 0o777)",
        "os.chown(event, 0, 0)",
        "os.mkdir(event + '.d')",
        "os.symlink('/', event + '.l')",
        "os.mknod(event + '.n')",
    ],
)
def test_it_changes_no_file_outside_at_any_level(
    attempt: Attempt, level: str, tmp_path: Path, change: str
) -> None:
    if os.geteuid() != 0 and level == "limits":
        # Without a user of its own it has that of the gateway.
        return
    target = tmp_path / "file"
    target.write_text("kept")
    assert "refused" in attempt(level, change, str(target))
    assert target.read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_it_cannot_change_its_own_code(attempt: Attempt, level: str) -> None:
    assert "refused" in attempt(level, "open(__file__, 'a')")
    assert "refused" in attempt(level, "os.unlink(__file__)")


def test_it_cannot_get_out_through_a_link(attempt: Attempt, strong: str) -> None:
    expression = "[os.symlink('/etc/passwd', 'way'), open('way').read()]"
    assert "refused" in attempt(strong, expression)


def test_it_cannot_reopen_a_path_descriptor(attempt: Attempt, strong: str) -> None:
    expression = "open('/proc/self/fd/%d' % os.open('/', os.O_PATH)).read()"
    assert "refused" in attempt(strong, expression)


@pytest.mark.parametrize("device", ["/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/ptmx"])
def test_it_cannot_open_devices(attempt: Attempt, strong: str, device: str) -> None:
    assert "refused" in attempt(strong, f"open({device!r}, 'rb').read(1)")


def test_it_cannot_leave_files_in_shared_places(attempt: Attempt, strong: str) -> None:
    for place in ("/dev/shm/left", "/var/tmp/left", "/run/left"):
        assert "refused" in attempt(strong, f"open({place!r}, 'w')")
        assert not Path(place).exists()


# Network.


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"])
def test_it_cannot_open_a_socket(
    attempt: Attempt, strong: str, family: str, kind: str
) -> None:
    found = attempt(strong, f"socket.socket(socket.{family}, socket.{kind})")
    assert "refused" in found


@pytest.mark.parametrize("network", [False, True])
def test_it_connects_only_with_network_access(
    attempt: Attempt, strong: str, network: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = server.getsockname()
        found = attempt(strong, f"socket.create_connection({address})", network=network)
        assert ("got" if network else "refused") in found
        if network:
            server.accept()[0].close()
        else:
            with pytest.raises(BlockingIOError):
                server.accept()


@pytest.mark.parametrize(
    "expression",
    [
        "socket.create_server(('127.0.0.1', 0))",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW)",
        "socket.socket().listen()",
    ],
)
def test_network_access_is_for_connections_only(
    attempt: Attempt, strong: str, expression: str
) -> None:
    assert "refused" in attempt(strong, expression, network=True)


def test_it_cannot_send_to_a_socket_file(attempt: Attempt, strong: str) -> None:
    expression = "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)"
    assert "refused" in attempt(strong, expression)


# Processes and signals.


@pytest.mark.parametrize(
    "expression",
    [
        "os.fork()",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
        "os.execve('/bin/true', ['true'], {'LD_PRELOAD': 'mine.so'})",
        "subprocess.run(['/bin/true'])",
        "subprocess.run(['/usr/bin/su'])",
        "call(libc.fork())",
        "syscall(58, 220)",
        "syscall(435, 435, 0, 0)",
        "syscall(322, 281, 0, b'/bin/true', 0, 0, 0)",
        "os.execve(os.memfd_create('x'), ['x'], {})",
        "os.setsid()",
        "os.setpgid(0, 0) or os.setpgid(0, os.getpid())",
    ],
)
def test_it_cannot_start_a_process_or_leave_its_group(
    attempt: Attempt, strong: str, expression: str
) -> None:
    assert "refused" in attempt(strong, expression)


@pytest.mark.parametrize(
    "expression",
    [
        "os.kill(event, 9)",
        "os.kill(event, signal.SIGSTOP)",
        "os.killpg(os.getpgid(event), 9)",
        "os.setpriority(os.PRIO_PROCESS, event, 19)",
        "os.sched_setaffinity(event, [0])",
        "resource.prlimit(event, resource.RLIMIT_CPU, (0, 0))",
    ],
)
def test_it_cannot_reach_the_gateway_at_any_level(
    attempt: Attempt, level: str, expression: str
) -> None:
    if os.geteuid() != 0 and level == "limits":
        return
    assert "refused" in attempt(level, expression, os.getpid())


@pytest.mark.parametrize(
    "expression",
    [
        "os.kill(-1, 0)",
        "os.kill(os.getppid(), 0)",
        "os.pidfd_open(event)",
        "syscall(424, 424, 0, 9, 0, 0)",
        "syscall(297, 240, event, event, 9, 0)",
        "fcntl.fcntl(0, 8, event)",
        "fcntl.fcntl(0, 10, 9)",
        "fcntl.ioctl(0, 0x5412, b'x')",
    ],
)
def test_it_cannot_signal_others(
    attempt: Attempt, strong: str, expression: str
) -> None:
    assert "refused" in attempt(strong, expression, os.getpid())


# The kernel.


@pytest.mark.parametrize(
    "expression",
    [
        "call(libc.ptrace(16, event, 0, 0))",
        "call(libc.ptrace(0, 0, 0, 0))",
        "call(libc.process_vm_readv(event, 0, 0, 0, 0, 0))",
        "call(libc.process_vm_writev(event, 0, 0, 0, 0, 0))",
        "call(libc.mount(b'none', b'/', b'tmpfs', 0, 0))",
        "call(libc.umount2(b'/tmp', 2))",
        "call(libc.unshare(0x10000000))",
        "call(libc.setns(0, 0))",
        "os.chroot('.')",
        "syscall(155, 41, b'.', b'.')",
        "syscall(321, 280, 0, 0, 0)",
        "syscall(298, 241, 0, 0, -1, -1, 0)",
        "syscall(250, 219, 0, 0)",
        "syscall(425, 425, 8, 0)",
        "syscall(323, 282, 0)",
        "syscall(303, 264, -100, b'/', 0, 0, 0)",
        "syscall(304, 265, -100, 0, 0)",
        "os.memfd_create('x')",
        "call(libc.shmget(0, 4096, 0o1600))",
        "call(libc.msgget(0, 0o1600))",
        "call(libc.semget(0, 1, 0o1600))",
        "syscall(240, 180, b'/x', 0o102, 0o600, 0)",
        "os.setuid(0)",
        "os.setresuid(0, 0, 0)",
        "os.setgroups([0])",
        "syscall(126, 91, b'0' * 8, b'0' * 24)",
        "call(libc.personality(0))",
        "syscall(227, 112, 0, 0)",
        "call(libc.sethostname(b'x', 1))",
        "syscall(169, 142, 0, 0, 0, 0)",
        "syscall(175, 105, 0, 0, b'')",
        "syscall(246, 104, 0, 0, 0, 0)",
        "syscall(103, 116, 3, 0, 0)",
        "call(libc.inotify_add_watch(0, b'/', 1))",
        "syscall(444, 444, 0, 0, 2) and syscall(462 + 1, 463)",
    ],
)
def test_it_cannot_ask_the_kernel_for_more(
    attempt: Attempt, strong: str, expression: str
) -> None:
    assert "refused" in attempt(strong, expression, os.getpid())


FOREIGN = """
import ctypes, mmap, os
def handler(event, context):
    # getpid by the 32-bit gate: int 0x80 with eax = 20.
    code = bytes.fromhex("b814000000cd80c3")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()
"""


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="32-bit calls are x86's")
def test_the_32_bit_gate_is_the_end(pools: Callable[..., Any], strong: str) -> None:
    outcome = pools(strong, FOREIGN, None)
    assert outcome.error_type == "crash"


# Exhaustion.


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
    assert "refused" in attempt(level, expression)


def test_inside_bubblewrap_many_files_cannot_fill_it_either(
    attempt: Attempt,
) -> None:
    if "bubblewrap" not in LEVELS:
        pytest.skip("bubblewrap does not work on this host")
    piece = "open(str(n), 'wb').write(b'x' * (1 << 20))"
    assert "refused" in attempt("bubblewrap", f"[{piece} for n in range(600)]")


def test_descriptors_run_out_for_it_alone(attempt: Attempt, level: str) -> None:
    assert "refused" in attempt(level, "[os.dup(0) for _ in range(5000)]")


def test_it_cannot_keep_a_core_dump_or_raise_a_limit(
    attempt: Attempt, level: str
) -> None:
    found = attempt(level, "resource.getrlimit(resource.RLIMIT_CORE)")
    assert found == {"got": "(0, 0)"}


# After the reply.


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
