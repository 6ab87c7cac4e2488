"""API groups (reference: api.md section 1.1)."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField, SerializerMethodField
from rest_framework.serializers import Serializer as PlainSerializer

from console import models
from console.rest import domain, errors
from console.rest.resources import Resource
from console.rest.serializers import Flag, Serializer
from console.setup import ensure_default_response


class GroupSerializer(Serializer):
    status = IntegerField(default=1, read_only=True)
    on_sell_status = IntegerField(default=2, read_only=True)
    version = SerializerMethodField()
    sl_domains = SerializerMethodField()
    is_default = SerializerMethodField()
    url_domains = SerializerMethodField()

    class Meta:
        model = models.ApiGroup
        fields = (
            "id",
            "name",
            "status",
            "sl_domain",
            "sl_domains",
            "register_time",
            "update_time",
            "on_sell_status",
            "url_domains",
            "sl_domain_access_enabled",
            "remark",
            "is_default",
            "version",
        )
        read_only_fields = (
            "id",
            "sl_domain",
            "sl_domain_access_enabled",
            "register_time",
            "update_time",
        )

    def get_version(self, group: models.ApiGroup) -> str:
        return "V1"

    def get_sl_domains(self, group: models.ApiGroup) -> list[str]:
        return [group.sl_domain]

    def get_is_default(self, group: models.ApiGroup) -> int:
        return 1 if group.is_default else 2

    def get_url_domains(self, group: models.ApiGroup) -> list[dict[str, Any]]:
        return [domain.of_group(row) for row in group.domains.all()]


def summary(group: models.ApiGroup) -> dict[str, Any]:
    """A group as an API's reply tells of it."""
    shown = GroupSerializer(group).data
    extras = ("remark", "is_default", "version", "sl_domains")
    return {name: value for name, value in shown.items() if name not in extras}


class Access(PlainSerializer):
    sl_domain_access_enabled = Flag()


class Groups(Resource):
    model = models.ApiGroup
    verbs = {**Resource.verbs, "check": "view"}
    serializer = GroupSerializer
    key = "group_id"
    items = "groups"
    filters = {"id": "id", "name": "name__icontains"}
    duplicate = "APIG.3201"
    in_use = "APIG.3415"

    def queryset(self) -> QuerySet[Any]:
        return models.ApiGroup.objects.prefetch_related("domains__certificates")

    def create(self, request: Request, **kwargs: Any) -> Response:
        group = self.save()
        ensure_default_response(group)
        return self.reply(group, status=201)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        group = self.target
        if group.is_default:
            raise errors.Refusal(403, "APIG.1101", "The group DEFAULT always exists")
        if group.apis.exists():
            text = "The API group contains APIs and cannot be deleted"
            raise errors.Refusal(412, self.in_use, text)
        group.delete()
        return Response(status=204)

    def access(self, request: Request, **kwargs: Any) -> Response:
        """Whether the debugging domain name answers."""
        group = self.target
        group.sl_domain_access_enabled = self.given(Access)["sl_domain_access_enabled"]
        group.save_valid()
        return Response(status=204)

    def check(self, request: Request, **kwargs: Any) -> Response:
        """Whether a name is free: 204, or the error that it is taken."""
        name = self.body.get("group_name")
        if not isinstance(name, str):
            raise errors.invalid("group_name", "required")
        if self.model.objects.filter(name=name).exists():
            text = f"The API group name already exists, group_name:{name}"
            raise errors.Refusal(400, self.duplicate, text)
        return Response(status=204)
