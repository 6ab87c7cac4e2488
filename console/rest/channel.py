"""Load balance channels (reference: policies.md section 6)."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer as PlainSerializer

from console import dependents, models
from console.errors import ERRORS
from console.rest import errors, member
from console.rest.member import MemberGroupSerializer, MemberSerializer
from console.rest.resources import Resource
from console.rest.serializers import Flag, Serializer, Text, Time, Whole

_TIME = Time()
# The old field `type` by the new one.
_TYPES = {"builtin": 2, "microservice": 3, "reference": 2}
_REQUIRED = {"required": True}


class Health(PlainSerializer):
    """The types of a health check; its rules are the gateway's own."""

    protocol = Text()
    path = Text(default="", allow_blank=True)
    method = Text(default="GET")
    port = Whole(default=0)
    threshold_normal = Whole()
    threshold_abnormal = Whole()
    timeout = Whole()
    time_interval = Whole()
    http_code = Text(default="", allow_blank=True)
    enable_client_ssl = Flag(default=False)
    status = Whole(default=1)


class ChannelSerializer(Serializer):
    """A channel; what a list of groups or servers leaves out goes."""

    type = serializers.ChoiceField([2, 3], required=False, write_only=True)
    member_groups = MemberGroupSerializer(many=True, required=False)
    members = MemberSerializer(many=True, required=False, write_only=True)
    vpc_health_config = Health(required=False, write_only=True)
    microservice_info = serializers.JSONField(required=False, write_only=True)

    class Meta:
        model = models.Channel
        fields = (
            "id",
            "name",
            "port",
            "balance_strategy",
            "member_type",
            "type",
            "vpc_channel_type",
            "dict_code",
            "create_time",
            "member_groups",
            "members",
            "vpc_health_config",
            "microservice_info",
        )
        read_only_fields = ("id", "create_time")
        extra_kwargs = {"balance_strategy": _REQUIRED, "member_type": _REQUIRED}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The kind of a channel, said in one of two ways, stays."""
        old = attrs.pop("type", None)
        kind = attrs.get("vpc_channel_type")
        if old == 3 and kind is None:
            attrs["vpc_channel_type"] = kind = models.Channel.Kind.MICROSERVICE
        if old is not None and kind in _TYPES and _TYPES[kind] != old:
            raise errors.invalid("type")
        known = self.instance
        if kind and known is not None and kind != known.vpc_channel_type:
            raise errors.invalid("vpc_channel_type")
        if attrs.pop("microservice_info", None):
            raise errors.invalid("microservice_info")
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Any:
        return self.update(models.Channel(), validated_data)

    def update(self, instance: models.Channel, validated_data: dict[str, Any]) -> Any:
        groups = validated_data.pop("member_groups", None)
        members = validated_data.pop("members", None)
        channel = super().update(instance, validated_data)
        if groups is not None:
            member.replace_groups(channel, groups)
        if members is not None:
            member.replace(channel, members, channel.members.all())
        return channel

    def to_representation(self, instance: models.Channel) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {"type": _TYPES[instance.vpc_channel_type], "status": 1}


class Channels(Resource):
    model = models.Channel
    verbs = {**Resource.verbs, "health": "change"}
    serializer = ChannelSerializer
    key = "vpc_channel_id"
    items = "vpc_channels"
    filters = {
        "id": "id",
        "name": "name__icontains",
        "dict_code": "dict_code__icontains",
        "vpc_channel_type": "vpc_channel_type",
        "member_host": "members__host__icontains",
        "member_port": "members__port",
        "member_group_name": "member_groups__member_group_name__icontains",
        "member_group_id": "member_groups",
    }
    duplicate = "APIG.3208"

    def queryset(self) -> QuerySet[Any]:
        return models.Channel.objects.prefetch_related("member_groups").distinct()

    def list(self, request: Request, **kwargs: Any) -> Response:
        port = request.query_params.get("member_port", "0")
        if not (port.isascii() and port.isdigit() and len(port) <= 5):
            raise errors.invalid("member_port")
        return super().list(request, **kwargs)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """With the servers and the health check."""
        row = self.target
        servers = row.members.select_related("member_group")
        return Response(
            self.show(row)
            | {"members": MemberSerializer(servers, many=True).data}
            | {"vpc_health_config": _health(row) if row.vpc_health_config else None}
        )

    def save(self, target: Any = None, **known: Any) -> Any:
        return self.find(super().save(target, **known).pk)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        if code := _use(row):
            raise errors.Refusal(errors.status_of(code), code, ERRORS[code].text)
        row.delete()
        return Response(status=204)

    def health(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        row.vpc_health_config = dict(self.given(Health))
        row.save_valid()
        return Response(_health(row))


def _use(channel: models.Channel) -> str:
    """What a channel in use is refused with; blank for one that is not."""
    if channel.backend_uses.exists() or dependents.published(channel):
        return "APIG.3414"
    if dependents.plugins_with(channel):
        return "APIG.3710"
    return "APIG.3719" if channel.references.exists() else ""


def _health(channel: models.Channel) -> dict[str, Any]:
    made = _TIME.to_representation(channel.create_time)
    # A channel has one check at most, so it has the channel's id.
    known = {"vpc_channel_id": channel.pk, "id": channel.pk, "create_time": made}
    return channel.vpc_health_config | known
