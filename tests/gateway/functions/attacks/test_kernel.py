"""System calls that a function has no business with."""

import os
from collections.abc import Callable
from typing import Any

import pytest

Attempt = Callable[..., dict[str, Any]]


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
