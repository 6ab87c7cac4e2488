"""What a gateway gets to see of channels."""

import pytest

from console import features, models
from console.compile.channels import channels
from gateway.snapshot import HealthCheck
from tests.console import policies, world
from tests.gateway.snapshot.test_channel import TCP

pytestmark = pytest.mark.django_db


def check_of(row: models.Channel) -> HealthCheck:
    check = channels()[row.pk].health
    assert check is not None
    return check


def test_a_channel_goes_with_its_members_groups_and_health_check() -> None:
    row = world.channel("192.0.2.1", "::1", port=8080, vpc_health_config=TCP)
    row.members.filter(host="::1").update(port=9000, weight=7, is_backup=True, status=2)
    found = channels()[row.pk]
    group = row.member_groups.get()
    assert found.groups == ((group.pk, 1),)
    assert found.health is not None
    first, second = sorted(found.members, key=lambda member: member.port)
    assert (first.address, first.weight, first.enabled) == ("192.0.2.1:8080", 1, True)
    assert (first.group_id, first.group_name) == (group.pk, "servers")
    assert (second.address, second.weight) == ("[::1]:9000", 7)
    assert (second.is_backup, second.enabled) == (True, False)


def test_a_check_with_two_way_authentication_shows_the_certificate() -> None:
    asked = TCP | {"protocol": "HTTPS", "path": "/", "http_code": "200"}
    both = world.channel(vpc_health_config=asked | {"enable_client_ssl": True})
    plain = world.channel(vpc_health_config=asked)
    assert [check_of(row).tls for row in (both, plain)] == [None, None]
    policies.client_certificate()
    shown = features.client_certificate()
    assert [check_of(row).tls for row in (both, plain)] == [shown, None]


def test_a_reference_has_the_members_of_the_channels_it_names() -> None:
    servers = world.channel("192.0.2.1", "192.0.2.2", port=8080)
    row = models.Channel(name="both", port=80, vpc_channel_type="reference")
    row.save_valid()
    group = models.MemberGroup(
        channel=row, member_group_name="blue", reference_vpc_channel=servers
    )
    group.save_valid()
    found = channels()[row.pk]
    assert {m.address for m in found.members} == {"192.0.2.1:8080", "192.0.2.2:8080"}
    assert {m.group_name for m in found.members} == {"blue"}


@pytest.mark.django_db(transaction=True)
def test_a_changed_member_is_live_at_once() -> None:
    row = world.channel()
    (before,) = world.live().channels
    assert before.members[0].enabled
    member = row.members.get()
    member.status = models.Member.Status.DISABLED
    member.save_valid()
    (after,) = world.live().channels
    assert not after.members[0].enabled
