"""What a warm two-factor call may cost: in steps, which no neighbour disturbs.

A step is a line, a call of a Python function, or a call of a native one. `cost.json`
has the figures that were agreed on: more than a tenth above fails. Where a call has
become dearer for a good reason, write the new figure there, and the reason into the
commit.
"""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.framing import Limits
from gateway.functions.package import Store
from gateway.functions.pool import Pool
from gateway.http import Headers, Request
from gateway.protocol import GatewayProtocol
from gateway.rsgi import Handler
from gateway.server import GatewayServer
from gateway.source import Fixed
from tests.bench import bound, scenario

AGREED: dict[str, int] = json.loads(Path(__file__).with_name("cost.json").read_text())
SLACK = 1.1
CLIENT = ("127.0.0.1", 50_000)


def steps(work: Callable[[], object]) -> int:
    """Steps of work that is warm."""
    for _ in range(3):
        work()
    count = 0

    def line(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += 1
        return line

    def native(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.setprofile(native)
    sys.settrace(line)
    try:
        work()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


@pytest.fixture
def gateway(tmp_path: Path, runner: asyncio.Runner) -> Iterator[Gateway]:
    with warm(tmp_path, runner) as made:
        yield made


@contextmanager
def warm(
    folder: Path, runner: asyncio.Runner, policies: Sequence[str] = ()
) -> Iterator[Gateway]:
    """The benchmark's gateway, its authorizer's verdict remembered."""
    snapshot = scenario.snapshot(folder, policies=policies)
    made = Gateway(Fixed(snapshot), Pool(Store(folder)))
    assert runner.run(made.handle(request())).status == 200
    yield made
    runner.run(made.close())


def request() -> Request:
    raw = [(k.encode(), v.encode()) for k, v in scenario.signed().items()]
    headers = Headers(raw)
    return Request("GET", scenario.PATH, scenario.QUERY, headers, client="127.0.0.1")


def agree(name: str, found: int) -> None:
    agreed = AGREED[name]
    assert found <= agreed * SLACK, (
        f"a warm call costs {found} steps {name}, {found / agreed - 1:.0%} more than "
        f"the {agreed} in cost.json"
    )


def test_the_core_answers_within_the_agreed_steps(gateway: Gateway) -> None:
    made = request()
    agree("in the core", steps(lambda: gateway.answer(made)))


@pytest.mark.parametrize(
    ("name", "policies"),
    [("with two policies", bound.TWO), ("with ten policies", bound.TEN)],
)
def test_what_is_bound_costs_the_agreed_steps(
    tmp_path: Path, runner: asyncio.Runner, name: str, policies: Sequence[str]
) -> None:
    made = request()
    with warm(tmp_path, runner, policies) as gateway:
        agree(name, steps(lambda: gateway.answer(made)))


def test_uvicorn_s_side_keeps_to_its_steps(
    gateway: Gateway, runner: asyncio.Runner
) -> None:
    lines = [f"GET {scenario.PATH}?{scenario.QUERY} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in scenario.signed().items()]
    sent = "\r\n".join([*lines, "", ""]).encode()
    transport = Transport()

    async def count() -> int:
        server = GatewayServer(gateway, [])
        server.config.load()
        protocol = GatewayProtocol(server.config, server.server_state, {}, Limits())
        protocol.connection_made(transport)
        try:
            return steps(lambda: protocol.data_received(sent))
        finally:
            protocol.connection_lost(None)

    found = runner.run(count())
    assert transport.written.count(b"HTTP/1.1 200 OK\r\n") == 4
    agree("on uvicorn", found)


def test_granian_s_side_keeps_to_its_steps(
    gateway: Gateway, runner: asyncio.Runner
) -> None:
    statuses: list[int] = []
    scope = SimpleNamespace(
        method="GET",
        path=scenario.PATH,
        query_string=scenario.QUERY,
        http_version="1.1",
        client="127.0.0.1:50000",
        headers=scenario.signed(),
    )
    proto = SimpleNamespace(response_bytes=lambda status, *_: statuses.append(status))
    exchange = SimpleNamespace(scope=scope, proto=proto, done=lambda: None)
    handler = Handler(gateway.answer, runner.get_loop(), port=8080, scheme="http")
    agree("on granian", steps(lambda: handler.handle(exchange)))
    assert statuses == [200] * 4


class Transport(asyncio.Transport):
    """A connection's other end, as far as an answer needs one."""

    def __init__(self) -> None:
        super().__init__({"peername": CLIENT, "sockname": ("127.0.0.1", 8080)})
        self.written = b""

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        """Nothing is open."""

    def is_closing(self) -> bool:
        return False

    def set_write_buffer_limits(self, *_: object, **__: object) -> None:
        """It takes everything."""
