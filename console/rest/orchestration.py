"""Orchestration rules (reference: policies.md section 7)."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.errors import Refusal
from console.rest.resources import Resource
from console.rest.serializers import Serializer, Text, Time

_TIME = Time()


class OrchestrationSerializer(Serializer):
    orchestration_id = Text(source="id", read_only=True)
    orchestration_mapped_param = serializers.DictField(required=False)
    orchestration_map = serializers.ListField(
        child=serializers.DictField(), required=False
    )
    orchestration_create_time = Time(source="create_time", read_only=True)
    orchestration_update_time = Time(source="update_time", read_only=True)

    class Meta:
        model = models.Orchestration
        fields = (
            "orchestration_id",
            "orchestration_name",
            "orchestration_strategy",
            "orchestration_mapped_param",
            "is_preprocessing",
            "orchestration_map",
            "orchestration_create_time",
            "orchestration_update_time",
        )
        extra_kwargs = {"orchestration_strategy": {"required": True}}


class Orchestrations(Resource):
    model = models.Orchestration
    verbs = {**Resource.verbs, "apis": "view"}
    serializer = OrchestrationSerializer
    key = "orchestration_id"
    items = "orchestrations"
    filters = {
        "orchestration_id": "id",
        "orchestration_name": "orchestration_name__icontains",
    }
    duplicate = "APIG.3331"

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Without their maps, which may be long."""
        rows = self.filtered(self.queryset(), self.filters)
        return self.page(rows, self.items, self._listed)

    def _listed(self, row: models.Orchestration) -> dict[str, Any]:
        shown: dict[str, Any] = self.show(row)
        return {k: v for k, v in shown.items() if k != "orchestration_map"}

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        row = self.target
        if row.used_by():
            raise Refusal(409, "APIG.3716", f"Orchestration rule {row.pk} is in use")
        row.delete()
        return Response(status=204)

    def apis(self, request: Request, **kwargs: Any) -> Response:
        """The APIs that use it, saved or published."""
        used = [api.pk for api in self.target.used_by()]
        rows = models.Api.objects.filter(pk__in=used).select_related("group")
        filters = {"api_id": "id", "api_name": "name__icontains"}
        return self.page(self.filtered(rows, filters), "apis", _api)


def _api(api: models.Api) -> dict[str, Any]:
    return {
        "api_id": api.pk,
        "api_name": api.name,
        "req_method": api.req_method,
        "req_uri": api.req_uri,
        "auth_type": api.auth_type,
        "match_mode": api.match_mode,
        "group_id": api.group_id,
        "group_name": api.group.name,
        "attached_time": _TIME.to_representation(api.update_time),
    }
