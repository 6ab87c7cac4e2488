"""The walls around user code, set in the child before that code is imported.

Standard library only. Limits and process attributes hold everywhere; Landlock and
seccomp where the host has them, and `walls` says which. None needs a privilege.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import resource
import signal
import struct

from gateway.functions import landlock, libc, seccomp

TYPE_CHECKING = False  # the typing module would cost a cold start 7 ms
if TYPE_CHECKING:
    from typing import Any

# Address space of the interpreter and its libraries, on top of memory_size.
_INTERPRETER_MB = 128
# auth.md section 10.4; the size is that of one file.
_OPEN_FILES = 2048
_FILE_BYTES = 512 << 20
# The documented number; not as root, all of a user's processes count together.
_PROCESSES, _SHARED_PROCESSES = 1024, 4096

# The usual 8 MB each would leave a small function a dozen threads.
_STACK_BYTES = 2 << 20
# A user id from here on is one child's alone (launch.py).
_FIRST_OWN_UID, _NOBODY = 0x70000000, 65534

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _AMBIENT_RAISE = 8, 47, 2
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522
# CAP_DAC_READ_SEARCH
_READ_ALL_NUMBER, _READ_ALL = 2, 1 << 2

# Beside the interpreter: shared libraries, time zones, certificates, devices.
READABLE = (
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/localtime",
    "/etc/ld.so.cache",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/usr/share/ca-certificates",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)
# And for a function with network access: how names are resolved.
NETWORK_FILES = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
)
# The kernel starts these before a program that is linked with libraries.
_LOADERS = (
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
)


def walls() -> list[str]:
    """The walls that this host's kernel offers beside limits."""
    found = {"landlock": landlock.version() > 0, "seccomp": seccomp.available()}
    return [name for name, there in found.items() if there]


def apply(settings: dict[str, Any]) -> None:
    """Wall this process in (`launch.Plan.walls`); OSError rather than less.

    It reads `read`, writes `temp`, where it goes, and dies with its parent.
    """
    _enter(settings)
    _close(settings, 0)


def execute(settings: dict[str, Any], command: list[str]) -> None:
    """Wall this process in and let a program take its place, with no environment.

    That program is the only one it may ever start, and only by this call: the
    kernel compares the address of its name, which nobody else can know.
    """
    _enter(settings)
    path = ctypes.create_string_buffer(command[0].encode())
    words = [ctypes.c_char_p(word.encode()) for word in command]
    arguments = (ctypes.c_char_p * (len(words) + 1))(*words, None)
    nothing = (ctypes.c_char_p * 1)(None)
    address = ctypes.addressof(path)
    _close(settings, address)
    number = seccomp.execve()
    libc.check(
        libc.syscall(
            number, address, ctypes.addressof(arguments), ctypes.addressof(nothing)
        )
    )


def _enter(settings: dict[str, Any]) -> None:
    """The private directory, the limits, another user."""
    os.umask(0o077)
    temp, uid = settings["temp"], settings["uid"]
    os.mkdir(temp, 0o700)
    if os.geteuid() == 0:
        _leave_root(temp, uid)
    os.chdir(temp)
    _limit(settings["memory_mb"], address_space=not settings["execute"])
    libc.check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1))
    libc.check(libc.prctl(_PR_SET_DUMPABLE, 0))
    _die_with(settings["parent"])


def _close(settings: dict[str, Any], address: int) -> None:
    """What cannot be undone, last."""
    if settings["level"] == "limits":
        return
    there, network = walls(), settings["network"]
    if "landlock" in there:
        landlock.restrict(
            (*settings["read"], *READABLE, *(NETWORK_FILES if network else ())),
            (settings["temp"], "/dev/null"),
            (settings["execute"], *_LOADERS) if settings["execute"] else (),
            network=network,
        )
    if "seccomp" in there:
        seccomp.restrict(network=network, execve_at=address)


def _leave_root(temp: str, uid: int) -> None:
    """Become a user that nobody is, with the right to read what root may read.

    Directories above code and interpreter are often root's alone. Landlock then
    says what is read, and bubblewrap shows nothing else.
    """
    libc.check(libc.prctl(_PR_SET_KEEPCAPS, 1))
    os.setgroups([])
    for known in (uid, _NOBODY):
        try:
            os.chown(temp, known, known)
            os.setresgid(known, known, known)
            os.setresuid(known, known, known)
            break
        except OSError:
            # That id is not mapped in this container.
            continue
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    kept = struct.pack("6I", *[_READ_ALL] * 3, 0, 0, 0)
    libc.check(libc.syscall(_CAPSET[os.uname().machine], header, kept))
    # So that it survives the start of another program.
    libc.check(libc.prctl(_PR_CAP_AMBIENT, _AMBIENT_RAISE, _READ_ALL_NUMBER))


def _die_with(parent: int) -> None:
    libc.check(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL))
    if parent and os.getppid() != parent:
        raise ProcessLookupError("the gateway has gone")


def _limit(memory_mb: int, *, address_space: bool) -> None:
    """Node.js reserves far more addresses than it uses: of it, the data counts."""
    memory = resource.RLIMIT_AS if address_space else resource.RLIMIT_DATA
    _lower(memory, (memory_mb + _INTERPRETER_MB) << 20)
    _lower(resource.RLIMIT_NOFILE, _OPEN_FILES)
    alone = os.geteuid() >= _FIRST_OWN_UID
    _lower(resource.RLIMIT_NPROC, _PROCESSES if alone else _SHARED_PROCESSES)
    _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    _thread.stack_size(_STACK_BYTES)


def _lower(limit: int, value: int) -> None:
    """Set a limit for good, but never above what the host already allows."""
    value = _within(value, resource.getrlimit(limit)[1])
    resource.setrlimit(limit, (value, value))


def _within(value: int, hard: int) -> int:
    return value if hard == resource.RLIM_INFINITY else min(value, hard)
