"""Functions and their configuration (reference: auth.md section 10.4)."""

import base64
import json
from typing import Any

import orjson
from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console import models, transfer
from console.models.version import FROZEN
from console.rest.fgs.base import Fss, FunctionEndpoint
from console.rest.fgs.code import CodeSerializer, deploy, digest
from console.rest.serializers import Serializer, Text, Time, Whole
from console.urns import Named

_TIME = Time()


class Variables(serializers.Field):
    """Environment variables: a JSON object in a string (auth.md section 10.3)."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        try:
            found = orjson.loads(data) if data else {}
        except (TypeError, ValueError):
            found = None
        if not isinstance(found, dict):
            raise serializers.ValidationError("not a JSON object", code="invalid")
        return found

    def to_representation(self, value: dict[str, Any]) -> str:
        return json.dumps(value)


class Strategy(serializers.Serializer):
    """`concurrency` 0 disables the function, -1 enables it."""

    concurrency = Whole(required=False)
    concurrent_num = Whole(required=False)


class ConfigSerializer(Serializer):
    user_data = Variables(required=False)
    encrypted_user_data = Variables(required=False)
    strategy_config = Strategy(required=False, write_only=True)

    class Meta:
        model = models.Function
        fields: tuple[str, ...] = (
            "func_name",
            "runtime",
            "timeout",
            "handler",
            "memory_size",
            "user_data",
            "encrypted_user_data",
            "description",
            "initializer_handler",
            "initializer_timeout",
            "strategy_config",
        )
        extra_kwargs = {
            name: {"required": False} for name in ("func_name", "runtime", "handler")
        }

    def validate_func_name(self, value: str) -> str:
        if self.instance is not None and value != self.instance.func_name:
            raise serializers.ValidationError("a name stays", code="invalid")
        return value

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        strategy = validated_data.pop("strategy_config", None) or {}
        if "concurrent_num" in strategy:
            instance.concurrency = strategy["concurrent_num"]
        if "concurrency" in strategy:
            instance.enabled = strategy["concurrency"] != 0
        # A blank value of a known key keeps the secret: that is how it was shown.
        if (secrets := validated_data.get("encrypted_user_data")) is not None:
            known = instance.encrypted_user_data
            validated_data["encrypted_user_data"] = {
                key: value or known.get(key, value) for key, value in secrets.items()
            }
        return super().update(instance, validated_data)


class CreateSerializer(ConfigSerializer):
    package = Text(required=False)
    code_type = Text(default="inline", write_only=True)
    func_code = CodeSerializer(required=False, allow_null=True, write_only=True)

    class Meta(ConfigSerializer.Meta):
        fields = (*ConfigSerializer.Meta.fields, "package", "code_type", "func_code")
        extra_kwargs = {"func_name": {"required": True}, "runtime": {"required": True}}

    def validate_package(self, value: str) -> str:
        if value != "default":
            raise serializers.ValidationError("default is the package", code="invalid")
        return value

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        kind = validated_data.pop("code_type")
        code = validated_data.pop("func_code", None)
        function = super().update(instance, validated_data)
        deploy(function, kind, code and code.get("file"), self.context["user"])
        return function


def show(named: Named) -> dict[str, Any]:
    """The record of a function, as `latest`, or of one of its versions."""
    function, version = named.function, named.version
    frozen = {name: getattr(function, name) for name in FROZEN}
    package = function.deployed or function.draft
    changed, secret = function.last_modified, function.encrypted_user_data
    if version is not None:
        frozen, package = version.configuration, version.package
        changed, secret = version.create_time, version.encrypted_user_data
    return {
        "func_id": function.pk,
        "func_urn": f"{function.func_urn}:{version or 'latest'}",
        "func_name": function.func_name,
        "domain_id": settings.DOMAIN_ID,
        "namespace": settings.PROJECT_ID,
        "project_name": settings.REGION,
        "package": function.package,
        "runtime": frozen["runtime"],
        "timeout": frozen["timeout"],
        "handler": frozen["handler"],
        "memory_size": frozen["memory_size"],
        "cpu": frozen["memory_size"] * 100 // 128 + 200,
        "code_type": "inline" if len(package.files()) == 1 else "zip",
        "code_size": package.code_size,
        "user_data": json.dumps(frozen["user_data"]),
        "encrypted_user_data": json.dumps(dict.fromkeys(secret, "")),
        "digest": digest(package),
        "version": str(version or "latest"),
        "description": version.description if version else function.description,
        "last_modified": _TIME.to_representation(changed),
        "strategy_config": {
            "concurrency": -1 if function.enabled else 0,
            "concurrent_num": frozen["concurrency"],
        },
        "initializer_handler": frozen["initializer_handler"],
        "initializer_timeout": frozen["initializer_timeout"],
        "enterprise_project_id": "0",
        "type": "v2",
    }


class Functions(FunctionEndpoint):
    verbs = {"list": "view", "create": "add", "destroy": "delete", "export": "view"}

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = models.Function.objects.select_related("draft", "deployed")
        if name := request.query_params.get("func_name"):
            rows = rows.filter(func_name__icontains=name)
        if package := request.query_params.get("package_name"):
            rows = rows.filter(package=package)
        return self.page(rows, "functions", lambda row: show(Named(row)))

    def create(self, request: Request, **kwargs: Any) -> Response:
        given = CreateSerializer(data=request.data, context={"user": request.user})
        given.is_valid(raise_exception=True)
        return Response(show(Named(given.save())))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Delete a function, or the version that the URN names."""
        named = self.named
        self.remove(named.version or named.function)
        return Response(status=204)

    def load(self, request: Request, **kwargs: Any) -> Response:
        """Import a function from the archive that another was exported as."""
        try:
            archive = base64.b64decode(self.body.get("file_code", ""), validate=True)
        except (TypeError, ValueError):
            raise Fss.parameter("file_code", text="it is not Base64") from None
        function = transfer.load(archive, self.body.get("func_name") or "")
        return Response(show(Named(function)))

    def export(self, request: Request, **kwargs: Any) -> Response:
        """The archive, as `import` takes it."""
        archive = base64.b64encode(transfer.export(self.named.function)).decode()
        name = f"{self.named.function.func_name}.zip"
        return Response({"file_name": name, "file_type": "zip", "file_code": archive})


class Configuration(FunctionEndpoint):
    verbs = {"retrieve": "view"}

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return Response(show(self.named))

    def update(self, request: Request, **kwargs: Any) -> Response:
        function = self.named.function
        given = ConfigSerializer(function, data=request.data)
        given.is_valid(raise_exception=True)
        return Response(show(Named(given.save())))

    def limit(self, request: Request, **kwargs: Any) -> Response:
        """How many calls may run at once."""
        function = self.named.function
        given = self.body.get("max_instance_num")
        if type(given) is not int:
            raise Fss.parameter("max_instance_num", text="a number is needed")
        function.concurrency = given
        function.save_valid()
        return Response(show(Named(function)))


class Quotas(FunctionEndpoint):
    """What an account may have: only what this gateway counts (auth.md 10.4)."""

    verbs = {"list": "view"}

    def list(self, request: Request, **kwargs: Any) -> Response:
        used = models.Function.objects.count()
        row = {"type": "fgs_func_num", "used": used, "quota": 400}
        return Response({"quotas": {"resources": [row]}})


class Dependencies(FunctionEndpoint):
    """Shared dependency packages: there are none, a function brings its own."""

    verbs = {"list": "view"}

    def list(self, request: Request, **kwargs: Any) -> Response:
        return Response({"dependencies": [], "next_marker": 0, "count": 0})
