"""Load balance channels to the gateway's values (policies.md section 6)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from console import features, models
from gateway import snapshot as data


def channels() -> dict[str, data.Channel]:
    """Every channel by its id; a reference has the members of those it names."""
    rows = models.Channel.objects.prefetch_related("members", "member_groups")
    known = {row.pk: row for row in rows}
    shown = features.client_certificate()
    return {row.pk: _channel(row, known, shown) for row in rows}


def _channel(
    row: models.Channel,
    known: dict[str, models.Channel],
    shown: data.ClientTls | None,
) -> data.Channel:
    groups = row.member_groups.all()
    return data.Channel(
        id=row.pk,
        name=row.name,
        balance_strategy=row.balance_strategy,
        members=tuple(_members(row, known)),
        groups=tuple((group.pk, group.member_group_weight) for group in groups),
        health=_health(row.vpc_health_config, shown),
    )


def _health(config: Any, shown: data.ClientTls | None) -> data.HealthCheck | None:
    """How members are checked; two-way authentication shows the certificate."""
    check = data.HealthCheck.parse(config) if config else None
    if check is not None and check.enable_client_ssl:
        return replace(check, tls=shown)
    return check


def _members(
    row: models.Channel, known: dict[str, models.Channel]
) -> Iterable[data.Member]:
    groups = {group.pk: group for group in row.member_groups.all()}
    for member in row.members.all():
        yield _member(row, member, groups.get(member.member_group_id or ""))
    for group in groups.values():
        if other := known.get(group.reference_vpc_channel_id or ""):
            for member in other.members.all():
                yield _member(other, member, group)


def _member(
    channel: models.Channel, row: models.Member, group: models.MemberGroup | None
) -> data.Member:
    return data.Member(
        id=row.pk,
        host=row.host,
        port=row.port or channel.port,
        weight=row.weight,
        is_backup=row.is_backup,
        enabled=row.status == models.Member.Status.ENABLED,
        group_id=group.pk if group else "",
        group_name=group.member_group_name if group else "",
    )
