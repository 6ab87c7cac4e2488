"""Figures over a range of time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console import metrics, monitoring
from console.models import Minute
from tests.console.test_metrics import call

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 2, 3, 4, 30, tzinfo=UTC)


def at(minutes: float, **fields: Any) -> dict[str, Any]:
    return call(time=(NOW - timedelta(minutes=minutes)).timestamp(), **fields)


def of(chosen: str = "1h") -> monitoring.Figures:
    return monitoring.figures(Minute.objects.all(), chosen, NOW)


def test_calls_are_added_up_over_the_range() -> None:
    metrics.add([at(1), at(1), at(30, status=404), at(59), at(90)])
    found = of()
    assert (found.total.req_count, found.total.req_count_4xx) == (4, 1)
    requests = found.charts[0].series[0].values
    assert len(requests) == 60 and sum(v or 0 for v in requests) == 4
    assert requests[-2] == 2
    assert of("6h").total.req_count == 5


@pytest.mark.parametrize("chosen", list(monitoring.RANGES))
def test_every_range_has_its_points(chosen: str) -> None:
    metrics.add([at(0)])
    found = of(chosen)
    _, span, step = monitoring.RANGES[chosen]
    assert len(found.charts[0].moments) == span // step
    assert found.charts[0].series[0].values[-1] == 1


def test_reasons_at_the_doors_are_counted_by_phase() -> None:
    denied = {"status": 401, "apig_err_code": "APIG.0305", "phase": "custom authorizer"}
    wrong = {"status": 401, "apig_err_code": "APIG.0303", "phase": "app signature"}
    late = {"status": 429, "apig_err_code": "APIG.0308", "phase": "throttling"}
    broken = {"status": 502, "apig_err_code": "APIG.0202", "phase": "backend"}
    metrics.add([at(1, **denied), at(2, **denied), at(1, **wrong)])
    metrics.add([at(1, **late), at(1, **broken)])
    found = of()
    assert found.reasons == [
        ("APIG.0305", "custom authorizer", 2),
        ("APIG.0303", "app signature", 1),
    ]
    assert found.throttled == 1
    assert dict(found.codes)["APIG.0202"] == 1


def test_authorizers_have_their_latency_and_hit_rate() -> None:
    assert (of().hit_rate, of().asked_ms) == (None, None)
    times = (0.0, 0.0, 0.0, 0.004)
    metrics.add([at(1, authorizer_time=seconds) for seconds in times])
    assert (of().hit_rate, of().asked_ms) == (75, pytest.approx(4))
    charts = {chart.title: chart for chart in of().charts}
    assert charts["Authorizers"].series[0].values[-2:] == [pytest.approx(4), None]
    assert charts["Authorizer Cache"].series[0].values[-2:] == [75, None]


def test_counts_are_whole_numbers_and_averages_are_of_the_calls() -> None:
    metrics.add([at(1, request_time=0.010), at(1, request_time=0.020)])
    total = of().total
    assert str(total.req_count) == "2" and str(total.input_throughput) == "20"
    assert of().average == pytest.approx(15)
    (chart,) = [chart for chart in of().charts if chart.title == "Average Latency"]
    whole, backends = (line.values for line in chart.series)
    assert (whole[-2], backends[-2]) == (pytest.approx(15), pytest.approx(4))
    assert whole[-1] is None


def test_throttled_calls_have_a_chart() -> None:
    late = {"status": 429, "apig_err_code": "APIG.0308", "phase": "throttling"}
    metrics.add([at(1, **late), at(1, **late), at(1), at(5, **late)])
    (chart,) = [chart for chart in of().charts if chart.title == "Throttled Calls"]
    assert chart.series[0].values[-6:] == [1, 0, 0, 0, 2, 0]
    assert of().throttled == 3


def test_what_is_no_refusal_of_a_caller_is_no_reason() -> None:
    """0404 is about a backend's address, but 403 all the same; 0305 may be 500."""
    for code in ("APIG.0101", "APIG.0106", "APIG.0601", "APIG.0501"):
        metrics.add([at(1, status=404, apig_err_code=code)])
    assert of().reasons == []
    for code in ("APIG.0301", "APIG.0402", "APIG.1004"):
        metrics.add([at(1, status=401, apig_err_code=code)])
    assert {code for code, *_ in of().reasons} == {
        *("APIG.0301", "APIG.0402", "APIG.1004")
    }
