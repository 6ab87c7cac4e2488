"""The socket on which the console asks gateways."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway.control import MAX_QUESTION, Control, Document, ask, start_control

ROOT = Path(__file__).resolve().parents[2]
# A process that can be asked, and says so.
PROCESS = """
import sys
from pathlib import Path
from gateway.control import start_control
start_control(Path(sys.argv[1]), Path(sys.argv[2]), lambda question: question)
print("ready", flush=True)
sys.stdin.read()
"""


class Place:
    """A snapshot's place with its key; `echo` answers with the question."""

    def __init__(self, folder: Path) -> None:
        self.snapshot, self.key = folder / "snapshot.bin", folder / "key"
        self.key.write_bytes(Fernet.generate_key())

    def echo(self) -> Control:
        control = start_control(self.snapshot, self.key, lambda question: question)
        assert control is not None
        return control

    def ask(self, seconds: float = 30.0) -> list[Document | None]:
        return ask(self.snapshot, self.key, {"a": 1}, seconds)

    def sockets(self) -> list[Path]:
        return list(Path(f"{self.snapshot}.control").iterdir())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    # Longer than the address of a socket may be.
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    return Place(folder)


@pytest.fixture
def process(place: Place) -> Iterator["subprocess.Popen[str]"]:
    words = [sys.executable, "-c", PROCESS, str(place.snapshot), str(place.key)]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "ready\n"
        yield started
        started.kill()


def test_every_process_answers(place: Place, process: "subprocess.Popen[str]") -> None:
    own = place.echo()
    assert place.ask() == [{"a": 1}, {"a": 1}]
    own.close()
    assert place.ask() == [{"a": 1}]


def test_nobody_is_there_to_be_asked(place: Place) -> None:
    assert place.ask() == []


def test_the_socket_is_its_owner_s_alone(place: Place) -> None:
    control = place.echo()
    (path,) = place.sockets()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    control.close()
    assert place.sockets() == []


def test_a_process_that_was_killed_is_not_there_any_more(
    place: Place, process: "subprocess.Popen[str]"
) -> None:
    process.kill()
    process.wait()
    assert len(place.sockets()) == 1
    assert place.ask() == []
    assert place.sockets() == []


def test_a_process_that_hangs_is_not_waited_for(
    place: Place, process: "subprocess.Popen[str]"
) -> None:
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)
    began = time.monotonic()
    assert place.ask(0.5) == [None]
    assert time.monotonic() - began < 10
    process.send_signal(signal.SIGCONT)
    assert place.ask() == [{"a": 1}]


def test_who_has_another_key_gets_no_answer(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    control = place.echo()
    key = place.key.read_bytes()
    place.key.write_bytes(Fernet.generate_key())
    assert place.ask() == [None]
    assert "no question of the console's" in caplog.text
    place.key.write_bytes(key)
    assert place.ask() == [{"a": 1}]
    control.close()


@pytest.mark.parametrize("sent", [b"{}\n", b"x" * (MAX_QUESTION + 1), b"", b"half"])
def test_nonsense_ends_the_connection_and_nothing_else(
    place: Place, sent: bytes
) -> None:
    control = place.echo()
    (path,) = place.sockets()
    folder = os.open(path.parent, os.O_PATH)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(f"/proc/self/fd/{folder}/{path.name}")
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        # Reset, when it did not read all of it.
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    os.close(folder)
    assert place.ask() == [{"a": 1}]
    control.close()


def test_a_question_that_cannot_be_answered_does_not_end_it(place: Place) -> None:
    def answer(question: Document) -> Document:
        raise KeyError("do")

    control = start_control(place.snapshot, place.key, answer)
    assert control is not None
    assert place.ask() == [None]
    assert place.ask() == [None]
    control.close()


def test_where_there_can_be_no_socket_the_gateway_does_without(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    Path(f"{place.snapshot}.control").touch()
    assert start_control(place.snapshot, place.key, lambda question: question) is None
    assert "cannot ask this process" in caplog.text
