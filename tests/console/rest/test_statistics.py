"""Statistics of the last hour through the management API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console import models
from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


def test_calls_add_up_by_the_minute(api: Api) -> None:
    target, now = world.api(), timezone.now().replace(second=0, microsecond=0)
    for ago, app, code in ((2, "a", 2), (2, "b", 5), (50, "a", 2), (70, "a", 2)):
        models.Minute.objects.create(
            minute=now - timedelta(minutes=ago),
            group_id=target.group_id,
            api_id=target.pk,
            app_id=app,
            req_count=2,
            latency=30,
            backend_latency=10,
            max_latency=20,
            output_throughput=7,
            **{f"req_count_{code}xx": 2},
        )
    path = f"~/statistics/api/latest?api_id={target.pk}&duration="
    reply = api("GET", f"{path}30m").json()
    assert reply["code"] == "APIG.0000"
    assert reply["end_time"] - reply["start_time"] == 1800
    [row] = reply["list"]
    assert (row["req_count"], row["req_count2xx"], row["req_count5xx"]) == (4, 2, 2)
    assert (row["req_count_error"], row["avg_latency"]) == (2, 15)
    assert (row["avg_inner_latency"], row["max_latency"]) == (10, 20)
    assert (row["output_throughput"], row["api_id"]) == (14, target.pk)
    assert len(api("GET", f"{path}1h").json()["list"]) == 2
    of_group = f"~/statistics/group/latest?group_id={target.group_id}"
    assert len(api("GET", of_group).json()["list"]) == 2


def test_what_is_wrong_is_named(api: Api) -> None:
    path = f"~/statistics/api/latest?api_id={world.api().pk}"
    assert refused(api("GET", path)) == (400, "APIG.2001")
    for wrong in ("2h", "61m", "1d", "0m", "m"):
        assert refused(api("GET", f"{path}&duration={wrong}")) == (400, "APIG.2012")
    path = f"~/statistics/api/latest?duration=1h&api_id={'0' * 32}"
    assert refused(api("GET", path)) == (404, "APIG.3002")
    path = f"~/statistics/group/latest?group_id={'0' * 32}"
    assert refused(api("GET", path)) == (404, "APIG.3001")
