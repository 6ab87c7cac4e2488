"""The weakest level: what it stops by itself, and what it does not.

The second half is what the README tells of `limits`; the stronger levels stop it, as
the other files of this folder show.
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.packages import STORE, put

Attempt = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "expression",
    [
        "call(libc.mount(b'none', b'/tmp', b'tmpfs', 0, 0))",
        "call(libc.umount2(b'/tmp', 2))",
        "os.chroot('.')",
        "syscall(155, 41, b'.', b'.')",
        "call(libc.sethostname(b'x', 1))",
        "call(libc.swapon(b'/dev/zero', 0))",
        "syscall(169, 142, 0xfee1dead, 672274793, 0x1234567, 0)",
        "os.setuid(0)",
        "os.setgid(0)",
        "os.setresuid(0, 0, 0)",
        "os.setgroups([0])",
        "os.seteuid(0)",
        "os.setsid()",
        "os.setpgid(0, 0)",
        "os.nice(-5)",
        "os.mknod('disk', 0o60600, os.makedev(8, 0))",
        "resource.prlimit(0, resource.RLIMIT_NOFILE, (4096, 4096))",
        "resource.prlimit(0, resource.RLIMIT_FSIZE, (-1, -1))",
        "resource.prlimit(0, resource.RLIMIT_CORE, (1, 1))",
        "open('/etc/passwd', 'a')",
        "open('/proc/sys/kernel/hostname', 'w')",
        "open('/proc/self/mem', 'r+b') and open('/dev/mem', 'rb')",
    ],
)
def test_no_level_gives_a_function_a_privilege(
    attempt: Attempt, level: str, expression: str
) -> None:
    assert "refused" in attempt(level, expression)


OPENED = """
import os, stat
def sockets():
    for number in range(1024):
        try:
            yield stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:
            continue
def handler(event, context):
    foreign = [name for name in os.environ if not name.startswith("RUNTIME_")]
    return [foreign, sum(sockets())]
"""


def test_it_inherits_nothing_at_any_level(
    pools: Callable[..., Any], level: str
) -> None:
    """No variable of the gateway's, and no descriptor but the call's own socket."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        os.set_inheritable(held.fileno(), True)
        assert pools(level, OPENED, None).result == "[[], 1]"


@pytest.mark.parametrize(
    "expression",
    [
        "open('/etc/passwd').read()",
        "os.listdir('/')",
        "open('/proc/version').read()",
        "open('/proc/%d/cmdline' % event).read()",
        "subprocess.run(['/bin/true']).returncode",
        "socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "socket.create_server(('127.0.0.1', 0))",
        "os.memfd_create('x')",
        "os.pidfd_open(event)",
        "call(libc.ptrace(0, 0, 0, 0))",
        "call(libc.personality(0))",
    ],
)
def test_limits_alone_do_not_stop(attempt: Attempt, expression: str) -> None:
    assert "got" in attempt("limits", expression, os.getpid(), alone=True)


def test_limits_alone_do_not_hide_another_functions_code(attempt: Attempt) -> None:
    other: Path = STORE.code(put("SECRET = 2")) / "index.py"
    assert "got" in attempt("limits", "open(event).read()", str(other))
