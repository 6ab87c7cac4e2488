"""APIs: definitions (reference: api.md section 2)."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ChoiceField, IntegerField
from rest_framework.serializers import Serializer as PlainSerializer

from console import dependents, models
from console.models.api import BackendUse, path_shape
from console.models.api.backends import DOCUMENTS
from console.models.api.policies import FIELDS
from console.rest import documents, errors
from console.rest.absent import Reference
from console.rest.group import summary
from console.rest.resources import Endpoint, Resource
from console.rest.serializers import Serializer, Text
from console.setup import ensure_default_response

UNTAGGED = "#no_tags#"
_NESTED = ("backend_api", "func_info", "mock_info", *FIELDS.values())


class ApiSerializer(Serializer):
    """A definition is replaced whole: what is left out gets its default."""

    status = IntegerField(default=1, read_only=True)
    arrange_necessary = IntegerField(default=2, read_only=True)
    group_id = Reference(models.ApiGroup, source="group")
    group_name = Text(source="group.name", read_only=True)
    group_version = Text(default="V1", read_only=True)
    authorizer_id = Reference(
        models.Authorizer, source="authorizer", allow_null=True, default=None
    )
    response_id = Reference(
        models.GatewayResponse, source="response", allow_null=True, default=None
    )

    class Meta:
        model = models.Api
        read_only_fields = ("id", "register_time", "update_time")
        fields = (
            "name",
            "type",
            "version",
            "req_protocol",
            "req_method",
            "req_uri",
            "auth_type",
            "auth_opt",
            "cors",
            "trace_enabled",
            "sampling_strategy",
            "sampling_param",
            "match_mode",
            "backend_type",
            "remark",
            "group_id",
            "body_remark",
            "result_normal_sample",
            "result_failure_sample",
            "authorizer_id",
            "tags",
            "response_id",
            "content_type",
            "is_send_fg_body_base64",
            "id",
            "status",
            "arrange_necessary",
            "register_time",
            "update_time",
            "group_name",
            "group_version",
            "req_params",
            "backend_params",
            *_NESTED,
        )
        extra_kwargs = {
            name: {"required": True}
            for name in (
                "type",
                "req_protocol",
                "req_method",
                "auth_type",
                "backend_type",
            )
        }

    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(_without_nulls(data))
        if given["response"] is None:
            given["response"] = ensure_default_response(given["group"])
        for name, field in self.fields.items():
            if not field.read_only and field.source not in given:
                default = models.Api._meta.get_field(name).get_default()  # type: ignore
                given[field.source] = default
        return given

    def update(self, instance: models.Api, validated_data: dict[str, Any]) -> Any:
        """An API stays in its group: its calls come in by the group's host names."""
        moved = instance.group_id not in ("", None, validated_data["group"].pk)
        if moved and not instance._state.adding:
            raise ValidationError({"group_id": "it stays"}, code="invalid")
        return super().update(instance, validated_data)

    def to_representation(self, instance: models.Api) -> dict[str, Any]:
        shown = super().to_representation(instance)
        kept = {DOCUMENTS[instance.backend_type][0], FIELDS[instance.backend_type]}
        for name in _NESTED:
            if name not in kept:
                del shown[name]
        return shown | documents.shown(instance) | published(instance)


def _without_nulls(data: Any) -> Any:
    """The official client leaves out what is None; others send it."""
    if not isinstance(data, dict):
        return data
    return {name: value for name, value in data.items() if value is not None}


def published(api: models.Api) -> dict[str, str]:
    """Where it is live: environments joined by `|`, in one order."""
    live = getattr(api, "live", ())
    return {
        "run_env_id": "|".join(row.env_id for row in live),
        "run_env_name": "|".join(row.env.name for row in live),
        "publish_id": "|".join(row.publish_id for row in live),
        "publish_time": "|".join(
            f"{row.publish_time:%Y-%m-%d %H:%M:%S}" for row in live
        ),
    }


class Check(PlainSerializer):
    """Whether a name, or a route, is free."""

    type = ChoiceField(["path", "name"])
    name = Text(required=False)
    req_method = Text(required=False)
    req_uri = Text(required=False)
    match_mode = ChoiceField(["NORMAL", "SWA"], default="NORMAL")
    group_id = Text(required=False)
    api_id = Text(required=False)


