"""Calls added up by the minute."""

from datetime import UTC, datetime
from typing import Any

import pytest

from console import metrics
from console.models import Minute

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
    row = Minute.objects.get()
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
    assert Minute.objects.count() == 5


def test_lost_records_are_counted() -> None:
    metrics.add([], dropped=7)
    metrics.add([], dropped=3)
    assert sum(Minute.objects.values_list("dropped", flat=True)) == 10


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_percentiles_are_near_the_truth(share: float) -> None:
    latencies = [1 + n / 10 for n in range(1000)]
    histogram: dict[str, int] = {}
    for one in latencies:
        number = str(metrics.bucket(one))
        histogram[number] = histogram.get(number, 0) + 1
    truth = latencies[int(share * 1000) - 1]
    assert truth <= metrics.percentile(histogram, share) <= truth * 1.26


def test_nothing_has_no_percentile() -> None:
    assert metrics.percentile({}, 0.99) == 0.0
