"""Costs that are no rates: a signature, idle connections, a large configuration."""

import asyncio
import hashlib
import http.client
import os
import socket
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gateway import access, delivery, pipeline, signing
from gateway.addresses import Addresses
from gateway.app import Gateway
from gateway.call import Call
from gateway.functions.package import Store
from gateway.functions.pool import Pool
from gateway.http import Headers, Request, Response
from gateway.policies import sampling
from gateway.records import Recorder
from gateway.snapshot import dump, load
from gateway.source import Fixed, write
from gateway.state import Window
from gateway.state.redis import Redis
from tests.bench import scenario
from tests.bench.cases import SERVERS
from tests.bench.contestants import REDIS, Running, gateway, status

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


def micros(work: Callable[[], object], count: int = 1_000) -> float:
    """What a call costs, at best, in µs of the processor: others may use it too."""
    best = float("inf")
    for _ in range(100):
        begun = time.thread_time()
        for _ in range(count):
            work()
        best = min(best, (time.thread_time() - begun) / count)
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


def addresses() -> Iterator[Cost]:
    """Looking addresses up in a long list; few of them come again."""
    entries = [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(0, 200_000, 2)]
    found, asked = Addresses(entries), [*entries[:5_000], "192.0.2.1", "2001:db8::1"]
    spent = micros(lambda: [address in found for address in asked], 1) / len(asked)
    yield Cost("an address among 100,000", spent, "µs", 2.0)


def redis() -> Iterator[Cost]:
    """How often a call that is counted in four windows waits for Redis."""
    if why := REDIS.missing():
        raise RuntimeError(why)
    with REDIS.run() as running:
        made = asyncio.run(_round_trips(f"redis://127.0.0.1:{running.port}/0"))
    yield Cost("round trips to Redis for a call", made, "each", 1.0)


async def _round_trips(url: str, calls: int = 100) -> float:
    state = Redis(url)
    for _ in range(calls):
        answer = state.take([Window(f"w{n}", 10**9, 60) for n in range(4)])
        if isinstance(answer, Awaitable):
            await answer
    await state.close()
    return state.round_trips / calls


def aside() -> Iterator[Cost]:
    """What is done beside a call's own work: records, and looking whether to trace."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        runner = stack.enter_context(asyncio.Runner())
        made = Gateway(Fixed(scenario.snapshot(folder)), Pool(Store(folder)))
        raw = [(k.encode(), v.encode()) for k, v in scenario.signed().items()]
        request = Request("GET", scenario.PATH, scenario.QUERY, Headers(raw))
        call = Call(request, made.services)
        answer = runner.run(pipeline.run(call))
        whole = micros(lambda: made.answer(request), 50)
        looked = micros(lambda: sampling.wanted(call))
        noted = micros(lambda: access.leave(call, answer))
        runner.run(made.close())
    yield Cost("a call, without its server", whole, "µs")
    yield Cost("tracing off, of that", looked / whole * 100, "%", 2.0)
    yield Cost("putting a call on record", noted, "µs")
    yield Cost("delivering a record", _delivering(call, answer), "µs")


def _delivering(call: Call, answer: Response, count: int = 2_000) -> float:
    """What the thread that delivers does for a record, without the network."""
    recorder, spent = Recorder(), []
    for _ in range(20):
        for _ in range(count):
            recorder.note(access.note(call, answer, 0.001))
        begun = time.thread_time()
        for batch in delivery.batches(recorder):
            delivery.proof(b"key", 0, delivery.encode(batch))
        spent.append((time.thread_time() - begun) / count)
    return min(spent) * 1e6


COSTS: dict[str, Callable[[], Iterator[Cost]]] = {
    "signature": signature,
    "idle": idle,
    "growth": growth,
    "addresses": addresses,
    "redis": redis,
    "aside": aside,
}
