"""A seccomp filter: the system calls a function has no business making.

Runs in the child, standard library only. Refused calls fail with EPERM (or
ENOSYS where a C library then falls back), so user code sees an exception. Threads
stay allowed; processes, sockets, signals to others, and whatever changes files or
processes by name, past Landlock's reach, do not.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from gateway.functions import libc

# name, number on x86_64, number on aarch64 (- where it does not exist)
_REFUSED = """
accept 43 202|accept4 288 242|bind 49 200|listen 50 201|setpgid 109 154|setsid 112 157
fork 57 -|vfork 58 -|execveat 322 281|unshare 272 97|setns 308 268
tkill 200 130|rt_sigqueueinfo 129 138|rt_tgsigqueueinfo 297 240|pidfd_open 434 434
pidfd_send_signal 424 424|pidfd_getfd 438 438|ptrace 101 117|kcmp 312 272
process_vm_readv 310 270|process_vm_writev 311 271|process_madvise 440 440
process_mrelease 448 448|setpriority 141 140|ioprio_set 251 30
sched_setscheduler 144 119|sched_setparam 142 118|sched_setattr 314 274
sched_setaffinity 203 122|migrate_pages 256 238|move_pages 279 239
mount 165 40|umount2 166 39|pivot_root 155 41|chroot 161 51|move_mount 429 429
open_tree 428 428|fsopen 430 430|fsconfig 431 431|fsmount 432 432|fspick 433 433
mount_setattr 442 442|bpf 321 280|perf_event_open 298 241|userfaultfd 323 282
keyctl 250 219|add_key 248 217|request_key 249 218|io_setup 206 0
io_uring_setup 425 425|io_uring_enter 426 426|io_uring_register 427 427
memfd_create 319 279|memfd_secret 447 447|shmget 29 194|shmat 30 196|shmctl 31 195
semget 64 190|semop 65 193|semctl 66 191|semtimedop 220 192
msgget 68 186|msgsnd 69 189|msgrcv 70 188|msgctl 71 187|mq_open 240 180
mq_unlink 241 181|chmod 90 -|fchmod 91 52|fchmodat 268 53|fchmodat2 452 452
chown 92 -|fchown 93 55|lchown 94 -|fchownat 260 54|setxattr 188 5|lsetxattr 189 6
fsetxattr 190 7|removexattr 197 14|lremovexattr 198 15|fremovexattr 199 16
utime 132 -|utimes 235 -|futimesat 261 -|utimensat 280 88|inotify_add_watch 254 27
fanotify_init 300 262|name_to_handle_at 303 264|open_by_handle_at 304 265
setuid 105 146|setgid 106 144|setreuid 113 145|setregid 114 143|setresuid 117 147
setresgid 119 149|setgroups 116 159|setfsuid 122 151|setfsgid 123 152|capset 126 91
reboot 169 142|swapon 167 224|swapoff 168 225|kexec_load 246 104|acct 163 89
kexec_file_load 320 294|init_module 175 105|finit_module 313 273
delete_module 176 106|quotactl 179 60|quotactl_fd 443 443|settimeofday 164 170
clock_settime 227 112|adjtimex 159 171|clock_adjtime 305 266|sethostname 170 161
setdomainname 171 162|syslog 103 116|personality 135 92|iopl 172 -|ioperm 173 -
modify_ldt 154 -|vhangup 153 58|lookup_dcookie 212 18|uselib 134 -
"""
# Without network access.
_SOCKETS = ((41, 198), (42, 203))
_SOCKET, _EXECVE = (41, 198), (59, 221)
_CLONE, _CLONE3, _KILL, _TGKILL = (56, 220), (435, 435), (62, 129), (234, 131)
_PRLIMIT, _SOCKETPAIR, _FCNTL, _IOCTL = (302, 261), (53, 199), (72, 25), (16, 29)

# Families of addresses: IPv4 and IPv6.
_INTERNET = (2, 10)
# The newest number weighed here (mseal); later ones, and x32's, do not exist.
_NEWEST = 462
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_PR_GET_SECCOMP, _PR_SET_SECCOMP, _FILTER = 21, 22, 2
_LOAD, _EQUAL, _GREATER, _AND, _RETURN = 0x20, 0x15, 0x25, 0x54, 0x06
_ALLOW, _KILL_PROCESS = 0x7FFF0000, 0x80000000
_EPERM, _ENOSYS = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_CLONE_THREAD, _SOCK_STREAM, _SOCK_TYPE = 0x10000, 1, 0xF
# Ways to have the kernel send signals to another process, or to type for a user.
_SETOWN, _SETSIG, _SETOWN_EX = 8, 10, 15
_FIOSETOWN, _SIOCSPGRP, _TIOCSTI, _TIOCLINUX = 0x8901, 0x8902, 0x5412, 0x541C


def available() -> bool:
    """Whether this host can filter system calls and its table is known."""
    return platform.machine() in _ARCHITECTURES and libc.prctl(_PR_GET_SECCOMP) >= 0


def restrict(*, network: bool = False, execve_at: int = 0) -> None:
    """Set the filter for good; OSError when the kernel refuses it.

    `execve_at` is the one address of a program's name that execve may be given.
    """
    made = program(
        platform.machine(), os.getpid(), network=network, execve_at=execve_at
    )
    filled = ctypes.create_string_buffer(made)
    count = (len(filled) - 1) // 8
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", count, ctypes.addressof(filled))
    )
    libc.check(libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.addressof(header)))


def execve() -> int:
    """The call's number on this machine."""
    return _EXECVE[_ARCHITECTURES[platform.machine()][0]]