class Apis(Resource):
    model = models.Api
    verbs = {**Resource.verbs, "check": "view"}
    serializer = ApiSerializer
    key = "api_id"
    items = "apis"
    filters = {
        "id": "id",
        "name": "name__icontains",
        "group_id": "group",
        "req_protocol": "req_protocol",
        "req_method": "req_method",
        "req_uri": "req_uri__icontains",
        "auth_type": "auth_type",
        "type": "type",
    }
    duplicate = "APIG.3202"

    def queryset(self) -> QuerySet[Any]:
        live = models.Release.objects.filter(status=models.Release.Status.EFFECTIVE)
        live = live.select_related("env").defer("definition").order_by("env__name")
        return models.Api.objects.select_related("group").prefetch_related(
            Prefetch("releases", live, to_attr="live")
        )

    def list(self, request: Request, **kwargs: Any) -> Response:
        given, rows = request.query_params, self.filtered(self.queryset(), self.filters)
        if env := given.get("env_id"):
            live = models.Release.objects.filter(env=env, status=1)
            rows = rows.filter(pk__in=live.values("api"))
        if tags := ",".join(given.getlist("tags")):
            rows = rows.filter(pk__in=tagged(tags.split(",")))
        if channel := given.get("vpc_channel_name"):
            rows = rows.filter(pk__in=_of_channel(channel))
        mode = given.get("return_data_mode", "brief")
        return self.page(rows, self.items, lambda row: self.listed(row, mode))

    def listed(self, api: models.Api, mode: str) -> dict[str, Any]:
        """In a list, with as much of it as was asked for."""
        shown = self.show(api)
        nested = {name: shown.pop(name, None) for name in _NESTED}
        params = shown.pop("req_params")
        del shown["backend_params"]
        if mode.startswith("include_group"):
            shown["api_group_info"] = summary(api.group)
        if mode == "include_group_backend":
            shown["req_params"] = params
            if nested["backend_api"]:
                shown["backend_api"] = nested["backend_api"]
        return shown

    def create(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(self.find(self.save().pk), status=201)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        api = self.target
        if api.live:
            names = ", ".join(row.env.name for row in api.live)
            text = f"The API has been published, environments: {names}"
            raise errors.Refusal(409, "APIG.3416", text)
        if plugins := dependents.plugins_with_login(api):
            text = f"Logins of these policies need it: {', '.join(map(str, plugins))}"
            raise errors.Refusal(409, "APIG.3416", text)
        api.delete()
        return Response(status=204)

    def check(self, request: Request, **kwargs: Any) -> Response:
        """204 for a name or a route that is free."""
        given = self.given(Check)
        others = models.Api.objects.exclude(pk=given.get("api_id", ""))
        if group := given.get("group_id"):
            others = others.filter(group=group)
        if given["type"] == "name":
            return self._free(others.filter(name=self._member(given, "name")))
        rows = others.filter(
            req_method=self._member(given, "req_method"),
            match_mode=given["match_mode"],
        )
        shape = path_shape(self._member(given, "req_uri"))
        taken = [api for api in rows if path_shape(api.req_uri) == shape]
        return self._free(taken, "APIG.3301", "The API route already exists, api_name:")

    def _member(self, given: dict[str, Any], name: str) -> str:
        if name not in given:
            raise errors.invalid(name, "required")
        return str(given[name])

    def _free(
        self,
        taken: Any,
        code: str = "APIG.3202",
        text: str = "The API name already exists, api_name:",
    ) -> Response:
        for api in taken:
            raise errors.Refusal(400, code, f"{text}{api.name}")
        return Response(status=204)


class Tags(Endpoint):
    """The tags that APIs have."""

    model = models.Api

    def list(self, request: Request, **kwargs: Any) -> Response:
        used = models.Api.objects.exclude(tags=[]).values_list("tags", flat=True)
        return self.page(sorted({tag for tags in used for tag in tags}), "tags")


def tagged(tags: list[str]) -> list[str]:
    """Ids of APIs with one of the tags."""
    wanted, rows = set(tags), models.Api.objects.values_list("pk", "tags")
    return [
        pk for pk, has in rows if wanted & set(has) or (UNTAGGED in wanted and not has)
    ]


def _of_channel(name: str) -> QuerySet[Any]:
    """Ids of APIs with a backend that is a channel of that name."""
    uses = BackendUse.objects.filter(channel__name__icontains=name)
    return uses.values("api")
