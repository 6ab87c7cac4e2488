"""Environments (reference: api.md section 6.1)."""

from console import models
from console.rest.resources import Resource
from console.rest.serializers import Serializer


class EnvironmentSerializer(Serializer):
    class Meta:
        model = models.Environment
        fields = ("id", "name", "remark", "create_time")
        read_only_fields = ("id", "create_time")


class Environments(Resource):
    model = models.Environment
    serializer = EnvironmentSerializer
    key = "env_id"
    items = "envs"
    filters = {"name": "name__icontains"}
    duplicate = "APIG.3205"
    in_use = "APIG.3418"
