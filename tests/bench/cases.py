"""What is measured, and the goals. The first row of a case is its reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench import bound, peers
from tests.bench.contestants import (
    BACKEND,
    DJANGO,
    HELLO_ASGI,
    HELLO_RSGI,
    Contestant,
    gateway,
)
from tests.bench.scenario import APP, NONE, PATH, QUERY, TWO

GRANIAN, UVICORN = "Sallyport on granian", "Sallyport on uvicorn"
SERVERS = {GRANIAN: "granian", UVICORN: "uvicorn"}


@dataclass(frozen=True)
class Row:
    """A contestant under a load; `factors` is what it must refuse."""

    contestant: Contestant
    label: str = ""
    factors: str = NONE
    connections: int = 32
    tls: bool = False
    reuse: bool = True
    target: str = f"{PATH}?{QUERY}"

    @property
    def name(self) -> str:
        return self.contestant.name + (f", {self.label}" if self.label else "")


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Goal:
    """A figure of one row is at least, or at most, so many times that of another."""

    case: str
    row: str
    reference: str
    figure: str = "rate"
    least: float = 0.0
    most: float = field(default=float("inf"))
    # Of the same row: p99 against p50.
    against: str = ""


def ours(factors: str, label: str = "", **configured: Any) -> list[Row]:
    """This gateway on both servers, configured in a way."""
    return [
        Row(gateway(name, server, factors=factors, **configured), label, factors)
        for name, server in SERVERS.items()
    ]


def _proxied(size: int) -> Case:
    path = f"/sized/{size}"
    rows = [Row(BACKEND, target=path), Row(peers.NGINX_PROXY, target=path)]
    for name, server in SERVERS.items():
        contestant = gateway(name, server, factors=NONE, path=path, proxied=True)
        rows.append(Row(contestant, target=path))
    return Case(f"proxy-{size // 1000}k", f"An HTTP backend of {size:,} bytes", rows)


def _loads(rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> list[Row]:
    """Each of our servers under several loads."""
    found = []
    for name, server in SERVERS.items():
        contestant = gateway(name, server)
        found += [
            Row(contestant, label, TWO, **load)
            for label, load in zip(labels, rows, strict=True)
        ]
    return found


NOTHING_BOUND = "no policy"
# How much dearer a call may be with what is bound: 5 % and 20 % of the throughput.
BOUND = {"throttling and addresses": 1 / 0.95, "ten policies": 1 / 0.8}


def _policies() -> list[Row]:
    return [
        *ours(TWO, NOTHING_BOUND),
        *ours(TWO, "throttling and addresses", policies=bound.TWO),
        *ours(TWO, "ten policies", policies=bound.TEN),
        *ours(TWO, "a kept answer", policies=bound.CACHE),
        *ours(TWO, "the two, in Redis", policies=bound.TWO, redis=True),
    ]


_COUNTS = (1, 32, 256, 1024)
_HTTPS: tuple[dict[str, bool], ...] = (
    {},
    {"tls": True},
    {"reuse": False},
    {"tls": True, "reuse": False},
)
CASES = (
    Case(
        "warm",
        "Two factors, the verdict remembered",
        [
            *ours(TWO),
            Row(HELLO_RSGI),
            Row(HELLO_ASGI),
            Row(DJANGO),
            *(Row(peer, factors=TWO) for peer in peers.TWO_FACTOR),
        ],
    ),
    Case(
        "called",
        "Two factors, the authorizer called each time",
        [*ours(TWO, "remembered"), *ours(TWO, "called", ttl=0)],
    ),
    Case("app", "The app signature only", [Row(HELLO_RSGI), *ours(APP)]),
    Case("none", "No authentication", [Row(HELLO_RSGI), *ours(NONE)]),
    _proxied(1_000),
    _proxied(100_000),
    Case(
        "many",
        "One API beside 10,000 others, credentials and authorizers too",
        [*ours(TWO, "alone"), *ours(TWO, "among 10,000", others=10_000)],
    ),
    Case(
        "records",
        "Two factors, and what became of the call delivered to a console",
        [
            *ours(TWO, "no records", module="tests.bench.unrecorded"),
            *ours(TWO, "on record"),
            *ours(TWO, "delivered", records=True),
        ],
    ),
    Case("policies", "Two factors, and policies that let the call pass", _policies()),
    Case(
        "connections",
        "Two factors, by number of connections",
        _loads(
            [{"connections": count} for count in _COUNTS],
            [f"{count:,} connections" for count in _COUNTS],
        ),
    ),
    Case(
        "https",
        "Two factors in TLS, with and without reuse of connections",
        _loads(_HTTPS, ("HTTP", "HTTPS", "HTTP, no reuse", "HTTPS, no reuse")),
    ),
)
GOALS = (
    Goal("warm", GRANIAN, peers.AUTH_REQUEST.name, least=1.0),
    Goal("warm", GRANIAN, peers.ENVOY.name, least=3.0),
    Goal("warm", GRANIAN, peers.CADDY.name, least=4.0),
    Goal("warm", GRANIAN, peers.FLASK.name, least=10.0),
    Goal("warm", GRANIAN, peers.LUA.name, least=0.6),
    Goal("warm", UVICORN, HELLO_ASGI.name, least=0.5),
    Goal("warm", UVICORN, DJANGO.name, least=2.5),
    *(
        goal
        for name in SERVERS
        for goal in (
            Goal("called", f"{name}, called", f"{name}, remembered", least=0.3),
            Goal("called", f"{name}, called", "", "p99", most=4.0, against="p50"),
            # A tenth of the throughput.
            Goal(
                "records",
                f"{name}, delivered",
                f"{name}, no records",
                "cpu",
                most=1 / 0.9,
            ),
            *(
                Goal(
                    "policies",
                    f"{name}, {what}",
                    f"{name}, {NOTHING_BOUND}",
                    "cpu",
                    most=most,
                )
                for what, most in BOUND.items()
            ),
            Goal("many", f"{name}, among 10,000", f"{name}, alone", least=0.9),
            Goal(
                "connections",
                f"{name}, 256 connections",
                "",
                "p99",
                most=3.0,
                against="p50",
            ),
        )
    ),
)
