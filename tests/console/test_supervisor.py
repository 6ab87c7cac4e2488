"""Children that are kept alive, and that never outlive their supervisor."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

# argv: the children's programs; each is told where to listen as its argv[1].
SUPERVISE = """
import os, socket, sys
from console.supervisor import Service, StartError, Supervisor

def address():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()

def say(line):
    os.write(1, f"{line}\\n".encode())

services = []
for number, program in enumerate(sys.argv[1:], 1):
    host, port = address()
    command = [sys.executable, "-c", program, str(port)]
    services.append(Service(f"child {number}", command, [(host, port)]))
try:
    Supervisor(services, say).run(lambda: say("ready"))
except StartError as error:
    sys.exit(str(error))
"""
# Says who it is before it listens, so that "ready" comes after; in one write, so
# that no other line comes between.
BEGIN = """
import os, signal, socket, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM})
os.write(1, f"child {os.getpid()} {sys.argv[1]}\\n".encode())
"""
LISTEN = BEGIN + 'held = socket.create_server(("127.0.0.1", int(sys.argv[1])))\n'
TERM = "signal.sigwait({signal.SIGTERM})\n"
USR1 = "signal.sigwait({signal.SIGUSR1})\n"

WAIT = LISTEN + TERM
DRAIN = WAIT + "os.write(1, b'drained\\n')\n"
STUBBORN = WAIT + "os.write(1, b'ignored\\n')\n" + USR1
MORTAL = LISTEN + "signal.sigwait({signal.SIGUSR1, signal.SIGTERM}); sys.exit(3)\n"
FAILING = BEGIN + USR1 + "sys.exit(7)\n"
DEAF = BEGIN + TERM
PARENT = (
    """
import os
if (left := os.fork()) == 0:
    import signal
    signal.pause()
os.write(1, f"left {left}\\n".encode())
"""
    + WAIT
)

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def supervise() -> Iterator[Run]:
    running: list[subprocess.Popen[str]] = []

    def start(*programs: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, *programs],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.terminate()
        process.communicate(timeout=20)


def line(process: "subprocess.Popen[str]", word: str) -> list[str]:
    """The words of the next line that starts with this one."""
    assert process.stdout is not None
    for text in process.stdout:
        if text.startswith(word):
            return text.split()
    raise AssertionError(f"no line starts with {word!r}")


def assert_gone(descriptor: int) -> None:
    """The process behind a pidfd has ended, or does within ten seconds."""
    assert select.select([descriptor], [], [], 10)[0], "the process lives on"
    os.close(descriptor)


def finish(process: "subprocess.Popen[str]", number: int) -> tuple[int, Any, Any]:
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def test_ready_means_that_every_child_listens(supervise: Run) -> None:
    process = supervise(WAIT, WAIT)
    ports = [int(line(process, "child")[2]) for _ in range(2)]
    line(process, "ready")
    for port in ports:
        socket.create_connection(("127.0.0.1", port)).close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_lets_the_children_drain(supervise: Run, number: int) -> None:
    process = supervise(DRAIN, DRAIN)
    line(process, "ready")
    status, out, err = finish(process, number)
    assert (status, out.count("drained"), err) == (0, 2, "")


def test_a_stop_while_starting_is_a_stop(supervise: Run) -> None:
    process = supervise(DEAF)
    line(process, "child")
    assert finish(process, signal.SIGTERM)[0] == 0


def test_a_killed_child_is_restarted_without_what_it_left(supervise: Run) -> None:
    process = supervise(PARENT)
    left = os.pidfd_open(int(line(process, "left")[1]))
    child = int(line(process, "child")[1])
    line(process, "ready")
    os.kill(child, signal.SIGKILL)
    said = line(process, "The child 1")
    assert " ".join(said) == "The child 1 was killed by signal 9; restarting it."
    assert_gone(left)
    assert int(line(process, "child")[1]) != child


def test_a_child_that_dies_quickly_is_restarted_ever_later(supervise: Run) -> None:
    process = supervise(MORTAL)
    child = int(line(process, "child")[1])
    line(process, "ready")
    pauses = []
    for _ in range(3):
        os.kill(child, signal.SIGUSR1)
        assert "ended (status 3)" in " ".join(line(process, "The child 1"))
        died = time.monotonic()
        child = int(line(process, "child")[1])
        pauses.append(time.monotonic() - died)
    assert pauses == sorted(pauses)


def test_children_end_when_the_supervisor_is_killed(supervise: Run) -> None:
    process = supervise(WAIT, WAIT)
    children = [os.pidfd_open(int(line(process, "child")[1])) for _ in range(2)]
    line(process, "ready")
    process.kill()
    for child in children:
        assert_gone(child)


def test_a_second_signal_ends_a_child_that_does_not_drain(supervise: Run) -> None:
    process = supervise(STUBBORN)
    child = os.pidfd_open(int(line(process, "child")[1]))
    line(process, "ready")
    process.send_signal(signal.SIGINT)
    line(process, "ignored")
    assert finish(process, signal.SIGINT)[0] == 0
    assert_gone(child)


def test_a_child_that_cannot_start_stops_everything(supervise: Run) -> None:
    process = supervise(FAILING)
    os.kill(int(line(process, "child")[1]), signal.SIGUSR1)
    _, err = process.communicate(timeout=20)
    assert err == "The child 1 ended (status 7) at its start.\n"
    assert process.returncode == 1
