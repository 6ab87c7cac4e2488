"""Calls added up by the minute, and read again over a range (policies.md section 9).

Latencies go into buckets, each a quarter wider than the one before, so that any
percentile is known to about a tenth however many calls there were.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from console.models import Minute

_SMALLEST_MS, _WIDER = 0.1, 1.25
_SUMMED = (
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
)
_HIGHEST = ("max_latency", "max_backend_latency")
Key = tuple[datetime, str, str, str, str]
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


def add(calls: Iterable[Call], dropped: int = 0) -> None:
    """Add calls, as access records, to their minutes."""
    found: dict[Key, Minute] = {}
    for call in calls:
        _count(found.setdefault(_key(call), _empty(call)), call)
    if dropped:
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        found.setdefault((now, "", "", "", ""), Minute(minute=now)).dropped += dropped
    _merge(found)


def _key(call: Call) -> Key:
    at = datetime.fromtimestamp(call["time"] // 60 * 60, UTC)
    return at, call["api_id"], call["app_id"], call["apig_err_code"], call["phase"]


def _empty(call: Call) -> Minute:
    at, api, app, code, phase = _key(call)
    return Minute(
        minute=at,
        group_id=call["group_id"],
        api_id=api,
        app_id=app,
        apig_err_code=code,
        phase=phase,
        histogram={},
    )


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


def _merge(found: Mapping[Key, Minute]) -> None:
    """Put minutes into the database, on top of what is known of them."""
    known = Minute.objects.filter(minute__in={key[0] for key in found})
    for row in known:
        key = (row.minute, row.api_id, row.app_id, row.apig_err_code, row.phase)
        if key in found:
            merge(found[key], row)
            found[key].pk = row.pk
    Minute.objects.bulk_create([row for row in found.values() if row.pk is None])
    old = [row for row in found.values() if row.pk is not None]
    fields = [*_SUMMED, *_HIGHEST, "histogram", "dropped"]
    Minute.objects.bulk_update(old, fields, batch_size=100)


def merge(into: Minute, other: Minute) -> None:
    """Add one row's figures to another's."""
    for name in (*_SUMMED, "dropped"):
        setattr(into, name, getattr(into, name) + getattr(other, name))
    for name in _HIGHEST:
        setattr(into, name, max(getattr(into, name), getattr(other, name)))
    for number, count in other.histogram.items():
        into.histogram[number] = into.histogram.get(number, 0) + count
