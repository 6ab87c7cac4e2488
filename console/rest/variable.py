"""Environment variables (reference: api.md section 6.2)."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.absent import Reference
from console.rest.resources import Resource
from console.rest.serializers import Serializer


class VariableSerializer(Serializer):
    group_id = Reference(models.ApiGroup, source="group")
    env_id = Reference(models.Environment, source="env")

    class Meta:
        model = models.Variable
        fields = ("id", "group_id", "env_id", "variable_name", "variable_value")
        read_only_fields = ("id",)


class ChangedVariable(Serializer):
    """Only the value changes; the name may be said again."""

    class Meta:
        model = models.Variable
        fields = ("variable_name", "variable_value")
        extra_kwargs = {"variable_name": {"required": False}}

    def validate_variable_name(self, value: str) -> str:
        assert isinstance(self.instance, models.Variable)
        if value != self.instance.variable_name:
            raise ValidationError("it stays", code="invalid")
        return value


class Variables(Resource):
    model = models.Variable
    serializer = VariableSerializer
    key = "env_variable_id"
    items = "variables"
    filters = {
        "env_id": "env",
        "group_id": "group",
        "variable_name": "variable_name__icontains",
    }
    duplicate = "APIG.3303"

    def list(self, request: Request, **kwargs: Any) -> Response:
        self.required("group_id")
        return super().list(request, **kwargs)

    def update(self, request: Request, **kwargs: Any) -> Response:
        given = ChangedVariable(self.target, data=request.data)
        given.is_valid(raise_exception=True)
        return self.reply(given.save())
