"""Landlock: the files a function may read and write. Standard library only.

Needs no privilege. What the kernel's version cannot refuse (TCP before 4, signals
to others before 6) is left to the other walls.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable

from gateway.functions import libc

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK, _IOCTL_DEV = 1 << 6, 1 << 9, 1 << 11, 1 << 15
_TRUNCATE = 1 << 14
_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT_SOCKETS_AND_SIGNALS = 1 | 2
# How many rights on files each version knows; later versions add none here.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}

_READ = _READ_FILE | _READ_DIR
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_NOT_IN_TEMP = _EXECUTE | _MAKE_CHAR | _MAKE_SOCK | _MAKE_BLOCK | _IOCTL_DEV


def version() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    return max(0, libc.syscall(_CREATE, None, 0, _VERSION))


def restrict(
    read: Iterable[str],
    write: Iterable[str],
    execute: Iterable[str] = (),
    *,
    network: bool = False,
) -> None:
    """Leave these paths, and nothing else, to this process; those missing are skipped.

    Files and whole directories; `network` leaves it TCP connections, not servers.
    OSError when the kernel refuses.
    """
    known = version()
    rights = (1 << _FILE_RIGHTS.get(known, 16)) - 1
    ruleset = libc.check(
        libc.syscall(_CREATE, _attributes(rights, network), 8 * _fields(known), 0)
    )
    for path in read:
        _allow(ruleset, path, _READ)
    for path in execute:
        _allow(ruleset, path, _READ_FILE | _EXECUTE)
    for path in write:
        _allow(ruleset, path, rights & ~_NOT_IN_TEMP)
    libc.check(libc.syscall(_RESTRICT, ruleset, 0))
    os.close(ruleset)


def _attributes(rights: int, network: bool) -> bytes:
    ports = _BIND_TCP if network else _BIND_TCP | _CONNECT_TCP
    return struct.pack("QQQ", rights, ports, _ABSTRACT_SOCKETS_AND_SIGNALS)


def _fields(known: int) -> int:
    """How many of the three fields this version reads."""
    return 1 if known < 4 else 2 if known < 6 else 3


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):
        rights &= _ON_FILES
    rule = struct.pack("=Qi", rights, target)
    libc.check(libc.syscall(_ADD, ruleset, 1, rule, 0))
    os.close(target)
