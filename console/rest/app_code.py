"""AppCodes of a credential (reference: api.md section 8.1)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.resources import Resource
from console.rest.serializers import Serializer


class AppCodeSerializer(Serializer):
    class Meta:
        model = models.AppCode
        fields = ("id", "app_id", "app_code", "create_time")
        read_only_fields = ("id", "app_id", "create_time")
        extra_kwargs = {"app_code": {"required": True}}


class AppCodes(Resource):
    """A list masks them."""

    model = models.AppCode
    verbs = {**Resource.verbs, "generate": "add"}
    serializer = AppCodeSerializer
    key = "app_code_id"
    items = "app_codes"
    within = ("app_id", models.Credential, "app")

    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.page(
            self.queryset(),
            self.items,
            lambda row: self.show(row) | {"app_code": row.masked},
        )

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(self.target, status=201)

    def generate(self, request: Request, **kwargs: Any) -> Response:
        row = models.AppCode(**self.owner)
        row.save_valid()
        return self.reply(row, status=201)
