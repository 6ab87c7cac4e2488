"""Plug-ins: policies that are documents, and where they are (policies.md 0.3)."""

from typing import Any

from django.db.models import Exists, OuterRef
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console import bindings, models
from console.rest.absent import Reference, found
from console.rest.binding import OF_API, of_tags, unbound
from console.rest.resources import Endpoint, Resource
from console.rest.serializers import Serializer, Text, Time

_TIME = Time()
_OF_PLUGIN = {
    "plugin_id": "id",
    "plugin_name": "plugin_name__icontains",
    "plugin_type": "plugin_type",
}


class PluginSerializer(Serializer):
    """The content is a text on the wire, its secrets masked."""

    plugin_id = Text(source="id", read_only=True)
    plugin_scope = serializers.ChoiceField(["global"])
    plugin_content = Text()

    class Meta:
        model = models.Plugin
        fields = (
            "plugin_id",
            "plugin_name",
            "plugin_type",
            "plugin_scope",
            "plugin_content",
            "remark",
            "create_time",
            "update_time",
        )
        read_only_fields = ("create_time", "update_time")

    def validate_plugin_type(self, value: str) -> str:
        if self.instance is not None and value != self.instance.plugin_type:
            raise serializers.ValidationError("a type stays", code="invalid")
        return value

    def update(self, instance: models.Plugin, validated_data: dict[str, Any]) -> Any:
        instance.write(validated_data.pop("plugin_content"))
        return super().update(instance, validated_data)

    def to_representation(self, instance: models.Plugin) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {"plugin_content": instance.masked_content}


class Plugins(Resource):
    model = models.Plugin
    serializer = PluginSerializer
    key = "plugin_id"
    items = "plugins"
    filters = {**_OF_PLUGIN, "plugin_scope": "plugin_scope"}
    duplicate = "APIG.3326"
    in_use = "APIG.3462"


class Environment(serializers.Serializer):
    """Where to attach and detach."""

    env_id = Reference(models.Environment)


class Placing(Endpoint):
    """Where plug-ins are and could be; the URL names the plug-in or the API."""

    model = models.PluginBinding
    verbs = {"apis": "view", "plugins": "view", "attach": "add", "detach": "delete"}

    @property
    def plugin(self) -> models.Plugin:
        row: models.Plugin = found(models.Plugin, self.kwargs["plugin_id"])
        return row

    @property
    def api(self) -> models.Api:
        row: models.Api = found(models.Api, self.kwargs["api_id"])
        return row

    def of_apis(self, rows: Any) -> Response:
        """A page of bindings or releases, as APIs."""
        rows = self.filtered(of_tags(rows, self.request), OF_API)
        return self.page(rows, "apis", _api)


class Attached(Placing):
    """What is attached, and what changes that."""

    def apis(self, request: Request, **kwargs: Any) -> Response:
        return self.of_apis(_bindings().filter(policy=self.plugin))

    def plugins(self, request: Request, **kwargs: Any) -> Response:
        filters = {name: f"policy__{lookup}" for name, lookup in _OF_PLUGIN.items()}
        filters |= {"env_id": "env", "env_name": "env__name__icontains"}
        rows = self.filtered(_bindings().filter(api=self.api), filters)
        return self.page(rows, "plugins", _on_api)

    def attach(self, request: Request, **kwargs: Any) -> Response:
        """Each plug-in on each API, in place of others of its type."""
        apis, plugins, env = self._meant()
        made = [row for plugin in plugins for row in bindings.bind(plugin, apis, env)]
        return Response({"attached_plugins": [_made(row) for row in made]}, status=201)

    def detach(self, request: Request, **kwargs: Any) -> Response:
        apis, plugins, env = self._meant()
        pairs = models.PluginBinding.objects.filter(policy__in=plugins, env=env)
        pairs.filter(api__in=apis).delete()
        return Response(status=204)

    def _meant(self) -> tuple[list[Any], list[Any], models.Environment]:
        """APIs, plug-ins and the environment: some of the URL, some of the body."""
        env = self.given(Environment)["env_id"]
        if "plugin_id" in self.kwargs:
            return self.objects("api_ids", models.Api), [self.plugin], env
        return [self.api], self.objects("plugin_ids", models.Plugin), env


class Attachable(Placing):
    """What could be attached: to what is published alone."""

    def apis(self, request: Request, **kwargs: Any) -> Response:
        self.required("env_id")
        return self.of_apis(unbound(self.plugin))

    def plugins(self, request: Request, **kwargs: Any) -> Response:
        """Of each type, those that are not on the API."""
        there = models.PluginBinding.objects.filter(policy=OuterRef("pk"), api=self.api)
        if env := request.query_params.get("env_id"):
            there = there.filter(env=found(models.Environment, env))
        rows = models.Plugin.objects.exclude(Exists(there))
        shown = self.filtered(rows, _OF_PLUGIN)
        return self.page(shown, "plugins", lambda row: PluginSerializer(row).data)


def _bindings() -> Any:
    rows = models.PluginBinding.objects.all()
    return rows.select_related("policy", "api__group", "env")


def _api(row: Any) -> dict[str, Any]:
    """The API of a binding or release."""
    api, bound = row.api, isinstance(row, models.PluginBinding)
    return {
        "api_id": api.pk,
        "api_name": api.name,
        "type": api.type,
        "req_protocol": api.req_protocol,
        "req_method": api.req_method,
        "req_uri": api.req_uri,
        "auth_type": api.auth_type,
        "match_mode": api.match_mode,
        "remark": api.remark,
        "group_id": api.group_id,
        "group_name": api.group.name,
        "env_id": row.env_id,
        "env_name": row.env.name,
        "publish_id": row.publish_id,
        "tags": api.tags,
    } | (_attachment(row) if bound else {})


def _attachment(row: Any) -> dict[str, Any]:
    time = _TIME.to_representation(row.apply_time)
    return {"plugin_attach_id": row.pk, "attached_time": time}


def _on_api(row: models.PluginBinding) -> dict[str, Any]:
    """A binding in the list of an API's plug-ins."""
    where = {"env_id": row.env_id, "env_name": row.env.name}
    return dict(PluginSerializer(row.policy).data) | _attachment(row) | where


def _made(row: Any) -> dict[str, Any]:
    """A binding as the reply to its making has it."""
    return _attachment(row) | {
        "plugin_id": row.policy_id,
        "plugin_name": row.policy.plugin_name,
        "plugin_type": row.policy.plugin_type,
        "plugin_scope": row.policy.plugin_scope,
        "env_id": row.env_id,
        "env_name": row.env.name,
        "api_id": row.api_id,
        "api_name": row.api.name,
    }
