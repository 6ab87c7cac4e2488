"""Key files: made once, for their owner only."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

from cryptography.fernet import Fernet

from console.keys import (
    ensure_directory,
    ensure_fernet_key,
    ensure_secret,
    write_private,
)

START = """
import sys
from pathlib import Path
from console.keys import ensure_fernet_key
sys.stdin.readline()
print(ensure_fernet_key(Path(sys.argv[1])))
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "fields.key"
    key = ensure_fernet_key(path)
    Fernet(key)
    assert ensure_fernet_key(path) == key
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_is_long_and_random(tmp_path: Path) -> None:
    first, second = ensure_secret(tmp_path / "a"), ensure_secret(tmp_path / "b")
    assert len(first) >= 50
    assert first != second
    assert mode(tmp_path / "a") == 0o600


def test_a_directory_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys"
    ensure_directory(path)
    ensure_directory(path)
    assert mode(path) == 0o700


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new\n")
    assert (path.read_text(), mode(path)) == ("new\n", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    path = tmp_path / "fields.key"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    keys = {process.communicate()[0].strip() for process in processes}
    assert keys == {path.read_text().strip()}
    assert [process.returncode for process in processes] == [0] * 4
    assert list(tmp_path.iterdir()) == [path]


def test_threads_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    path, ready = tmp_path / "fields.key", threading.Barrier(8)
    keys: list[str] = []

    def start() -> None:
        ready.wait()
        keys.append(ensure_fernet_key(path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys == [path.read_text().strip()] * 8
