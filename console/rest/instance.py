"""The gateway itself, its tags and its zone (policies.md section 12).

There is one gateway, as large as its host: it is described, renamed and tagged, but
neither made, resized nor deleted here.
"""

from typing import Any

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.models.instance import check_tags
from console.rest import errors
from console.rest.resources import Endpoint
from console.rest.serializers import Serializer, Text

ZONE = {
    "id": "local-1",
    "name": "local-1",
    "code": "local-1",
    "port": "",
    "local_name": {"en_us": "This host", "zh_cn": "本机"},
    "specs": {"BASIC": True},
}
_RUNNING = 6


class InstanceSerializer(Serializer):
    class Meta:
        model = models.Instance
        fields = ("instance_name", "description", "maintain_begin", "maintain_end")
        extra_kwargs = {"instance_name": {"required": False}}


class Tag(serializers.Serializer):
    key = Text()
    value = Text(required=False, allow_blank=True, default="")


class Matches(serializers.Serializer):
    """A query by tags: a gateway has to have one of the values of each key."""

    key = Text()
    values = serializers.ListField(child=Text(allow_blank=True), default=list)


def _summary(row: models.Instance) -> dict[str, Any]:
    return {
        "id": row.pk,
        "project_id": settings.PROJECT_ID,
        "instance_name": row.instance_name,
        "status": "Running",
        "instance_status": _RUNNING,
        "type": "apig",
        "spec": "BASIC",
        "create_time": int(row.create_time.timestamp() * 1000),
        "enterprise_project_id": "0",
        "eip_address": "",
        "charging_mode": 0,
        "cbc_metadata": "",
        "loadbalancer_provider": "elb",
        "cbc_operation_locks": [],
    }


def _detail(row: models.Instance) -> dict[str, Any]:
    return _summary(row) | {
        "description": row.description,
        "maintain_begin": row.maintain_begin,
        "maintain_end": row.maintain_end,
        "vpc_id": "",
        "subnet_id": "",
        "security_group_id": "",
        "ingress_ip": settings.GATEWAY_BIND.rpartition(":")[0].strip("[]"),
        "available_zone_ids": f"[{ZONE['id']}]",
        "instance_version": "2",
        "supported_features": [],
        "is_releasable": False,
    }


class Instances(Endpoint):
    model = models.Instance
    text = "This gateway is self-hosted: there is exactly one, and it stays."

    def list(self, request: Request, **kwargs: Any) -> Response:
        models.Instance.current()
        filters = {"instance_id": "pk", "instance_name": "instance_name__icontains"}
        rows = self.filtered(models.Instance.objects.all(), filters)
        if request.query_params.get("status", "Running") != "Running":
            rows = rows.none()
        return self.page(rows, "instances", _summary)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response(_detail(models.Instance.current()))

    def update(self, request: Request, **kwargs: Any) -> Response:
        given = InstanceSerializer(models.Instance.current(), data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_detail(given.save()))

    def refuse(self, request: Request, **kwargs: Any) -> Response:
        raise errors.Refusal(412, "APIG.3458", self.text)

    create = destroy = refuse


class Progress(Endpoint):
    model = models.Instance

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        made = int(models.Instance.current().create_time.timestamp() * 1000)
        times = {"start_time": made, "end_time": made}
        return Response({"progress": 100, "status": "success"} | times)


class Restriction(Endpoint):
    model = models.Instance

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response({"restrict_cidrs": [], "resource_subnet_cidr": ""})


class Zones(Endpoint):
    """One, so that clients which list zones first go on."""

    model = models.Instance

    def list(self, request: Request, **kwargs: Any) -> Response:
        return Response({"available_zones": [ZONE]})


class Tags(Endpoint):
    """The tags of the gateway."""

    model = models.Instance
    verbs = {"list": "view", "change": "change"}

    def list(self, request: Request, **kwargs: Any) -> Response:
        return Response({"tags": models.Instance.current().tags})

    def change(self, request: Request, **kwargs: Any) -> Response:
        """Add tags, one value to a key, or remove them."""
        action = self.body.get("action")
        if action not in ("create", "delete"):
            raise errors.invalid("action")
        given = Tag(data=self.body.get("tags"), many=True)
        given.is_valid(raise_exception=True)
        check_tags(given.validated_data)
        row = models.Instance.current()
        kept = {tag["key"]: tag for tag in row.tags}
        for tag in given.validated_data:
            kept.pop(tag["key"], None)
            if action == "create":
                kept[tag["key"]] = dict(tag)
        row.tags = list(kept.values())
        row.save_valid()
        return Response(status=204)


class ProjectTags(Endpoint):
    """The tags of all gateways."""

    model = models.Instance

    def list(self, request: Request, **kwargs: Any) -> Response:
        tags = models.Instance.current().tags
        shown = [{"key": tag["key"], "values": [tag["value"]]} for tag in tags]
        return Response({"tags": shown})


class TaggedInstances(Endpoint):
    """Gateways found by their tags."""

    model = models.Instance
    verbs = {"find": "view", "count": "view"}

    def find(self, request: Request, **kwargs: Any) -> Response:
        found = [
            {
                "resource_id": row.pk,
                "resource_name": row.instance_name,
                "resource_detail": "",
                "tags": row.tags,
            }
            for row in self._found()
        ]
        return Response({"resources": found, "total_count": len(found)})

    def count(self, request: Request, **kwargs: Any) -> Response:
        return Response({"total_count": len(self._found())})

    def _found(self) -> list[models.Instance]:
        given, row = self.body, models.Instance.current()
        wanted = Matches(data=given.get("tags", []), many=True)
        wanted.is_valid(raise_exception=True)
        names = Tag(data=given.get("matches", []), many=True)
        names.is_valid(raise_exception=True)
        tags = {tag["key"]: tag["value"] for tag in row.tags}
        if given.get("without_any_tag") and tags:
            return []
        tagged = all(
            query["key"] in tags
            and (not query["values"] or tags[query["key"]] in query["values"])
            for query in wanted.validated_data
        )
        named = all(
            match["key"] == "resource_name" and match["value"] in row.instance_name
            for match in names.validated_data
        )
        return [row] if tagged and named else []
