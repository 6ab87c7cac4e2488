"""Costs that are no rates: a signature, idle connections, a large configuration."""

import hashlib
import http.client
import os
import socket
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gateway import signing
from gateway.http import Headers, Request
from gateway.snapshot import dump, load
from gateway.source import write
from tests.bench import scenario
from tests.bench.cases import SERVERS
from tests.bench.contestants import Running, gateway, status

MANY, IDLE, ROUNDS = 10_000, 1_024, 5


class Cost(NamedTuple):
    """A figure, and the most that it may be; 0 for what has no goal."""

    name: str
    value: float
    unit: str
    most: float = 0.0

    def __str__(self) -> str:
        met = "met   " if self.value <= self.most else "missed"
        goal = f"(<= {self.most:g})" if self.most else ""
        verdict = met if self.most else " " * 6
        return f"{verdict} {self.name}: {self.value:,.2f} {self.unit} {goal}".rstrip()


def micros(work: Callable[[], object], count: int = 20_000) -> float:
    """What a call costs, at best, in µs."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(count):
            work()
        best = min(best, (time.perf_counter() - begun) / count)
    return best * 1e6


def signature() -> Iterator[Cost]:
    """Verifying a GET without a body, the hash of 100 bytes beside it."""
    raw = [(k.encode(), v.encode()) for k, v in scenario.signed().items()]
    request = Request("GET", scenario.PATH, scenario.QUERY, Headers(raw))
    key, now = signing.Key(scenario.SECRET.encode()), time.time()

    def verify() -> None:
        given = signing.parse_authorization(request.headers.get(b"authorization"))
        signing.verify(request, given, key, now)

    text = b"x" * 100
    yield Cost("sha256 of 100 bytes", micros(lambda: hashlib.sha256(text)), "µs")
    yield Cost("verifying a signature", micros(verify), "µs", 9.0)


def idle() -> Iterator[Cost]:
    """Memory of connections that were used once and stay open."""
    for name, server in SERVERS.items():
        with gateway(name, server).run() as running:
            target = f"{scenario.PATH}?{scenario.QUERY}"
            for _ in range(50):
                status(running.port, target, scenario.signed())
            before = _resident_mb(running)
            held = [_kept_alive(running.port, target) for _ in range(IDLE)]
            grown = _resident_mb(running) - before
            for connection in held:
                connection.close()
        yield Cost(f"{name}, {IDLE:,} idle connections", grown, "MB", 30.0)


def _kept_alive(port: int, target: str) -> socket.socket:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", target, headers=scenario.signed())
    connection.getresponse().read()
    assert connection.sock is not None
    return connection.sock


def _resident_mb(running: Running) -> float:
    text = Path(f"/proc/{running.pids[0]}/statm").read_text()
    return int(text.split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def growth() -> Iterator[Cost]:
    """A configuration of 10,000 APIs: to write, to read, to keep, to swap in."""
    with tempfile.TemporaryDirectory() as folder:
        made = scenario.snapshot(Path(folder), others=MANY)
    begun = time.perf_counter()
    text = dump(made)
    yield Cost(f"writing {MANY:,} APIs", (time.perf_counter() - begun) * 1000, "ms")
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        load(text)
        spent.append((time.perf_counter() - begun) * 1000)
    yield Cost(f"reading {MANY:,} APIs", min(spent), "ms", 500.0)
    text = dump(replace(made, credentials=(), authorizers=made.authorizers[-1:]))
    tracemalloc.start()
    kept = load(text)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    each = (size - len(text)) / len(kept.apis)
    yield Cost("memory of an API beyond its text", each, "bytes", 2048.0)
    for name, server in SERVERS.items():
        yield Cost(f"{name}, slowest call meanwhile", _swap(server), "ms", 50.0)


def _swap(server: str) -> float:
    """The slowest of the calls made while a gateway takes the 10,000 APIs, in ms."""
    with gateway("swap", server).run() as running:
        folder = Path(f"/proc/{running.pids[0]}/cwd").resolve()
        made = scenario.snapshot(folder / "packages", others=MANY)
        target = f"{scenario.PATH}?{scenario.QUERY}"
        status(running.port, target, scenario.signed())
        changing = threading.Thread(
            target=write, args=(made, folder / "snapshot", folder / "key")
        )
        return max(_calls(running, target, changing))


def _calls(
    running: Running, target: str, changing: threading.Thread
) -> Iterator[float]:
    """Times of calls on one connection until a new API answers, and a second more."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    headers, ends = scenario.signed(), 0.0
    yield 0.0
    changing.start()
    changing.join()
    while not ends or time.perf_counter() < ends:
        begun = time.perf_counter()
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        answer.read()
        yield (time.perf_counter() - begun) * 1000
        if (
            not ends
            and status(running.port, "/other/9999/x", {"host": scenario.HOST}) != 404
        ):
            ends = time.perf_counter() + 1
    connection.close()


COSTS: dict[str, Callable[[], Iterator[Cost]]] = {
    "signature": signature,
    "idle": idle,
    "growth": growth,
}
