"""How servers of a channel are, as gateways say it; on the page, and over REST."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from console import models
from console.health import Health
from gateway.control import Answer, Document, start_control
from tests.console import policies, world
from tests.console.page import Page
from tests.console.rest.conftest import Api
from tests.console.rest.conftest import api as api  # noqa: PLC0414
from tests.gateway.snapshot.test_channel import TCP

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> models.Channel:
    return world.channel("192.0.2.1", "192.0.2.2", "::1", vpc_health_config=TCP)


def always(answer: Document) -> Answer:
    return lambda question: answer


@pytest.fixture
def gateways(channel: models.Channel) -> Iterator[None]:
    """Two that look after the channel, and one that does not."""
    answers: list[Document] = [
        {"unhealthy": {channel.pk: []}},
        {"unhealthy": {channel.pk: ["192.0.2.2:80"]}},
        {"unhealthy": {}},
    ]
    place = settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE
    started = [start_control(*place, always(answer)) for answer in answers]
    yield
    for control in started:
        assert control is not None
        control.close()


def states(channel: models.Channel) -> list[str]:
    health = Health(channel)
    return [health.of(member) for member in channel.members.order_by("host")]


@pytest.mark.usefixtures("gateways")
def test_a_server_that_one_gateway_has_taken_out_is_unhealthy(
    channel: models.Channel,
) -> None:
    assert states(channel) == ["healthy", "unhealthy", "healthy"]
    off = models.Member.Status.DISABLED
    channel.members.filter(host="192.0.2.1").update(status=off)
    assert states(channel) == ["unknown", "unhealthy", "healthy"]


def test_nobody_looks_after_a_channel_without_a_check(channel: models.Channel) -> None:
    assert states(channel) == ["unknown"] * 3
    channel.vpc_health_config = {}
    assert not Health(channel).checked


@pytest.mark.usefixtures("gateways")
def test_the_page_tells_it(channel: models.Channel, admin_client: Client) -> None:
    page = Page(admin_client.get(channel.get_absolute_url()))
    assert page.says("Healthy") and page.says("Unhealthy")
    channel.vpc_health_config = {}
    channel.save_valid()
    page = Page(admin_client.get(channel.get_absolute_url()))
    assert not page.says("Unhealthy")


@pytest.mark.usefixtures("gateways")
def test_the_management_api_tells_it_where_that_is_switched_on(
    channel: models.Channel, api: Api
) -> None:
    path = f"~/vpc-channels/{channel.pk}/members"
    assert "health_status" not in api("GET", path).json()["members"][0]
    policies.feature("vpc_health_status", "on")
    rows = api("GET", path).json()["members"]
    told = {row["host"]: row["health_status"] for row in rows}
    expected = {"192.0.2.1": "healthy", "192.0.2.2": "unhealthy", "::1": "healthy"}
    assert told == expected
