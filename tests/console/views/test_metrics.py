"""The console's metrics, read by the official parser."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families

from console import publish, records
from tests.console import world
from tests.console.test_records import batch_of, call

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/metrics"
OPEN = "application/openmetrics-text; version=1.0.0"


def scrape(client: Client) -> dict[str, float]:
    """Every sample by its name and labels."""
    response = client.get(URL, headers={"Authorization": token()})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.content.decode())
    return {
        "".join((sample.name, *sorted(sample.labels.values()))): sample.value
        for family in families
        for sample in family.samples
    }


def token() -> str:
    return f"Bearer {settings.METRICS_TOKEN}"


@pytest.mark.parametrize("given", [None, "", "Bearer ", "Bearer wrong", "Basic é"])
def test_who_has_no_token_gets_nothing(client: Client, given: str | None) -> None:
    client.force_login(User.objects.create_superuser("root"))
    headers = {} if given is None else {"Authorization": given}
    response = client.get(URL, headers=headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert b"sallyport" not in response.content


def test_it_takes_nothing(client: Client) -> None:
    assert client.post(URL, headers={"Authorization": token()}).status_code == 405


def test_the_token_s_file_is_nobody_else_s() -> None:
    file = settings.KEYS_DIR / "metrics.token"
    assert file.read_text().strip() == settings.METRICS_TOKEN
    assert file.stat().st_mode & 0o077 == 0


def test_requests_are_counted(client: Client) -> None:
    before = scrape(client)
    client.get("/no/such/page/")
    client.get(reverse("login"))
    after = scrape(client)
    name = "sallyport_console_requests_total"
    # The scrape before is one of them.
    assert after[f"{name}2xx"] - before.get(f"{name}2xx", 0) == 2
    assert after[f"{name}4xx"] - before.get(f"{name}4xx", 0) == 1
    name = "sallyport_console_request_duration_seconds_count"
    assert after[name] - before[name] == 3


def test_records_that_arrive_and_are_lost_are_counted(client: Client) -> None:
    before = scrape(client)
    records.store(batch_of(call(1), call(2), call(3), dropped=7))
    after = scrape(client)
    for name, more in (("received", 3), ("dropped", 7)):
        name = f"sallyport_console_records_{name}_total"
        assert after[name] - before[name] == more
    assert after["sallyport_console_records_failing"] == 0


def test_it_says_how_database_snapshot_and_gateways_stand(client: Client) -> None:
    publish.compile_now()
    found = scrape(client)
    assert found["sallyport_console_database_bytes"] > 100_000
    assert found["sallyport_console_database_up"] == 1
    written = settings.SNAPSHOT_FILE.stat().st_mtime
    stamp = found["sallyport_console_snapshot_timestamp_seconds"]
    assert stamp == pytest.approx(written)
    assert found["sallyport_console_gateways"] == 0
    assert found["sallyport_console_gateways_acknowledged"] == 0
    assert [v for k, v in found.items() if k.startswith("sallyport_build_info")] == [1]


def test_a_database_that_is_away_is_said_and_the_rest_still_told(
    client: Client,
) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("the disk is gone")

    with connection.execute_wrapper(away):
        found = scrape(client)
    assert found["sallyport_console_database_up"] == 0
    assert "sallyport_console_database_bytes" not in found
    assert found["sallyport_console_requests_total2xx"] >= 0


def test_openmetrics_is_spoken_to_who_asks_for_it(client: Client) -> None:
    world.api()
    headers = {"Authorization": token(), "Accept": OPEN}
    response = client.get(URL, headers=headers)
    assert response["Content-Type"].startswith("application/openmetrics-text")
    names = {family.name for family in openmetrics(response.content.decode())}
    assert "sallyport_console_requests" in names
