"""Calls added up by the minute, and read again over a range (policies.md section 9).

Latencies go into buckets, each a quarter wider than the one before, so that any
percentile is known to about a tenth however many calls there were.
"""

import math
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter, itemgetter
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from console.models import Minute
from console.models.minute import SECONDS

_SMALLEST_MS, _WIDER = 0.1, 1.25
SUMMED = (
    "req_count",
    "req_count_2xx",
    "req_count_4xx",
    "req_count_5xx",
    "latency",
    "backend_latency",
    "input_throughput",
    "output_throughput",
    "asked",
    "remembered",
    "authorizer_latency",
    "dropped",
)
# Of each length: what is shown of it (`console.monitoring.RANGES`), and a little more.
KEPT_DAYS = {60: 2, 360: 2, 1800: 2, 10_800: 8, 43_200: 10_000}
HIGHEST = ("max_latency", "max_backend_latency")
_ABOUT = ("group_id", "api_id", "app_id", "apig_err_code", "phase")
# A call that matched no API still has a group.
_UNIQUE = ("seconds", "minute", *_ABOUT)
_key = attrgetter(*_UNIQUE)
_about = attrgetter(*_ABOUT)
_about_call = itemgetter(*_ABOUT)
Call = Mapping[str, Any]


def bucket(milliseconds: float) -> int:
    """The number of the bucket that a latency falls into."""
    if milliseconds <= _SMALLEST_MS:
        return 0
    return math.ceil(math.log(milliseconds / _SMALLEST_MS, _WIDER))


def percentile(histogram: Mapping[str, int], share: float) -> float:
    """The latency in ms that a share (0.99) of the calls stayed within; 0 without."""
    left = share * sum(histogram.values())
    for number, count in sorted((int(n), c) for n, c in histogram.items()):
        left -= count
        if left <= 0:
            return _SMALLEST_MS * _WIDER**number
    return 0.0


def latency_within(row: Minute, share: float) -> float:
    """The same of a row, whose longest call bounds its last bucket."""
    return min(percentile(row.histogram, share), row.max_latency)


def add(calls: Iterable[Call], dropped: int = 0) -> None:
    """Add calls, as access records, to their minutes, and to what is longer."""
    minutes = [_minute(*key, alike) for key, alike in _alike(calls).items()]
    if dropped:
        now = _row(time.time(), ("",) * len(_ABOUT))
        now.dropped = dropped
        minutes.append(now)
    found: dict[Any, Minute] = {}
    for minute in minutes:
        for seconds in SECONDS:
            row = _row(minute.minute.timestamp(), _about(minute), seconds)
            merge(found.setdefault(_key(row), row), minute)
    _save(found)


def _alike(calls: Iterable[Call]) -> dict[tuple[float, Any], list[Call]]:
    """Calls that go into the same row."""
    found = defaultdict(list)
    for call in calls:
        found[call["time"] // SECONDS[0], _about_call(call)].append(call)
    return found


def _minute(number: float, about: Sequence[str], calls: Iterable[Call]) -> Minute:
    row = _row(number * SECONDS[0], about)
    for call in calls:
        _count(row, call)
    return row


def _row(moment: float, about: Sequence[str], seconds: int = SECONDS[0]) -> Minute:
    """An empty row for the time that a moment is in."""
    fields = dict(zip(_ABOUT, about, strict=True))
    start = _floor(moment, seconds)
    return Minute(minute=start, seconds=seconds, histogram={}, **fields)


def _floor(moment: float, seconds: int) -> datetime:
    return datetime.fromtimestamp(moment // seconds * seconds, UTC)


def _count(row: Minute, call: Call) -> None:
    spent = call["request_time"] * 1000
    upstream = (call["upstream_response_time"] or 0) * 1000
    row.req_count += 1
    family = f"req_count_{call['status'] // 100}xx"
    if hasattr(row, family):
        setattr(row, family, getattr(row, family) + 1)
    row.latency += spent
    row.max_latency = max(row.max_latency, spent)
    row.backend_latency += upstream
    row.max_backend_latency = max(row.max_backend_latency, upstream)
    row.input_throughput += call["request_length"]
    row.output_throughput += call["bytes_sent"]
    number = str(bucket(spent))
    row.histogram[number] = row.histogram.get(number, 0) + 1
    if (asked := call["authorizer_time"]) is not None:
        row.asked += 1
        row.remembered += asked == 0
        row.authorizer_latency += asked * 1000


def _save(found: Mapping[Any, Minute]) -> None:
    """Put rows into the database, on top of what is known of them."""
    for seconds in SECONDS:
        starts = {key[1] for key in found if key[0] == seconds}
        known = Minute.objects.filter(seconds=seconds, minute__in=starts)
        for row in known.select_for_update().iterator(2000):
            if (more := found.get(_key(row))) is not None:
                merge(more, row)
    Minute.objects.bulk_create(
        found.values(),
        update_conflicts=True,
        unique_fields=_UNIQUE,
        update_fields=(*SUMMED, *HIGHEST, "histogram"),
    )


def outdated(now: datetime) -> Iterator[QuerySet[Minute]]:
    """Rows no longer kept: short ones after two days, as documented, others later."""
    for seconds, days in KEPT_DAYS.items():
        oldest = now - timedelta(days=min(days, settings.METRIC_DAYS))
        yield Minute.objects.filter(seconds=seconds, minute__lt=oldest)


def merge(into: Minute, other: Minute) -> None:
    """Add one row's figures to another's."""
    for name in SUMMED:
        setattr(into, name, getattr(into, name) + getattr(other, name))
    for name in HIGHEST:
        setattr(into, name, max(getattr(into, name), getattr(other, name)))
    for number, count in other.histogram.items():
        into.histogram[number] = into.histogram.get(number, 0) + count