def program(
    machine: str, pid: int, *, network: bool = False, execve_at: int = 0
) -> bytes:
    """The filter as BPF instructions of 8 bytes, for a process of that id."""
    column, architecture = _ARCHITECTURES[machine]
    code = [
        _instruction(_LOAD, 4),
        _instruction(_EQUAL, architecture, 1, 0),
        _instruction(_RETURN, _KILL_PROCESS),
        _instruction(_LOAD, 0),
        _instruction(_GREATER, _NEWEST, 0, 1),
        _instruction(_RETURN, _ENOSYS),
    ]
    sockets = [] if network else [numbers[column] for numbers in _SOCKETS]
    for number in (*_numbers(column), *sockets):
        code += _if_equal(number, _EPERM)
    code += _if_equal(_CLONE3[column], _ENOSYS)
    if network:
        code += _argument(_SOCKET[column], 0, 0xFFFFFFFF, _INTERNET, True)
    code += _only_at(_EXECVE[column], execve_at)
    for numbers, argument, mask, values, only in _conditions(pid):
        code += _argument(numbers[column], argument, mask, values, only)
    return b"".join([*code, _instruction(_RETURN, _ALLOW)])


def _only_at(number: int, address: int) -> list[bytes]:
    """Refuse a call unless its first argument is that address; 0 is none."""
    low, high = address & 0xFFFFFFFF, address >> 32
    refused = _instruction(_RETURN, _EPERM)
    body = [
        _instruction(_LOAD, 16),
        _instruction(_EQUAL, low, 0, 3),
        _instruction(_LOAD, 20),
        _instruction(_EQUAL, high, 0, 1),
        _instruction(_RETURN, _ALLOW),
        refused,
    ]
    if not address:
        body = [refused]
    return [_instruction(_EQUAL, number, 0, len(body)), *body]


_Condition = tuple[tuple[int, int], int, int, tuple[int, ...], bool]


def _conditions(pid: int) -> list[_Condition]:
    """Calls judged by an argument: its place, mask, values; only those, or not."""
    whole = 0xFFFFFFFF
    return [
        (_CLONE, 0, _CLONE_THREAD, (_CLONE_THREAD,), True),
        (_KILL, 0, whole, (pid,), True),
        (_TGKILL, 0, whole, (pid,), True),
        (_PRLIMIT, 0, whole, (0, pid), True),
        # A datagram pair could send to any socket file by its name.
        (_SOCKETPAIR, 1, _SOCK_TYPE, (_SOCK_STREAM,), True),
        (_FCNTL, 1, whole, (_SETOWN, _SETSIG, _SETOWN_EX), False),
        (_IOCTL, 1, whole, (_FIOSETOWN, _SIOCSPGRP, _TIOCSTI, _TIOCLINUX), False),
    ]


def _argument(
    number: int, argument: int, mask: int, values: tuple[int, ...], only: bool
) -> list[bytes]:
    found, otherwise = (_ALLOW, _EPERM) if only else (_EPERM, _ALLOW)
    body = [_instruction(_LOAD, 16 + 8 * argument), _instruction(_AND, mask)]
    for value in values:
        body += _if_equal(value, found)
    body.append(_instruction(_RETURN, otherwise))
    return [_instruction(_EQUAL, number, 0, len(body)), *body]


def _if_equal(value: int, verdict: int) -> list[bytes]:
    return [_instruction(_EQUAL, value, 0, 1), _instruction(_RETURN, verdict)]


def _instruction(code: int, value: int, when: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("HBBI", code, when, otherwise, value)


def _numbers(column: int) -> list[int]:
    """The refused calls that exist on that architecture."""
    entries = _REFUSED.strip().replace("\n", "|").split("|")
    numbers = [entry.split()[1 + column] for entry in entries]
    return [int(number) for number in numbers if number != "-"]
