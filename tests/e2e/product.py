"""The real product, started as its users start it, and the processes it runs."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "two doors in a row 7"
# Seconds that anything here may take before it counts as broken.
WAIT = 30.0


class Product:
    """A data directory and three free ports, and what `manage.py` does with them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.console_bind, self.http_bind, self.https_bind = _free_binds(3)
        self.console_url = f"http://{self.console_bind}"
        self.http_url = f"http://{self.http_bind}"
        self.https_url = f"https://{self.https_bind}"
        self.ca = str(data / "tls" / "ca.pem")
        self.environment = _environment() | {
            "SALLYPORT_DATA_DIR": str(data),
            "SALLYPORT_CONSOLE_BIND": self.console_bind,
            "SALLYPORT_GATEWAY_BIND": self.http_bind,
            "SALLYPORT_GATEWAY_TLS_BIND": self.https_bind,
            "SALLYPORT_ADMIN_PASSWORD": PASSWORD,
            "PYTHONUNBUFFERED": "1",
        }
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def serve(self) -> None:
        """The one command; returns when everything listens."""
        self.start("serve", ready="Ctrl-C")

    def start(self, *words: str, ready: str) -> None:
        """Run a command until it prints a line that starts with `ready`."""
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )
        assert self._process.stdout is not None
        said = ""
        for line in self._process.stdout:
            said += line
            if line.startswith(ready):
                # Read on, or a product that says much would wait for a reader.
                reader = ThreadPoolExecutor(1)
                self._rest = reader.submit(self._process.stdout.read)
                reader.shutdown(wait=False)
                return
        raise AssertionError(f"it ended: {said}")

    def manage(self, *words: str, seconds: float = WAIT) -> str:
        """What another command of `manage.py` prints, in that many seconds at most."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=seconds,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Exit status and last words; asserts that no process is left behind."""
        assert self._process is not None
        family = watch(descendants(self.pid))
        self._process.send_signal(number)
        status = self._process.wait(WAIT)
        assert_gone(family)
        return status, self._rest.result(WAIT)

    def gateway(self) -> int:
        """The gateway's process."""
        return self._child("-m gateway")

    def console(self) -> list[int]:
        """The console's processes: the main one, then its workers."""
        main = self._child("-m granian")
        workers = [pid for pid in children(main) if "granian" in command(pid)]
        return [main, *workers]

    def _child(self, words: str) -> int:
        return next(pid for pid in children(self.pid) if words in command(pid))


def until(condition: Callable[[], T | None], seconds: float = WAIT) -> T:
    """What the condition gives as soon as it is true; AssertionError if never."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)
    return found


def children(pid: int) -> list[int]:
    """The direct children of a process; none of one that has ended."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, file.read_text().split())
        except OSError:  # That thread has just ended.
            continue
    return found


def descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [below for child in found for below in descendants(child)]


def workers(pid: int) -> list[int]:
    """The function workers below a process."""
    return [child for child in descendants(pid) if "child.py" in command(child)]


def command(pid: int) -> str:
    """The command line of a process; "" of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def cpu_seconds(pid: int) -> float:
    """How long a process has been computing; 0 for one that has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(pids: Iterable[int]) -> list[int]:
    """Descriptors of processes, which stay theirs when the numbers are used again."""
    found = []
    for pid in pids:
        with suppress(ProcessLookupError):  # It has ended already.
            found.append(os.pidfd_open(pid))
    return found


def assert_gone(watched: Iterable[int]) -> None:
    """The processes have ended, or do soon."""
    for descriptor in watched:
        assert select.select([descriptor], [], [], WAIT)[0], "a process lives on"
        os.close(descriptor)


def _environment() -> dict[str, str]:
    """Ours, without what says how this test run is configured."""
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith("SALLYPORT_")
    }


def _free_binds(count: int) -> list[str]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return [f"127.0.0.1:{port}" for port in ports]
