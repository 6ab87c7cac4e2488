"""What was called most."""

from typing import Any

import pytest

from console import metrics
from console.models import Minute
from console.tops import MOST, Top, tops
from tests.console.test_metrics import call

pytestmark = pytest.mark.django_db


def of(field: str = "api_id", **names: str) -> list[Top]:
    return tops(Minute.objects.filter(seconds=60), field, names)


def add(*calls: dict[str, Any]) -> None:
    metrics.add([call(**fields) for fields in calls])


def test_those_with_the_most_calls_come_first() -> None:
    add({"api_id": "a"}, {"api_id": "b"}, {"api_id": "b", "status": 502})
    add({"api_id": "b", "status": 404, "request_time": 0.040, "apig_err_code": "x"})
    first, second = of(b="orders")
    assert (first.id, first.name, second.id, second.name) == ("b", "orders", "a", "")
    assert (first.req_count, first.req_count_4xx, first.req_count_5xx) == (3, 1, 1)
    assert first.average == pytest.approx(20) and first.highest == pytest.approx(40)


def test_calls_of_no_api_or_credential_are_left_out() -> None:
    add({"app_id": ""}, {"app_id": "c"})
    assert [top.id for top in of("app_id")] == ["c"]


def test_no_more_are_told_than_a_person_reads() -> None:
    add(*({"api_id": str(number)} for number in range(MOST + 2)))
    assert len(of()) == MOST
