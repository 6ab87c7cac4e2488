"""Figures over a range of time: charts, totals, and why calls were refused.

Reference: policies.md sections 9.1 and 9.3.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import add
from typing import Any

import orjson
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from console.charts import Chart, Series
from console.metrics import HIGHEST, SUMMED, latency_within, merge
from console.models import Minute
from console.models.minute import SECONDS
from gateway.errors import GatewayError

# By their names in the URL: what is said, how long, and how wide a point is.
RANGES: dict[str, tuple[str, timedelta, timedelta]] = {
    "1h": ("Last 1 hour", timedelta(hours=1), timedelta(minutes=1)),
    "6h": ("Last 6 hours", timedelta(hours=6), timedelta(minutes=6)),
    "1d": ("Last 1 day", timedelta(days=1), timedelta(minutes=30)),
    "7d": ("Last 7 days", timedelta(days=7), timedelta(hours=3)),
    "30d": ("Last 30 days", timedelta(days=30), timedelta(hours=12)),
}
THROTTLED = "APIG.0308"
_REASONS = 10


@dataclass(frozen=True)
class Figures:
    """What the page shows. `reasons` are (code, phase, calls) of 401 and 403.

    `rows` are the range's, which all of it is made of.
    """

    rows: QuerySet[Minute]
    charts: list[Chart]
    total: Minute
    throttled: int
    codes: list[tuple[str, int]]
    reasons: list[tuple[str, str, int]]

    @property
    def percentiles(self) -> list[tuple[str, float]]:
        shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        return [(name, latency_within(self.total, at)) for name, at in shares]

    @property
    def average(self) -> float:
        """Of the latencies, in ms."""
        return self.total.latency / (self.total.req_count or 1)

    @property
    def asked_ms(self) -> float | None:
        return asked_ms(self.total)

    @property
    def hit_rate(self) -> float | None:
        return hit_rate(self.total)


def figures(rows: QuerySet[Minute], chosen: str, now: datetime) -> Figures:
    """Add up the minutes of a range."""
    _, span, step = RANGES[chosen]
    start = _floor(now - span, step) + step
    count = span // step
    length = max(s for s in SECONDS if step % timedelta(seconds=s) == timedelta(0))
    rows = rows.filter(seconds=length, minute__gte=start)
    found, throttled = [_Point() for _ in range(count)], [0.0] * count
    codes = Counter[tuple[str, str]]()
    for at, code, phase, *figures in _read(rows):
        place = min((at - start) // step, count - 1)
        found[place].add(*figures)
        if code:
            codes[code, phase] += figures[-1][0]
        if code == THROTTLED:
            throttled[place] += figures[-1][0]
    points, total = [point.row() for point in found], _Point().row()
    for point in points:
        merge(total, point)
    moments = [start + step * n for n in range(count)]
    return Figures(
        rows,
        _charts(moments, points, throttled),
        total,
        int(sum(throttled)),
        _by_code(codes),
        [(*key, n) for key, n in codes.most_common() if key[0] in _doors()][:_REASONS],
    )


class _Point:
    """What falls into one point of a chart, added up row by row: there may be many."""

    def __init__(self) -> None:
        self._histogram = Counter[str]()
        self._highest = [0.0] * len(HIGHEST)
        # Whole as long as what is added is.
        self._summed: list[float] = [0] * len(SUMMED)

    def add(
        self, histogram: str, highest: Sequence[float], summed: Sequence[float]
    ) -> None:
        for bucket, count in orjson.loads(histogram).items():
            self._histogram[bucket] += count
        self._highest = list(map(max, self._highest, highest))
        self._summed = list(map(add, self._summed, summed))

    def row(self) -> Minute:
        fields = dict(zip(SUMMED, self._summed, strict=True))
        fields |= zip(HIGHEST, self._highest, strict=True)
        return Minute(histogram=self._histogram, **fields)


def _read(rows: QuerySet[Minute]) -> Iterator[tuple[Any, ...]]:
    """(start, error code, phase, histogram as JSON, highest, summed) of each row."""
    text = Cast("histogram", TextField())
    names = ("minute", "apig_err_code", "phase", text, *HIGHEST, *SUMMED)
    found = rows.order_by().values_list(*names)
    end = 4 + len(HIGHEST)
    for row in found.iterator(2000):
        yield *row[:4], row[4:end], row[end:]


def _charts(
    moments: list[datetime], points: list[Minute], throttled: list[float]
) -> list[Chart]:
    def line(name: str, *path: str) -> Series:
        return Series(name, [float(getattr(point, path[0])) for point in points])

    def latency(name: str, share: float) -> Series:
        values = [
            latency_within(point, share) if point.req_count else None
            for point in points
        ]
        return Series(name, values)

    def average(name: str, field: str) -> Series:
        values = [
            getattr(point, field) / point.req_count if point.req_count else None
            for point in points
        ]
        return Series(name, values)

    return [
        Chart("Requests", "", moments, [line("all", "req_count")]),
        Chart(
            "Latency",
            "ms",
            moments,
            [latency("p50", 0.5), latency("p95", 0.95), latency("p99", 0.99)],
        ),
        Chart(
            "Average Latency",
            "ms",
            moments,
            [average("calls", "latency"), average("backends", "backend_latency")],
        ),
        Chart(
            "Data Traffic",
            "bytes",
            moments,
            [line("in", "input_throughput"), line("out", "output_throughput")],
        ),
        Chart(
            "Errors",
            "",
            moments,
            [line("4xx", "req_count_4xx"), line("5xx", "req_count_5xx")],
        ),
        Chart("Throttled Calls", "", moments, [Series("throttled", throttled)]),
        Chart(
            "Authorizers",
            "ms",
            moments,
            [Series("average of those asked", [asked_ms(point) for point in points])],
        ),
        Chart(
            "Authorizer Cache",
            "% remembered",
            moments,
            [Series("hit rate", [hit_rate(point) for point in points])],
        ),
    ]


def asked_ms(row: Minute) -> float | None:
    """How long authorizers took that were asked, in ms."""
    asked = row.asked - row.remembered
    return row.authorizer_latency / asked if asked else None


def hit_rate(row: Minute) -> float | None:
    """Of the answers of authorizers, how many percent were remembered."""
    return 100 * row.remembered / row.asked if row.asked else None


def _by_code(codes: Counter[tuple[str, str]]) -> list[tuple[str, int]]:
    summed: Counter[str] = Counter()
    for (code, _), count in codes.items():
        summed[code] += count
    return summed.most_common()


@lru_cache(maxsize=1)
def _doors() -> frozenset[str]:
    """The codes of errors that are about who calls: they give 401 or 403."""
    found, kinds = set(), [GatewayError]
    for kind in kinds:
        kinds += kind.__subclasses__()
        if kind.status in (401, 403):
            found.add(kind.code)
    return frozenset(found)


def _floor(moment: datetime, step: timedelta) -> datetime:
    seconds = step.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
