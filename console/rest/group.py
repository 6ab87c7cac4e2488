"""API groups (reference: api.md section 1.1)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField, SerializerMethodField

from console import models
from console.rest import errors
from console.rest.resources import Resource
from console.rest.serializers import Serializer


class GroupSerializer(Serializer):
    status = IntegerField(default=1, read_only=True)
    on_sell_status = IntegerField(default=2, read_only=True)
    version = SerializerMethodField()
    sl_domains = SerializerMethodField()
    is_default = SerializerMethodField()

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
            "remark",
            "is_default",
            "version",
        )
        read_only_fields = ("id", "sl_domain", "register_time", "update_time")

    def get_version(self, group: models.ApiGroup) -> str:
        return "V1"

    def get_sl_domains(self, group: models.ApiGroup) -> list[str]:
        return [group.sl_domain]

    def get_is_default(self, group: models.ApiGroup) -> int:
        return 1 if group.is_default else 2


class Groups(Resource):
    model = models.ApiGroup
    serializer = GroupSerializer
    key = "group_id"
    items = "groups"
    filters = {"id": "id", "name": "name__icontains"}
    absent = ("APIG.3001", "API group {id} does not exist")
    duplicate = "APIG.3201"
    in_use = "APIG.3415"

    def check(self, request: Request, **kwargs: Any) -> Response:
        """Whether a name is free: 204, or the error that it is taken."""
        name = request.data.get("group_name")
        if not isinstance(name, str):
            raise errors.invalid("group_name", "required")
        if self.model.objects.filter(name=name).exists():
            text = f"The API group name already exists, group_name:{name}"
            raise errors.Refusal(400, self.duplicate, text)
        return Response(status=204)
