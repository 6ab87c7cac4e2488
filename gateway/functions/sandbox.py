"""The walls around user code, set in the child before that code is imported.

Standard library only. Limits and process attributes hold everywhere; Landlock and
seccomp where the host has them, and `level` says which. None needs a privilege.
"""

import _thread
import os
import resource
import signal
import struct
import sys

from gateway.functions import landlock, libc, seccomp

# Address space of the interpreter and its libraries, on top of memory_size.
_INTERPRETER_MB = 128
# auth.md section 10.4; the size is that of one file.
_OPEN_FILES = 2048
_FILE_BYTES = 512 << 20
# More than documented: the kernel counts every thread of the user, not only ours.
_PROCESSES = 4096

# The usual 8 MB each would leave a small function a dozen threads.
_STACK_BYTES = 2 << 20
_CORES = os.cpu_count() or 1

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522
# A root user's function may still read a standard library that is not root's.
_KEPT_CAPABILITIES = 1 << 2

# Beside the interpreter: shared libraries, time zones, certificates, devices.
_READABLE = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/etc/ssl/certs",
    "/usr/share/ca-certificates",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)


def level() -> str:
    """The strongest walls this host offers: `landlock+seccomp`, or less, or `limits`.

    The names of the walls in force beside the limits; `limits` when there is none.
    """
    return "+".join(_walls()) or "limits"


def apply(read: list[str], temp: str, *, memory_mb: int, parent: int) -> None:
    """Wall this process in: it reads `read`, writes `temp`, dies with `parent`.

    Everything the host offers (`level`) or OSError: user code never runs with less.
    """
    os.umask(0o077)
    _die_with(parent)
    _limit(memory_mb)
    _drop_privileges()
    walls = _walls()
    if "landlock" in walls:
        landlock.restrict((*read, *_interpreter(), *_READABLE), (temp, "/dev/null"))
    if "seccomp" in walls:
        seccomp.restrict()


def allow_cpu(seconds: float) -> None:
    """Let the process use that much more CPU on every core, then end.

    A call is timed by the gateway; this ends a thread that spins on after a call.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    total = used.ru_utime + used.ru_stime + _CORES * (seconds + 1) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_within(int(total), hard), hard))


def _walls() -> list[str]:
    found = {"landlock": landlock.version() > 0, "seccomp": seccomp.available()}
    return [name for name, there in found.items() if there]


def _die_with(parent: int) -> None:
    libc.check(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
    if os.getppid() != parent:
        raise ProcessLookupError("the gateway has gone")


def _limit(memory_mb: int) -> None:
    _lower(resource.RLIMIT_AS, (memory_mb + _INTERPRETER_MB) << 20)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _lower(resource.RLIMIT_NPROC, _PROCESSES)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    _thread.stack_size(_STACK_BYTES)


def _lower(limit: int, value: int) -> None:
    """Set a limit for good, but never above what the host already allows."""
    value = _within(value, resource.getrlimit(limit)[1])
    resource.setrlimit(limit, (value, value))


def _within(value: int, hard: int) -> int:
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


def _drop_privileges() -> None:
    """No way up through a set-uid file, no reading of this process, no capabilities."""
    libc.check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1))
    libc.check(libc.prctl(_PR_SET_DUMPABLE, 0))
    number = _CAPSET.get(os.uname().machine)
    if number is not None and os.geteuid() == 0:
        header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
        kept = struct.pack("6I", _KEPT_CAPABILITIES, _KEPT_CAPABILITIES, 0, 0, 0, 0)
        libc.check(libc.syscall(number, header, kept))


def _interpreter() -> tuple[str, ...]:
    """Where the interpreter finds its standard library and shared libraries."""
    prefixes = (sys.base_prefix, sys.base_exec_prefix)
    return (os.path.dirname(os.__file__), *(os.path.join(p, "lib") for p in prefixes))
