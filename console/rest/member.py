"""Servers of a channel, and groups of them (reference: policies.md section 6)."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer as PlainSerializer

from console import dependents, models
from console.health import Health
from console.rest import errors
from console.rest.absent import Reference
from console.rest.resources import Resource
from console.rest.serializers import Serializer, Text

Given = dict[str, Any]


class MemberSerializer(Serializer):
    vpc_channel_id = Text(source="channel_id", read_only=True)
    member_group_name = Text(required=False, allow_blank=True, write_only=True)

    class Meta:
        model = models.Member
        fields = (
            "id",
            "host",
            "port",
            "weight",
            "is_backup",
            "status",
            "ecs_id",
            "ecs_name",
            "member_group_name",
            "member_group_id",
            "vpc_channel_id",
            "create_time",
        )
        read_only_fields = ("id", "member_group_id", "create_time")

    def to_representation(self, instance: models.Member) -> Given:
        group = instance.member_group
        shown = super().to_representation(instance)
        return shown | {
            "member_group_id": group.pk if group else "",
            "member_group_name": group.member_group_name if group else "",
        }


class Label(PlainSerializer):
    label_name = Text(max_length=63)
    label_value = Text(max_length=63)


class MemberGroupSerializer(Serializer):
    member_group_id = Text(source="id", read_only=True)
    microservice_labels = Label(many=True, required=False)
    reference_vpc_channel_id = Reference(
        models.Channel,
        source="reference_vpc_channel",
        required=False,
        allow_null=True,
    )

    class Meta:
        model = models.MemberGroup
        fields = (
            "member_group_id",
            "member_group_name",
            "member_group_remark",
            "member_group_weight",
            "dict_code",
            "microservice_version",
            "microservice_port",
            "microservice_labels",
            "reference_vpc_channel_id",
            "create_time",
            "update_time",
        )
        read_only_fields = ("create_time", "update_time")

    def create(self, validated_data: Given) -> Any:
        return self.update(models.MemberGroup(), validated_data)


class Listed(PlainSerializer):
    members = MemberSerializer(many=True)
    member_group_name = Text(required=False, allow_blank=True)


class ListedGroups(PlainSerializer):
    member_groups = MemberGroupSerializer(many=True, allow_empty=False)


def put(channel: models.Channel, given: Iterable[Given]) -> list[models.Member]:
    """Add servers; one with an address that the channel has is changed."""
    rows = models.MemberGroup.objects.filter(channel=channel)
    groups = {row.member_group_name: row for row in rows}
    return [_put(channel, one, groups) for one in given]


def _put(
    channel: models.Channel, one: Given, groups: dict[str, models.MemberGroup]
) -> models.Member:
    address = {"host": one["host"], "port": one.get("port", 0)}
    row = channel.members.filter(**address).first() or models.Member(channel=channel)
    if name := one.pop("member_group_name", ""):
        if name not in groups:
            raise errors.invalid("member_group_name")
        row.member_group = groups[name]
    for field, value in one.items():
        setattr(row, field, value)
    row.save_valid()
    return row


def replace(
    channel: models.Channel, given: Collection[Given], old: Iterable[models.Member]
) -> list[models.Member]:
    """Put servers; those of the old whose address is not among them go."""
    kept = {(one["host"], one.get("port", 0)) for one in given}
    for row in old:
        if (row.host, row.port) not in kept:
            row.delete()
    return put(channel, given)


def replace_groups(channel: models.Channel, given: Iterable[Given]) -> None:
    """Put groups by name; the others go, with their servers."""
    named = {one["member_group_name"]: one for one in given}
    for gone in channel.member_groups.exclude(member_group_name__in=named):
        if dependents.apis_asking(gone):
            raise errors.Refusal(409, "APIG.3719", f"Group {gone} is in use")
        gone.delete()
    for name, one in named.items():
        known = channel.member_groups.filter(member_group_name=name).first()
        row = known or models.MemberGroup(channel=channel)
        MemberGroupSerializer().update(row, one)


class Members(Resource):
    """Servers, by address."""

    model = models.Member
    verbs = {**Resource.verbs, "enable": "change", "disable": "change"}
    serializer = MemberSerializer
    key = "member_id"
    items = "members"
    within = ("vpc_channel_id", models.Channel, "channel")
    filters = {
        "name": "ecs_name__icontains",
        "member_group_name": "member_group__member_group_name__icontains",
        "member_group_id": "member_group",
    }

    def queryset(self) -> QuerySet[Any]:
        return super().queryset().select_related("member_group", "channel")

    @property
    def channel(self) -> models.Channel:
        channel: models.Channel = self.owner["channel"]
        return channel

    def create(self, request: Request, **kwargs: Any) -> Response:
        channel = self.channel
        return self._all(put(channel, self.given(Listed)["members"]), status=201)

    def update(self, request: Request, **kwargs: Any) -> Response:
        """All servers, or those of one group, become the given ones."""
        channel, given = self.channel, self.given(Listed)
        name, listed = given.get("member_group_name"), given["members"]
        old = channel.members.all()
        if name:
            listed = [{"member_group_name": name} | one for one in listed]
            old = old.filter(member_group__member_group_name=name)
        return self._all(replace(channel, listed, old))

    def enable(self, request: Request, **kwargs: Any) -> Response:
        return self._set(models.Member.Status.ENABLED)

    def disable(self, request: Request, **kwargs: Any) -> Response:
        return self._set(models.Member.Status.DISABLED)

    def _set(self, status: models.Member.Status) -> Response:
        rows = [self.find(id) for id in self.ids("member_ids")]
        for row in rows:
            row.status = status
            row.save_valid()
        return Response(status=204)

    def show(self, target: Any) -> Any:
        """With how a server is, where a gateway parameter wants that told."""
        told = {"health_status": self._health.of(target)} if self._tells else {}
        return super().show(target) | told

    @cached_property
    def _tells(self) -> bool:
        known = {"name": "vpc_health_status", "enable": True, "config": "on"}
        return models.Feature.objects.filter(**known).exists()

    @cached_property
    def _health(self) -> Health:
        return Health(self.channel)

    def _all(self, rows: list[models.Member], status: int = 200) -> Response:
        shown = [self.show(row) for row in rows]
        count = {"total": len(shown), "size": len(shown)}
        return Response(count | {"members": shown}, status=status)


class MemberGroups(Resource):
    """Deleting a group takes its servers along."""

    model = models.MemberGroup
    serializer = MemberGroupSerializer
    key = "member_group_id"
    items = "member_groups"
    within = ("vpc_channel_id", models.Channel, "channel")
    filters = {
        "dict_code": "dict_code__icontains",
        "member_group_name": "member_group_name__icontains",
    }

    def users(self, target: models.MemberGroup) -> list[models.Api]:
        return dependents.apis_asking(target)

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Several at once: all of them, or none."""
        given = self.given(ListedGroups)["member_groups"]
        made = [self._made(one) for one in given]
        count = {"total": len(made), "size": len(made)}
        return Response(count | {"member_groups": made}, status=201)

    def _made(self, one: Given) -> Any:
        row = models.MemberGroup(**self.owner)
        return self.show(MemberGroupSerializer().update(row, one))
