"""Credentials, the "apps" of the API (reference: api.md section 8.1)."""

from typing import Any

from django.db.models import Count, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField

from console import models
from console.rest import errors
from console.rest.resources import Resource
from console.rest.serializers import Serializer


class AppSerializer(Serializer):
    class Meta:
        model = models.Credential
        fields: tuple[str, ...] = (
            "id",
            "name",
            "remark",
            "app_key",
            "app_secret",
            "register_time",
            "update_time",
        )
        read_only_fields = ("id", "register_time", "update_time")
        extra_kwargs = {"app_secret": {"required": False}}

    def to_internal_value(self, data: Any) -> Any:
        """Blank key and secret are generated."""
        given = super().to_internal_value(data)
        return {
            name: value
            for name, value in given.items()
            if value or name not in ("app_key", "app_secret")
        }

    def to_representation(self, instance: models.Credential) -> dict[str, Any]:
        fixed = {"creator": "USER", "status": 1, "app_type": "apig"}
        return super().to_representation(instance) | fixed


class ListedSerializer(AppSerializer):
    """In a list: with the number of bound APIs, the secret masked."""

    bind_num = IntegerField()

    class Meta(AppSerializer.Meta):
        fields = (*AppSerializer.Meta.fields, "bind_num")

    def to_representation(self, instance: models.Credential) -> dict[str, Any]:
        shown = super().to_representation(instance)
        return shown | {"app_secret": instance.masked_secret}


class Apps(Resource):
    model = models.Credential
    verbs = {**Resource.verbs, "check": "view"}
    serializer = AppSerializer
    key = "app_id"
    items = "apps"
    filters = {"id": "id", "name": "name__icontains", "app_key": "app_key"}
    duplicate = "APIG.3203"
    duplicates = {"app_key": "APIG.3310"}

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows: QuerySet[Any] = self.filtered(self.queryset(), self.filters)
        if request.query_params.get("status", "1") != "1":
            rows = rows.none()
        if request.query_params.get("creator", "USER") != "USER":
            rows = rows.none()
        counted = rows.annotate(bind_num=Count("authorizations"))
        return self.page(counted, self.items, lambda row: ListedSerializer(row).data)

    def update(self, request: Request, **kwargs: Any) -> Response:
        """A key cannot change; whoever sends it must send the same."""
        app = self.target
        if self.body.get("app_key", app.app_key) not in (app.app_key, ""):
            raise errors.invalid("app_key")
        return self.reply(self.save(app))

    def reset(self, request: Request, **kwargs: Any) -> Response:
        """A given secret, or a new random one; the old one is dead at once."""
        app, secret = self.target, self.body.get("app_secret")
        if secret in (None, ""):
            app.reset_secret()
        elif isinstance(secret, str):
            app.app_secret = secret
            app.save_valid()
        else:
            raise errors.invalid("app_secret")
        return self.reply(app)

    def check(self, request: Request, **kwargs: Any) -> Response:
        app = self.target
        return Response({"id": app.pk, "name": app.name, "remark": app.remark})
