"""Exact to the last call: killed gateways, four that share, and Redis killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from gateway.snapshot import (
    Api,
    Backend,
    Credential,
    Group,
    MockInfo,
    Quota,
    Snapshot,
    Throttle,
)
from gateway.source import write
from tests.gateway.processes import ROOT, Client, at_once, free_port, get
from tests.gateway.processes import rightly_signed as right
from tests.gateway.state.conftest import RedisServer
from tests.gateway.world import HOST, KEY, SECRET, signed

HOUR = 3600
LIMIT, QUOTA, FEW = 300, 250, 3


def configuration() -> Snapshot:
    """/limited and /few are throttled, /quota is signed for, with a quota."""
    wide = Throttle("t1", "limit", 1, "hour", LIMIT)
    narrow = Throttle("t2", "few", 1, "hour", FEW)
    known = Credential("c1", "app", KEY, SECRET, quota=Quota("q", "q", QUOTA, HOUR))
    return Snapshot(
        groups=(Group("g1", "DEFAULT", True, (HOST,)),),
        credentials=(known, Credential("c2", "free", "freeKey00", SECRET)),
        throttles=(wide, narrow),
        apis=(
            api("/limited", throttle=wide),
            api("/few", throttle=narrow),
            api("/quota", auth_type="APP", credentials=frozenset({"c1", "c2"})),
        ),
    )


def api(path: str, **fields: Any) -> Api:
    where = (path, path, "g1", "RELEASE", "BOTH", "GET", path)
    return Api(*where, backend=Backend(MockInfo(200, "here")), **fields)


@dataclass
class Served:
    """A gateway's process, where it listens, and what it has said so far."""

    process: "subprocess.Popen[bytes]"
    port: int
    metrics: int
    log: Path

    def away(self) -> bool:
        text = requests.get(f"http://127.0.0.1:{self.metrics}/", timeout=30).text
        return "sallyport_state_away 1.0" in text

    def said(self) -> str:
        return self.log.read_text()


class Gateways:
    """Starts gateways on one configuration, and ends them all."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._all = directory, ExitStack()
        snapshot, key = directory / "snapshot.bin", directory / "snapshot.key"
        key.write_bytes(Fernet.generate_key())
        write(configuration(), snapshot, key)
        self._options = ["--snapshot", str(snapshot), "--key-file", str(key)]
        self._options += ["--packages", str(directory / "packages")]

    def start(self, *options: str) -> Served:
        served = self._launch(*options)
        get(served.process, served.port)
        return served

    def _launch(self, *options: str) -> Served:
        port, metrics = free_port(), free_port()
        log = self._directory / f"{port}.log"
        binds = ["--http", f"127.0.0.1:{port}", "--metrics", f"127.0.0.1:{metrics}"]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "gateway", *self._options, *binds, *options],
                cwd=ROOT,
                stderr=file,
            )
        self._all.callback(process.wait)
        self._all.callback(process.kill)
        return Served(process, port, metrics, log)

    def share(self, redis: RedisServer, number: int) -> list[Served]:
        """So many that count in this Redis."""
        file = self._directory / "redis.url"
        # A machine that is busy with other things is no Redis that is away.
        patient = "socket_timeout=30&socket_connect_timeout=30"
        file.write_text(f"{redis.url}?{patient}")
        started = [self._launch("--redis-file", str(file)) for _ in range(number)]
        for each in started:
            get(each.process, each.port)
        return started

    def close(self) -> None:
        self._all.close()


@pytest.fixture
def gateways(tmp_path: Path) -> Iterator[Gateways]:
    made = Gateways(tmp_path)
    yield made
    made.close()


def test_a_quota_is_exact_over_kills(gateways: Gateways, tmp_path: Path) -> None:
    request, state = right("/quota"), ("--state", str(tmp_path / "state"))
    left = QUOTA
    for calls in (100, QUOTA):
        served = gateways.start(*state)
        found = at_once([served.port], 1, calls, "/quota", request)
        kill(served)
        admitted = min(calls, left)
        assert found == [200] * admitted + [405] * (calls - admitted)
        left -= admitted


def test_a_gateway_killed_under_load_gives_nobody_more(
    gateways: Gateways, tmp_path: Path
) -> None:
    request, state = right("/quota"), ("--state", str(tmp_path / "state"))
    served, clients, answers = gateways.start(*state), 16, list[int]()
    work = ([served.port], clients, QUOTA, "/quota", request, answers)
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(at_once, *work)
        until(lambda: len(answers) > 40)
        kill(served)
        loading.result()
    again = gateways.start(*state).port
    at_once([again], 1, QUOTA + 1, "/quota", request, answers)
    # What each client was not told of any more had been counted already.
    assert QUOTA - clients <= answers.count(200) <= QUOTA


def test_four_gateways_count_exactly_for_64_clients(
    gateways: Gateways, redis_server: RedisServer
) -> None:
    four = gateways.share(redis_server, 4)
    ports = [each.port for each in four]
    found = at_once(ports, 64, 8, "/limited", None)
    assert (found.count(200), found.count(429)) == (LIMIT, 512 - LIMIT)
    found = at_once(ports, 64, 8, "/quota", right("/quota"))
    assert (found.count(200), found.count(405)) == (QUOTA, 512 - QUOTA)
    assert not any(each.away() for each in four)


def test_while_redis_is_away_each_limits_for_itself_and_callers_are_still_known(
    gateways: Gateways, redis_server: RedisServer
) -> None:
    one, other = gateways.share(redis_server, 2)
    mine, right_one = "freeKey00", right("/quota")
    wrong = signed(path="/quota", key=mine, secret="wrong", at=time.time())
    assert statuses(one, "/few", 1) == [200]
    redis_server.stop()
    # It goes on from the call that it knows of; the other has seen none.
    assert statuses(one, "/few", 3) == [200, 200, 429]
    assert statuses(other, "/few", 4) == [200, 200, 200, 429]
    assert one.away() and other.away()
    assert "Redis does not answer" in one.said()
    for gateway in (one, other):
        client = Client(gateway.port)
        assert client.call("/quota", right_one) == 200
        assert client.call("/quota", wrong) == 401
        assert client.call("/quota") == 401
        client.close()
    redis_server.start()
    until(lambda: not one.away() and not other.away())
    assert "Redis answers again" in one.said()
    found = at_once([one.port, other.port], 32, 10, "/limited", None)
    assert found.count(200) == LIMIT


def statuses(gateway: Served, path: str, calls: int) -> list[int]:
    return at_once([gateway.port], 1, calls, path, None)


def kill(gateway: Served) -> None:
    gateway.process.send_signal(signal.SIGKILL)
    gateway.process.wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
