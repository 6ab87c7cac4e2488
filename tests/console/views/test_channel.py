"""Load balance channels on pages: servers, groups, checks, and who uses one."""

import pytest
from django.test import Client

from console import models
from tests.console import policies, world
from tests.console.page import Page
from tests.gateway.snapshot.test_channel import TCP

pytestmark = pytest.mark.django_db
CREATE = "/policies/channels/create/"


def form(client: Client, address: str) -> dict[str, str]:
    return Page(client.get(address)).form_with("balance_strategy")


def rows(prefix: str, *values: dict[str, str]) -> dict[str, str]:
    sent = {f"{prefix}-TOTAL_FORMS": str(len(values)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(values):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


SERVER = {"host": "192.0.2.1", "port": "0", "weight": "1", "status": "1", "group": ""}
BLUE = {"member_group_name": "blue", "member_group_weight": "80"}


def test_a_channel_is_created_with_its_servers_and_check(admin_client: Client) -> None:
    sent = form(admin_client, CREATE) | {"name": "orders", "port": "8080"}
    sent |= rows("groups", BLUE)
    sent |= rows("members", SERVER | {"group": "blue"}, SERVER | {"host": "::1"})
    response = admin_client.post(CREATE, sent | {"health_enabled": "on"})
    assert response.status_code == 302, Page(response).text
    row = models.Channel.objects.get()
    assert {str(m.member_group or "") for m in row.members.all()} == {"blue", ""}
    assert row.vpc_health_config["threshold_abnormal"] == 5
    page = Page(admin_client.get(row.get_absolute_url()))
    for text in ("192.0.2.1:8080", "blue", "80", "Unhealthy Threshold"):
        assert page.says(text)


def test_a_form_sent_back_unchanged_changes_nothing(admin_client: Client) -> None:
    row = world.channel("192.0.2.1", "192.0.2.2", vpc_health_config=TCP)
    before = [list(row.members.values()), list(row.member_groups.values("pk"))]
    address = f"/policies/channels/{row.pk}/edit/"
    response = admin_client.post(address, form(admin_client, address))
    assert response.status_code == 302, Page(response).text
    row.refresh_from_db()
    after = [list(row.members.values()), list(row.member_groups.values("pk"))]
    assert after == before
    assert row.vpc_health_config["status"] == 1


def test_a_row_that_is_gone_is_a_server_that_is_gone(admin_client: Client) -> None:
    row = world.channel("192.0.2.1", "192.0.2.2")
    address = f"/policies/channels/{row.pk}/edit/"
    sent = form(admin_client, address) | {"members-0-DELETE": "on"}
    admin_client.post(address, sent)
    assert row.members.get().host == "192.0.2.2"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "1"}, "Name: 3 to 64"),
        ({"port": "0"}, "Port:"),
        ({"members-0-host": "a b"}, "a b is no host name or IP"),
        ({"members-0-group": "red"}, "there is no group red"),
        ({"members-0-weight": "x"}, "Servers: correct the marked rows"),
        ({"health_timeout": "10"}, "Timeout (s): smaller than time_interval"),
        ({"health_protocol": "HTTP"}, "Path: it must not be empty"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_saved(
    admin_client: Client, change: dict[str, str], message: str
) -> None:
    sent = form(admin_client, CREATE) | {"port": "80", "health_enabled": "on"}
    sent |= rows("groups", BLUE) | rows("members", SERVER) | change
    page = Page(admin_client.post(CREATE, sent))
    assert page.says(message), page.text
    assert not models.Channel.objects.exists()


def test_channels_are_listed_searched_and_filtered(admin_client: Client) -> None:
    assert Page(admin_client.get("/policies/channels/")).says("spreads the calls")
    one, two = world.channel(), world.channel(balance_strategy=2)
    page = Page(admin_client.get("/policies/channels/", {"q": one.name}))
    assert page.says(one.name) and not page.says(two.name)
    page = Page(admin_client.get("/policies/channels/", {"balance_strategy": "2"}))
    assert page.says(two.name) and not page.says(one.name)


def test_a_channel_in_use_is_not_deleted(admin_client: Client) -> None:
    row = world.channel()
    asks = {
        "method": "GET",
        "protocol": "HTTP",
        "path": "/",
        "vpc_channel_enabled": True,
        "vpc_channel_info": {"vpc_id": row.pk},
    }
    policy = policies.plugin("third_auth", auth_request=asks)
    address = f"/policies/channels/{row.pk}/delete/"
    assert Page(admin_client.get(address)).says(f"Policy {policy}")
    assert admin_client.post(address).status_code == 409
    policy.delete()
    assert admin_client.post(address).status_code == 302
    assert not models.Channel.objects.exists()
