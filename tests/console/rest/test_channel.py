"""Load balance channels through the management API."""

from typing import Any

import pytest

from console import models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
HEALTH = {
    "protocol": "HTTP",
    "path": "/health",
    "method": "HEAD",
    "port": 8081,
    "threshold_normal": 3,
    "threshold_abnormal": 4,
    "timeout": 2,
    "time_interval": 20,
    "http_code": "200,201,210-299",
    "enable_client_ssl": False,
    "status": 1,
}
GROUP = {"member_group_name": "blue", "member_group_weight": 7}
MEMBER = {"host": "192.0.2.1", "port": 8080, "weight": 5, "member_group_name": "blue"}
BODY = {
    "name": "orders",
    "port": 80,
    "balance_strategy": 1,
    "member_type": "ip",
    "type": 2,
    "vpc_channel_type": "builtin",
    "dict_code": "code",
    "member_groups": [GROUP],
    "members": [MEMBER],
    "vpc_health_config": HEALTH,
}
NESTED = {"member_groups", "members", "vpc_health_config"}
PLAIN = {key: value for key, value in BODY.items() if key not in NESTED}


def test_a_channel_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/vpc-channels", BODY)
    assert made.status_code == 201
    channel = made.json()
    assert PLAIN.items() <= channel.items()
    assert channel["status"] == 1
    [group] = channel["member_groups"]
    assert GROUP.items() <= group.items()
    path = f"~/vpc-channels/{channel['id']}"
    shown = api("GET", path).json()
    assert channel.items() <= shown.items()
    [server] = shown["members"]
    assert MEMBER.items() <= server.items()
    assert server["member_group_id"] == group["member_group_id"]
    assert HEALTH.items() <= shown["vpc_health_config"].items()
    changed = api("PUT", path, PLAIN | {"name": "other", "port": 81})
    assert changed.status_code == 200
    assert changed.json() == channel | {"name": "other", "port": 81}
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3023")


def test_a_change_replaces_groups_and_servers(api: Api) -> None:
    channel = api("POST", "~/vpc-channels", BODY).json()
    path = f"~/vpc-channels/{channel['id']}"
    groups = [{"member_group_name": "green"}, GROUP | {"member_group_weight": 1}]
    members = [
        MEMBER | {"weight": 6},
        {"host": "192.0.2.2", "member_group_name": "green"},
    ]
    body = BODY | {"member_groups": groups, "members": members}
    changed = api("PUT", path, body).json()
    assert [row["member_group_name"] for row in changed["member_groups"]] == [
        "blue",
        "green",
    ]
    assert (
        changed["member_groups"][0]["member_group_id"]
        == (channel["member_groups"][0]["member_group_id"])
    )
    assert [row["weight"] for row in api("GET", path).json()["members"]] == [6, 1]
    api("PUT", path, BODY | {"member_groups": [], "members": []})
    assert not models.Member.objects.exists()
    assert not models.MemberGroup.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "1"}, "APIG.2012"),
        ({"port": 0}, "APIG.2002"),
        ({"port": None}, "APIG.2001"),
        ({"balance_strategy": 5}, "APIG.2012"),
        ({"member_type": "vm"}, "APIG.2012"),
        ({"type": 3}, "APIG.2012"),
        ({"vpc_channel_type": "microservice", "type": 3}, "APIG.2012"),
        ({"members": [{"port": 1}]}, "APIG.2001"),
        ({"members": [{"host": "not a host"}]}, "APIG.2012"),
        ({"members": [MEMBER | {"weight": 10_001}]}, "APIG.2003"),
        ({"members": [MEMBER | {"member_group_name": "red"}]}, "APIG.2012"),
        ({"member_groups": [GROUP | {"member_group_weight": 101}]}, "APIG.2003"),
        ({"vpc_health_config": {"protocol": "TCP"}}, "APIG.2001"),
        ({"vpc_health_config": HEALTH | {"timeout": 20}}, "APIG.2012"),
        ({"vpc_health_config": HEALTH | {"path": 5}}, "APIG.2012"),
        ({"microservice_info": {"service_type": "CSE"}}, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    assert refused(api("POST", "~/vpc-channels", BODY | fields)) == (400, code)
    assert not models.Channel.objects.exists()


def test_a_name_is_taken_once_and_the_type_stays(api: Api) -> None:
    channel = api("POST", "~/vpc-channels", BODY).json()
    assert refused(api("POST", "~/vpc-channels", BODY)) == (400, "APIG.3208")
    other = PLAIN | {"vpc_channel_type": "reference"}
    reply = api("PUT", f"~/vpc-channels/{channel['id']}", other)
    assert refused(reply) == (400, "APIG.2012")


def test_a_list_has_filters(api: Api) -> None:
    world.channel("192.0.2.1", "192.0.2.2", name="orders")
    world.channel(name="users")
    for query, names in (
        ("name=order", ["orders"]),
        ("member_host=192.0.2&member_port=0", ["orders", "users"]),
        ("member_host=192.0.2.2", ["orders"]),
        ("member_port=80", []),
        ("member_group_name=servers", ["orders", "users"]),
        ("vpc_channel_type=reference", []),
    ):
        found = api("GET", f"~/vpc-channels?{query}").json()
        assert [row["name"] for row in found["vpc_channels"]] == names
        assert found["total"] == len(names)
    assert refused(api("GET", "~/vpc-channels?member_port=x")) == (400, "APIG.2012")


def test_the_health_check_is_set(api: Api) -> None:
    row = world.channel()
    path = f"~/vpc-channels/{row.pk}/health-config"
    reply = api("PUT", path, HEALTH)
    assert reply.status_code == 200
    assert HEALTH.items() <= reply.json().items()
    assert reply.json()["vpc_channel_id"] == row.pk
    assert refused(api("PUT", path, {})) == (400, "APIG.2001")
    row.refresh_from_db()
    assert row.vpc_health_config == HEALTH


def test_one_in_use_is_kept(api: Api) -> None:
    used, guard, other = (world.channel() for _ in range(3))
    stands = {"reference_vpc_channel_id": other.pk, "member_group_name": "blue"}
    body = PLAIN | {"vpc_channel_type": "reference", "member_groups": [stands]}
    assert api("POST", "~/vpc-channels", body).status_code == 201
    models.BackendUse(api=world.api(), channel=used).save()
    policies.plugin("third_auth", auth_request=asks(guard))
    for row, error in (
        (used, (403, "APIG.3414")),
        (guard, (400, "APIG.3710")),
        (other, (409, "APIG.3719")),
    ):
        assert refused(api("DELETE", f"~/vpc-channels/{row.pk}")) == error


def asks(channel: models.Channel) -> dict[str, Any]:
    """What a third-party authorizer behind a channel is asked."""
    return {
        "method": "GET",
        "protocol": "HTTP",
        "path": "/",
        "vpc_channel_enabled": True,
        "vpc_channel_info": {"vpc_id": channel.pk},
    }
