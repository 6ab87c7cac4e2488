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


def test_the_share_of_remembered_answers() -> None:
    assert of().remembered is None
    metrics.add([at(1, authorizer_time=0.0), at(1, authorizer_time=0.004)])
    assert of().remembered == 0.5
