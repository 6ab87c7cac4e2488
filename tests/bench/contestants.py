"""What is measured: this gateway, and references without its work.

A contestant is a command that listens on a port of its own. `missing` says why one
cannot run here; then it is named in the report as not measured.
"""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from gateway.source import write
from gateway.tls import ensure_certificates
from tests.bench import console, scenario

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


@dataclass(frozen=True)
class Running:
    """One that listens: its ports in clear and in TLS, and its processes."""

    port: int
    tls_port: int
    pids: tuple[int, ...]


Prepare = Callable[[Path, int, int], Sequence[str]]


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class Contestant:
    """`prepare(folder, port, second port)` gives the command and writes its files."""

    name: str
    prepare: Prepare
    missing: Callable[[], str] = _nothing
    environment: Mapping[str, str] = field(default_factory=dict)
    # Those that it needs beside it, on its second port; what they spend counts, unless
    # it stands `apart`.
    helper: Prepare | None = None
    apart: bool = False

    @contextmanager
    def run(self) -> Iterator[Running]:
        with tempfile.TemporaryDirectory(prefix="sallyport-bench-") as name:
            folder = Path(name)
            port, second = free_port(), free_port()
            commands = [self.prepare(folder, port, second)]
            if self.helper:
                commands.insert(0, self.helper(folder, second, port))
            children = [self._start(command, folder) for command in commands]
            try:
                for child, at in zip(reversed(children), (port, second), strict=False):
                    _await_listener(child, at, self.name, folder)
                counted = children[-1:] if self.apart else children
                yield Running(port, second, tuple(c.pid for c in counted))
            finally:
                for child in children:
                    child.terminate()
                for child in children:
                    _end(child)

    def _start(self, command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
        with open(folder / "output", "ab") as output:
            return subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def status(
    port: int, path: str, headers: Mapping[str, str], *, tls: bool = False
) -> int:
    """What one request is answered with."""
    kind: Any = http.client.HTTPConnection
    if tls:
        context = ssl._create_unverified_context()
        kind = partial(http.client.HTTPSConnection, context=context)
    connection = kind("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=dict(headers))
        return int(connection.getresponse().status)
    finally:
        connection.close()


def _await_listener(
    child: "subprocess.Popen[bytes]", port: int, name: str, folder: Path
) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    said = (folder / "output").read_text(errors="replace")[-2000:]
    raise RuntimeError(f"{name} does not listen:\n{said}")


def _end(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(15)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def gateway(
    name: str,
    server: str,
    *,
    proxied: bool = False,
    module: str = "gateway",
    records: bool = False,
    redis: bool = False,
    **configured: Any,
) -> Contestant:
    """This gateway; `configured` goes to `scenario.snapshot`.

    With `records` it delivers them to a console, with `redis` it counts there; `module`
    is what is run.
    """

    def prepare(folder: Path, port: int, second: int) -> Sequence[str]:
        key, packages = folder / "key", folder / "packages"
        key.write_bytes(Fernet.generate_key())
        ensure_certificates(folder, ["localhost"])
        backend = f"127.0.0.1:{second}" if proxied else ""
        made = scenario.snapshot(packages, backend=backend, **configured)
        write(made, folder / "snapshot", key)
        https = [] if helper else ["--https", f"127.0.0.1:{second}"]
        if records:
            records_key = folder / console.KEY
            records_key.parent.mkdir(parents=True)
            records_key.write_bytes(Fernet.generate_key())
            https = ["--console", f"http://127.0.0.1:{second}"]
            https += ["--records-key", str(records_key)]
        if redis:
            (folder / "redis.url").write_text(f"redis://127.0.0.1:{second}/0")
            https = ["--redis-file", str(folder / "redis.url")]
        return [
            *(sys.executable, "-m", module, "--server", server),
            *("--snapshot", str(folder / "snapshot"), "--key-file", str(key)),
            *("--packages", str(packages), "--tls-dir", str(folder)),
            *("--http", f"127.0.0.1:{port}", *https),
        ]

    helper = SIZED if proxied else _console if records else _redis if redis else None
    missing = _no_redis if redis else _nothing
    return Contestant(name, prepare, missing, helper=helper, apart=records or redis)


def _redis(folder: Path, port: int, second: int) -> Sequence[str]:
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1"]
    return [*words, "--save", "", "--dir", str(folder)]


def _no_redis() -> str:
    return "" if shutil.which("redis-server") else "redis-server is not installed"


def _console(folder: Path, port: int, second: int) -> Sequence[str]:
    return [sys.executable, "-m", "tests.bench.console", str(port)]


def granian(target: str, interface: str) -> Prepare:
    """One worker, one thread for Python, of an application of the benchmark."""

    def prepare(folder: Path, port: int, second: int) -> Sequence[str]:
        words = [sys.executable, "-m", "granian", "--interface", interface]
        words += ["--port", str(port), "--workers", "1", "--no-ws", "--http", "1"]
        if interface == "wsgi":
            words += ["--blocking-threads", "1"]
        return [*words, "--log-level", "error", target]

    return prepare


def uvicorn(target: str) -> Prepare:
    def prepare(folder: Path, port: int, second: int) -> Sequence[str]:
        words = [sys.executable, "-m", "uvicorn", target, "--port", str(port)]
        words += ["--loop", "uvloop", "--http", "httptools", "--lifespan", "off"]
        return [*words, "--log-level", "error", "--no-access-log"]

    return prepare


SIZED = granian("tests.bench.apps:sized", "rsgi")
HELLO_RSGI = Contestant(
    "bare hello, RSGI on granian", granian("tests.bench.apps:rsgi", "rsgi")
)
HELLO_ASGI = Contestant("bare hello, ASGI on uvicorn", uvicorn("tests.bench.apps:asgi"))
DJANGO = Contestant(
    "Django view without middleware",
    granian("tests.bench.django_view:application", "wsgi"),
)
BACKEND = Contestant("the backend itself", SIZED)
REDIS = Contestant("redis-server", _redis, _no_redis)
