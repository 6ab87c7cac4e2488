"""`python -m gateway`, as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway.__main__ import UNAVAILABLE
from gateway.snapshot import Snapshot
from gateway.source import write
from tests.gateway.processes import ROOT, free_port, gateway, get


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """A gateway with an empty configuration."""
    key_file, snapshot = tmp_path / "snapshot.key", tmp_path / "snapshot.bin"
    key_file.write_bytes(Fernet.generate_key())
    write(Snapshot(), snapshot, key_file)
    options = ["--snapshot", str(snapshot), "--key-file", str(key_file)]
    return [*options, "--packages", str(tmp_path / "packages")]


def test_it_serves_its_snapshot_until_sigterm(options: list[str]) -> None:
    port = free_port()
    with gateway(*options, "--http", f"127.0.0.1:{port}") as process:
        assert get(process, port).json()["error_code"] == "APIG.0101"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_never_loads_django() -> None:
    code = "import sys, gateway.__main__; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_an_address_in_use_is_one_line(options: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with gateway(*options, "--http", bind) as process:
            _, err = process.communicate(timeout=10)
    assert process.returncode == UNAVAILABLE
    assert bind in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "nothing to listen on"),
        (["--https", "127.0.0.1:1"], "--https needs --tls-dir"),
        (["--http", "nonsense"], "nonsense"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_explained(
    options: list[str], arguments: list[str], complaint: str
) -> None:
    with gateway(*options, *arguments) as process:
        _, err = process.communicate(timeout=10)
    assert process.returncode == 2
    assert complaint in err and "Traceback" not in err


def test_a_missing_key_file_is_no_reason_to_listen(tmp_path: Path) -> None:
    options = ["--snapshot", str(tmp_path / "s"), "--key-file", str(tmp_path / "k")]
    options += ["--packages", str(tmp_path / "packages")]
    port = free_port()
    with gateway(*options, "--http", f"127.0.0.1:{port}") as process:
        _, err = process.communicate(timeout=10)
    assert process.returncode == UNAVAILABLE
    assert os.strerror(2) in err and "Traceback" not in err


def test_metrics_say_whether_the_shared_state_is_away(
    options: list[str], tmp_path: Path
) -> None:
    (tmp_path / "redis.url").write_text(f"redis://127.0.0.1:{free_port()}/0\n")
    port, metrics = free_port(), free_port()
    options += ["--redis-file", str(tmp_path / "redis.url")]
    options += ["--http", f"127.0.0.1:{port}", "--metrics", f"127.0.0.1:{metrics}"]
    with gateway(*options) as process:
        assert get(process, port).status_code == 404
        assert "sallyport_state_away 0.0" in get(process, metrics).text


def test_a_state_directory_serves_one_gateway(
    options: list[str], tmp_path: Path
) -> None:
    options += ["--state", str(tmp_path / "state"), "--http", "127.0.0.1:"]
    options[-1] += str(port := free_port())
    with gateway(*options) as first:
        assert get(first, port).status_code == 404
        options[-1] = f"127.0.0.1:{free_port()}"
        with gateway(*options) as second:
            _, complaint = second.communicate(timeout=30)
    assert second.returncode == UNAVAILABLE
    assert "belongs to another gateway: give each a --state of its own" in complaint
