"""Figures over a range of time: charts, totals, and why calls were refused.

Reference: policies.md sections 9.1 and 9.3.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from console.charts import Chart, Series
from console.metrics import merge, percentile
from console.models import Minute

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
    """What the page shows. `reasons` are (code, phase, calls) of 401 and 403."""

    charts: list[Chart]
    total: Minute
    throttled: int
    remembered: float | None
    codes: list[tuple[str, int]]
    reasons: list[tuple[str, str, int]]

    @property
    def percentiles(self) -> list[tuple[str, float]]:
        shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        return [(name, percentile(self.total.histogram, at)) for name, at in shares]


def figures(rows: QuerySet[Minute], chosen: str, now: datetime) -> Figures:
    """Add up the minutes of a range."""
    _, span, step = RANGES[chosen]
    start = _floor(now - span, step) + step
    count = span // step
    points = [_empty() for _ in range(count)]
    total, codes = _empty(), Counter[tuple[str, str]]()
    for row in rows.filter(minute__gte=start).iterator(2000):
        merge(points[min((row.minute - start) // step, count - 1)], row)
        merge(total, row)
        if row.apig_err_code:
            codes[row.apig_err_code, row.phase] += row.req_count
    moments = [start + step * n for n in range(count)]
    return Figures(
        _charts(moments, points),
        total,
        sum(n for (code, _), n in codes.items() if code == THROTTLED),
        total.remembered / total.asked if total.asked else None,
        _by_code(codes),
        [(*key, n) for key, n in codes.most_common() if _is_door(key[0])][:_REASONS],
    )


def _charts(moments: list[datetime], points: list[Minute]) -> list[Chart]:
    def line(name: str, *path: str) -> Series:
        return Series(name, [float(getattr(point, path[0])) for point in points])

    def latency(name: str, share: float) -> Series:
        values = [
            percentile(point.histogram, share) if point.req_count else None
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
    ]


def _by_code(codes: Counter[tuple[str, str]]) -> list[tuple[str, int]]:
    summed: Counter[str] = Counter()
    for (code, _), count in codes.items():
        summed[code] += count
    return summed.most_common()


def _is_door(code: str) -> bool:
    """Whether an error is about who calls: one of those that give 401 or 403."""
    number = code.removeprefix("APIG.")
    return number.startswith(("03", "04")) and code != THROTTLED


def _empty() -> Minute:
    return Minute(minute=datetime.now(UTC), histogram={})


def _floor(moment: datetime, step: timedelta) -> datetime:
    seconds = step.total_seconds()
    return datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
