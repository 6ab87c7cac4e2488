"""Servers of a channel and their groups through the management API."""

from typing import Any

import pytest

from console import models
from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> models.Channel:
    """Two servers of the group `servers`, ports of the channel."""
    return world.channel("192.0.2.1", "192.0.2.2")


@pytest.fixture
def path(channel: models.Channel) -> str:
    return f"~/vpc-channels/{channel.pk}"


def hosts(reply: Any) -> dict[str, int]:
    return {row["host"]: row["weight"] for row in reply.json()["members"]}


def test_servers_are_added_or_changed_by_address(api: Api, path: str) -> None:
    given = [{"host": "192.0.2.1", "weight": 9}, {"host": "192.0.2.3", "port": 81}]
    made = api("POST", f"{path}/members", {"members": given})
    assert (made.status_code, made.json()["total"]) == (201, 2)
    listed = api("GET", f"{path}/members")
    assert hosts(listed) == {"192.0.2.1": 9, "192.0.2.2": 1, "192.0.2.3": 1}
    named = api("GET", f"{path}/members?member_group_name=server")
    assert hosts(named) == {"192.0.2.1": 9, "192.0.2.2": 1}
    assert named.json()["members"][0]["member_group_name"] == "servers"


def test_servers_are_replaced(api: Api, path: str) -> None:
    given = [{"host": "192.0.2.2", "weight": 2}, {"host": "192.0.2.9"}]
    reply = api("PUT", f"{path}/members", {"members": given})
    assert reply.status_code == 200
    assert hosts(api("GET", f"{path}/members")) == {"192.0.2.2": 2, "192.0.2.9": 1}


def test_those_of_one_group_are_replaced(api: Api, path: str) -> None:
    api("POST", f"{path}/members", {"members": [{"host": "192.0.2.3"}]})
    body = {"member_group_name": "servers", "members": [{"host": "192.0.2.4"}]}
    [server] = api("PUT", f"{path}/members", body).json()["members"]
    assert server["member_group_name"] == "servers"
    assert set(hosts(api("GET", f"{path}/members"))) == {"192.0.2.3", "192.0.2.4"}


def test_one_is_removed(api: Api, path: str) -> None:
    [first, _] = api("GET", f"{path}/members").json()["members"]
    own = f"{path}/members/{first['id']}"
    assert api("DELETE", own).status_code == 204
    assert refused(api("DELETE", own)) == (404, "APIG.3024")


def test_many_are_disabled_and_enabled(
    api: Api, path: str, channel: models.Channel
) -> None:
    ids = [row.pk for row in channel.members.all()]
    for action, left in (("disable", 0), ("enable", 2)):
        reply = api("POST", f"{path}/members/batch-{action}", {"member_ids": ids})
        assert reply.status_code == 204
        assert channel.enabled_members == left
    wrong = {"member_ids": [ids[0], "0" * 32]}
    reply = api("POST", f"{path}/members/batch-disable", wrong)
    assert refused(reply) == (404, "APIG.3024")
    assert channel.enabled_members == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"host": ""}, "APIG.2001"),
        ({"host": "a b"}, "APIG.2012"),
        ({"port": 65_536}, "APIG.2003"),
        ({"weight": "1"}, "APIG.2012"),
        ({"status": 3}, "APIG.2012"),
        ({"member_group_name": "red"}, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, path: str, fields: dict[str, Any], code: str
) -> None:
    good = {"host": "192.0.2.3"}
    body = {"members": [good, good | {"port": 81} | fields]}
    for method in ("POST", "PUT"):
        assert refused(api(method, f"{path}/members", body)) == (400, code)
    assert models.Member.objects.count() == 2


def test_a_reference_has_no_servers_of_its_own(api: Api) -> None:
    row = models.Channel(name="stands", port=80, vpc_channel_type="reference")
    row.save_valid()
    body = {"members": [{"host": "192.0.2.3"}]}
    reply = api("POST", f"~/vpc-channels/{row.pk}/members", body)
    assert refused(reply) == (403, "APIG.3471")
    nowhere = f"~/vpc-channels/{'0' * 32}/members"
    assert refused(api("GET", nowhere)) == (404, "APIG.3023")


def test_a_group_is_created_shown_changed_and_deleted(api: Api, path: str) -> None:
    body = {
        "member_group_name": "blue",
        "member_group_weight": 7,
        "member_group_remark": "r",
        "microservice_version": "v1",
        "microservice_port": 8080,
        "microservice_labels": [{"label_name": "a", "label_value": "b"}],
    }
    made = api("POST", f"{path}/member-groups", {"member_groups": [body]})
    assert (made.status_code, made.json()["total"]) == (201, 1)
    [group] = made.json()["member_groups"]
    assert body.items() <= group.items()
    own = f"{path}/member-groups/{group['member_group_id']}"
    assert api("GET", own).json() == group
    changed = api("PUT", own, body | {"member_group_weight": 8})
    assert (changed.status_code, changed.json()["member_group_weight"]) == (200, 8)
    listed = api("GET", f"{path}/member-groups?member_group_name=bl").json()
    assert [row["member_group_id"] for row in listed["member_groups"]] == [
        group["member_group_id"]
    ]
    assert api("DELETE", own).status_code == 204
    assert refused(api("GET", own)) == (404, "APIG.3024")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"member_group_name": None}, "APIG.2001"),
        ({"member_group_name": "servers"}, "APIG.3309"),
        ({"member_group_weight": 101}, "APIG.2003"),
        ({"microservice_labels": [{"label_name": "a"}]}, "APIG.2001"),
    ],
)
def test_a_wrong_group_is_refused(
    api: Api, path: str, fields: dict[str, Any], code: str
) -> None:
    groups = [{"member_group_name": "red"}, {"member_group_name": "blue"} | fields]
    reply = api("POST", f"{path}/member-groups", {"member_groups": groups})
    assert refused(reply) == (400, code)
    assert models.MemberGroup.objects.count() == 1


def test_a_group_that_an_api_asks_for_something_else_stays(api: Api) -> None:
    channel = world.channel()
    group = channel.member_groups.get()
    url = {"req_protocol": "HTTP", "req_method": "GET", "req_uri": "/b"}
    row = world.api(
        backend_type="HTTP",
        backend_api={
            **{"req_protocol": "HTTP", "req_method": "GET", "req_uri": "/"},
            "timeout": 5000,
            "vpc_channel_status": 4,
            "vpc_channel_info": {"vpc_channel_id": channel.pk},
            "member_group_url_infos": [url | {"member_group_id": group.pk}],
        },
    )
    path = f"~/vpc-channels/{channel.pk}/member-groups/{group.pk}"
    assert refused(api("DELETE", path)) == (409, "APIG.3719")
    row.delete()
    assert api("DELETE", path).status_code == 204
