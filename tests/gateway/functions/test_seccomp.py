import struct

import pytest

from gateway.functions import seccomp

ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x50001, 0x50026, 0x80000000
X86, ARM = 0xC000003E, 0xC00000B7
PID = 4321


def verdict(machine: str, architecture: int, number: int, *arguments: int) -> int:
    """Runs the filter as the kernel would: the verdict on one system call."""
    words = [number, architecture, 0, 0]
    for value in (*arguments, 0, 0, 0, 0, 0, 0)[:6]:
        words += [value & 0xFFFFFFFF, value >> 32]
    rows = list(struct.iter_unpack("HBBI", seccomp.program(machine, PID)))
    place = held = 0
    while True:
        code, when, otherwise, value = rows[place]
        place += 1
        if code == 0x20:
            held = words[value // 4]
        elif code == 0x54:
            held &= value
        elif code == 0x06:
            return value
        else:
            hit = held == value if code == 0x15 else held > value
            place += when if hit else otherwise


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, ALLOW),  # read
        (41, EPERM),  # socket
        (57, EPERM),  # fork
        (59, EPERM),  # execve
        (101, EPERM),  # ptrace
        (435, ENOSYS),  # clone3
        (463, ENOSYS),  # setxattrat, newer than the table
        (0x40000000 + 41, ENOSYS),  # socket by its x32 number
    ],
)
def test_calls_on_x86_64(number: int, expected: int) -> None:
    assert verdict("x86_64", X86, number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (63, ALLOW),  # read
        (198, EPERM),  # socket
        (221, EPERM),  # execve
        (117, EPERM),  # ptrace
        (41, EPERM),  # pivot_root
        (435, ENOSYS),  # clone3
    ],
)
def test_calls_on_aarch64(number: int, expected: int) -> None:
    assert verdict("aarch64", ARM, number) == expected


def test_calls_of_another_architecture_end_the_process() -> None:
    assert verdict("x86_64", 0x40000003, 1) == KILL  # 32-bit
    assert verdict("aarch64", 0x40000028, 1) == KILL


@pytest.mark.parametrize(
    ("number", "arguments", "expected"),
    [
        (56, (0x3D0F00,), ALLOW),  # clone of a thread
        (56, (17,), EPERM),  # clone of a process
        (62, (PID, 6), ALLOW),  # kill itself
        (62, (PID + 1, 6), EPERM),
        (62, (-1 & 0xFFFFFFFF, 9), EPERM),
        (234, (PID, PID, 6), ALLOW),
        (234, (1, 1, 6), EPERM),
        (302, (0, 9, 1), ALLOW),  # prlimit on itself
        (302, (PID, 9, 1), ALLOW),
        (302, (1, 9, 1), EPERM),
        (53, (1, 1 | 0x80000), ALLOW),  # a stream pair, close-on-exec
        (53, (1, 2), EPERM),
        (72, (3, 1), ALLOW),  # fcntl F_GETFD
        (72, (3, 8), EPERM),  # F_SETOWN
        (16, (1, 0x5401), ALLOW),  # TCGETS
        (16, (0, 0x5412), EPERM),  # TIOCSTI
    ],
)
def test_calls_judged_by_an_argument(
    number: int, arguments: tuple[int, ...], expected: int
) -> None:
    assert verdict("x86_64", X86, number, *arguments) == expected


def test_the_host_can_filter() -> None:
    assert seccomp.available()


def test_an_unknown_architecture_has_no_filter() -> None:
    with pytest.raises(KeyError):
        seccomp.program("riscv64", PID)
