"""Starting processes, and reaching those of others."""

import os
from collections.abc import Callable
from typing import Any

import pytest

Attempt = Callable[..., dict[str, Any]]


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
