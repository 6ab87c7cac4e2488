"""Load balance channels, their groups and members: the rules."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console import models
from tests.console import world

pytestmark = pytest.mark.django_db


def refused(row: models.Channel | models.MemberGroup | models.Member) -> str:
    with pytest.raises(ValidationError) as error:
        row.save_valid()
    return " ".join(error.value.messages)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "1st"}, "Name: 3 to 64"),
        ({"name": "a" * 65}, "Name: 3 to 64"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"port": 65_536}, "less than or equal to 65535"),
        ({"balance_strategy": 5}, "not a valid choice"),
        ({"member_type": "vm"}, "not a valid choice"),
        ({"dict_code": "-"}, "dict_code: 3 to 64"),
        ({"vpc_channel_type": "microservice"}, "needs a service registry"),
        ({"vpc_health_config": {"protocol": "UDP"}}, "Health Check: protocol: one of"),
        ({"vpc_health_config": [1]}, "Health Check: document: it must be a JSON"),
    ],
)
def test_a_channel_has_rules(fields: dict[str, Any], message: str) -> None:
    row = models.Channel(**{"name": "orders", "port": 80} | fields)
    assert message in refused(row)


def test_a_name_is_given_once() -> None:
    world.channel(name="orders")
    assert "already exists" in refused(models.Channel(name="orders", port=80))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"host": ""}, "cannot be blank"),
        ({"host": "a b"}, "a b is no host name or IP"),
        ({"host": "300.1.1.1"}, "300.1.1.1 is no host name or IP"),
        ({"host": "example.com:80"}, "is no host name or IP"),
        ({"port": 65_536}, "less than or equal to 65535"),
        ({"weight": 10_001}, "less than or equal to 10000"),
        ({"status": 3}, "not a valid choice"),
        ({"host": "192.0.2.10"}, "has this server already"),
    ],
)
def test_a_member_has_rules(fields: dict[str, Any], message: str) -> None:
    channel = world.channel()
    row = models.Member(**{"channel": channel, "host": "192.0.2.11"} | fields)
    assert message in refused(row)


@pytest.mark.parametrize("host", ["::1", "2001:db8::7", "orders.internal", "localhost"])
def test_a_member_has_a_name_or_an_address(host: str) -> None:
    models.Member(channel=world.channel(), host=host).save_valid()


def test_a_member_s_group_is_one_of_its_channel() -> None:
    other = world.channel().member_groups.get()
    row = models.Member(channel=world.channel(), host="::1", member_group=other)
    assert "choose a group of this channel" in refused(row)


def test_a_group_has_a_name_of_its_own_in_the_channel() -> None:
    row = models.MemberGroup(channel=world.channel(), member_group_name="servers")
    assert "has a group of this name" in refused(row)


def test_a_group_s_weight_is_at_most_100_and_1_with_uri_hashing() -> None:
    row = models.MemberGroup(channel=world.channel(), member_group_name="blue")
    row.member_group_weight = 101
    assert "less than or equal to 100" in refused(row)
    row.channel.balance_strategy = models.Channel.Strategy.URI_HASH
    row.member_group_weight = 2
    assert "stays 1 with URI hashing" in refused(row)


def test_a_reference_channel_names_channels_and_has_no_servers_of_its_own() -> None:
    servers = world.channel()
    row = models.Channel(name="both", port=80, vpc_channel_type="reference")
    row.save_valid()
    group = models.MemberGroup(channel=row, member_group_name="blue")
    assert "name another channel" in refused(group)
    group.reference_vpc_channel = row
    assert "is a reference itself" in refused(group)
    group.reference_vpc_channel = servers
    group.save_valid()
    member = models.Member(channel=row, host="192.0.2.1")
    assert "has the members of the channels it names" in refused(member)
    plain = models.MemberGroup(
        channel=servers, member_group_name="blue", reference_vpc_channel=row
    )
    assert "only they do" in refused(plain)


def test_only_enabled_members_count() -> None:
    channel = world.channel("192.0.2.1", "192.0.2.2")
    channel.members.filter(host="192.0.2.1").update(status=2)
    assert channel.enabled_members == 1
