"""Custom authorizers (reference: api.md section 8.2)."""

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import CharField

from console import dependents, models, urns
from console.models.version import LATEST
from console.rest.errors import missing
from console.rest.resources import Resource
from console.rest.serializers import Serializer, Text


class Urn(Text):
    """Names a function, a version or an alias; APIG.3019 when there is none."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return urns.resolve(super().to_internal_value(data))
        except urns.UnknownFunction as error:
            raise missing("APIG.3019", f"Function URN: {error}") from None

    def to_representation(self, value: str) -> str:
        return value


class AuthorizerSerializer(Serializer):
    """The alias wins over the version, as everywhere (auth.md section 5.1)."""

    authorizer_type = CharField()
    authorizer_uri = Urn()
    authorizer_version = Text(required=False, allow_blank=True)
    authorizer_alias_uri = Urn(required=False, allow_blank=True)
    identities = serializers.ListField(required=False)

    class Meta:
        model = models.Authorizer
        fields = (
            "id",
            "name",
            "type",
            "authorizer_type",
            "authorizer_uri",
            "authorizer_version",
            "authorizer_alias_uri",
            "network_type",
            "identities",
            "ttl",
            "user_data",
            "need_body",
            "timeout",
            "retry_attempts",
            "auth_downgrade_enabled",
            "create_time",
        )
        read_only_fields = ("id", "create_time")
        extra_kwargs = {"type": {"required": True}}

    def validate_authorizer_type(self, value: str) -> str:
        if value != "FUNC":
            raise serializers.ValidationError("FUNC is the type", code="invalid")
        return value

    def validate_type(self, value: str) -> str:
        if self.instance is not None and value != self.instance.type:
            raise serializers.ValidationError("a type stays", code="invalid")
        return value

    def to_internal_value(self, data: Any) -> Any:
        """A blank alias is none; a function is named by its URN."""
        if isinstance(data, dict) and data.get("authorizer_alias_uri") == "":
            data = {k: v for k, v in data.items() if k != "authorizer_alias_uri"}
        given = super().to_internal_value(data)
        named = given.pop("authorizer_uri")
        alias = given.pop("authorizer_alias_uri", None)
        version = given.pop("authorizer_version", "")
        given["function"], given["qualified"] = named.function, named.qualified
        given["alias"] = alias.alias if alias else named.alias
        given["version"] = named.version
        if version not in ("", LATEST):
            given["version"] = _version(named.function, version)
        return given


def _version(function: models.Function, name: str) -> models.Version:
    found = function.versions.filter(version=name).first()
    if found is None:
        raise missing("APIG.3019", f"Function URN: {function} has no version {name}")
    return found


class Authorizers(Resource):
    model = models.Authorizer
    serializer = AuthorizerSerializer
    key = "authorizer_id"
    items = "authorizer_list"
    filters = {"id": "id", "name": "name__icontains", "type": "type"}
    duplicate = "APIG.3211"
    in_use = "APIG.3447"

    def users(self, target: models.Authorizer) -> list[models.Release]:
        return dependents.published(target)

    def queryset(self) -> Any:
        return models.Authorizer.objects.select_related(
            "function", "version", "alias__function"
        )
