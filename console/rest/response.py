"""Gateway responses of a group (reference: api.md section 1.5)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import JSONField
from rest_framework.serializers import Serializer as PlainSerializer

from console import dependents, models
from console.models.response import TYPES
from console.rest import errors
from console.rest.resources import Resource
from console.rest.serializers import Serializer, Text, Whole


class ResponseSerializer(Serializer):
    class Meta:
        model = models.GatewayResponse
        fields = ("id", "name", "default", "create_time", "update_time", "responses")
        read_only_fields = ("id", "default", "create_time", "update_time")

    def validate_responses(self, value: Any) -> Any:
        """What says of itself that it is a default is none of one's own."""
        if not isinstance(value, dict):
            return value
        return {
            name: _own(raw) if isinstance(raw, dict) else raw
            for name, raw in value.items()
            if not (isinstance(raw, dict) and raw.get("default") is True)
        }

    def to_representation(self, instance: models.GatewayResponse) -> dict[str, Any]:
        every = {name: one(instance, name) for name in TYPES}
        return super().to_representation(instance) | {"responses": every}


class One(PlainSerializer):
    """The response of one type."""

    status = Whole(required=False, allow_null=True)
    body = Text(trim_whitespace=False)
    headers = JSONField(required=False)


def one(row: models.GatewayResponse, name: str) -> dict[str, Any]:
    """What is sent for a type; no status where the error keeps its own."""
    return {k: v for k, v in row.effective(name).items() if v is not None}


def _own(raw: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in raw.items() if k != "default" and v is not None}


class Responses(Resource):
    model = models.GatewayResponse
    serializer = ResponseSerializer
    key = "response_id"
    items = "responses"
    within = ("group_id", models.ApiGroup, "group")
    duplicate = "APIG.3216"

    def users(self, target: models.GatewayResponse) -> list[models.Release]:
        return dependents.published(target)


class OneResponse(Responses):
    """One type of a response; deleting it restores the default."""

    verbs = {"retrieve": "view", "destroy": "change"}

    @property
    def response_type(self) -> str:
        name: str = self.kwargs["response_type"]
        if name not in TYPES:
            raise errors.invalid("response_type")
        return name

    def show(self, target: models.GatewayResponse) -> dict[str, Any]:
        return {self.response_type: one(target, self.response_type)}

    def update(self, request: Request, **kwargs: Any) -> Response:
        row, own = self.target, _own(dict(self.given(One)))
        row.responses = row.responses | {self.response_type: own}
        row.save_valid()
        return self.reply(row)

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        self.target.restore(self.response_type)
        return Response(status=204)
