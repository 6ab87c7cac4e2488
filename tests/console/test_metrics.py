"""Calls added up by the minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console import metrics
from console.models import Minute
from console.models.minute import SECONDS

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()


def call(**fields: Any) -> dict[str, Any]:
    known = {
        "time": AT,
        "group_id": "g",
        "api_id": "a",
        "app_id": "c",
        "apig_err_code": "",
        "phase": "",
        "status": 200,
        "request_time": 0.010,
        "request_length": 10,
        "bytes_sent": 100,
        "upstream_response_time": 0.004,
        "authorizer_time": None,
    }
    return known | fields


def test_calls_of_a_minute_are_one_row() -> None:
    metrics.add([call(), call(status=502, request_time=0.030)])
    metrics.add([call(authorizer_time=0.0), call(authorizer_time=0.005)])
    row = Minute.objects.get(seconds=60)
    assert row.minute == datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert (row.req_count, row.req_count_2xx, row.req_count_5xx) == (4, 3, 1)
    assert row.max_latency == pytest.approx(30)
    assert row.latency == pytest.approx(60)
    assert (row.input_throughput, row.output_throughput) == (40, 400)
    assert (row.asked, row.remembered) == (2, 1)
    assert sum(row.histogram.values()) == 4


def test_each_api_credential_and_code_is_apart() -> None:
    metrics.add(
        [call(), call(api_id="b"), call(app_id=""), call(apig_err_code="APIG.0303")]
    )
    metrics.add([call(time=AT + 60)])
    assert Minute.objects.filter(seconds=60).count() == 5


def test_calls_that_matched_no_api_are_apart_by_group() -> None:
    lost = {"api_id": "", "app_id": "", "status": 404, "apig_err_code": "APIG.0101"}
    metrics.add([call(group_id=group, **lost) for group in ("g1", "g1", "g2", "")])
    rows = Minute.objects.filter(seconds=60).values_list("group_id", "req_count")
    assert sorted(rows) == [("", 1), ("g1", 2), ("g2", 1)]


def test_lost_records_are_counted() -> None:
    metrics.add([], dropped=7)
    metrics.add([], dropped=3)
    for seconds in SECONDS:
        rows = Minute.objects.filter(seconds=seconds)
        assert sum(rows.values_list("dropped", flat=True)) == 10


def test_a_call_is_in_a_row_of_every_length() -> None:
    for hour in range(24):
        metrics.add([call(time=AT + hour * 3600), call(time=AT + hour * 3600)])
    counts = {s: Minute.objects.filter(seconds=s).count() for s in SECONDS}
    assert counts == {60: 24, 360: 24, 1800: 24, 10_800: 8, 43_200: 3}
    for seconds in SECONDS:
        rows = Minute.objects.filter(seconds=seconds)
        assert sum(row.req_count for row in rows) == 48
        assert sum(sum(row.histogram.values()) for row in rows) == 48
        assert all(row.minute.timestamp() % seconds == 0 for row in rows)


def test_short_rows_are_forgotten_before_long_ones() -> None:
    metrics.add([call()])
    at = datetime.fromtimestamp(AT, UTC)
    for days, left in ((1, 5), (3, 2), (9, 1), (29, 1), (31, 0)):
        for rows in metrics.outdated(at + timedelta(days=days)):
            rows.delete()
        assert Minute.objects.count() == left


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_percentiles_are_near_the_truth(share: float) -> None:
    latencies = [1 + n / 10 for n in range(1000)]
    histogram: dict[str, int] = {}
    for one in latencies:
        number = str(metrics.bucket(one))
        histogram[number] = histogram.get(number, 0) + 1
    truth = latencies[int(share * 1000) - 1]
    assert truth <= metrics.percentile(histogram, share) <= truth * 1.26


def test_no_share_takes_longer_than_the_longest_call() -> None:
    row = Minute(histogram={str(metrics.bucket(65.9)): 1}, max_latency=65.9)
    assert metrics.latency_within(row, 0.99) == 65.9


def test_nothing_has_no_percentile() -> None:
    assert metrics.percentile({}, 0.99) == 0.0
