"""Credential quotas, and whose they are (reference: policies.md section 5.1)."""

from typing import Any

from django.db.models import Count, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField

from console import models
from console.rest.absent import absent, found
from console.rest.resources import Endpoint, Resource
from console.rest.serializers import Serializer, Text, Time

_TIME = Time()
_REQUIRED = {"required": True}


class AppQuotaSerializer(Serializer):
    app_quota_id = Text(source="id", read_only=True)
    bound_app_num = IntegerField(read_only=True)

    class Meta:
        model = models.AppQuota
        fields = (
            "app_quota_id",
            "name",
            "call_limits",
            "time_unit",
            "time_interval",
            "remark",
            "reset_time",
            "create_time",
            "bound_app_num",
        )
        read_only_fields = ("create_time",)
        extra_kwargs = {"time_unit": _REQUIRED, "time_interval": _REQUIRED}


class AppQuotas(Resource):
    """Deleting one ends its bindings."""

    model = models.AppQuota
    verbs = {**Resource.verbs, "of_app": "view"}
    serializer = AppQuotaSerializer
    key = "app_quota_id"
    items = "quotas"
    filters = {"name": "name__icontains"}
    duplicate = "APIG.3325"

    def queryset(self) -> QuerySet[Any]:
        return super().queryset().annotate(bound_app_num=Count("bindings"))

    def save(self, target: Any = None, **known: Any) -> Any:
        return self.find(super().save(target, **known).pk)

    def of_app(self, request: Request, app_id: str, **kwargs: Any) -> Response:
        """The one quota that a credential has."""
        app = found(models.Credential, app_id)
        bound = models.AppQuotaBinding.objects.filter(app=app).first()
        if bound is None:
            raise absent(models.AppQuota, f"of the app {app_id}")
        return self.reply(self.find(bound.quota_id))


class QuotaApps(Endpoint):
    """The credentials of a quota, and those that could be."""

    model = models.AppQuotaBinding
    verbs = {"list": "view", "free": "view", "bind": "add", "destroy": "delete"}

    @property
    def quota(self) -> models.AppQuota:
        row: models.AppQuota = found(models.AppQuota, self.kwargs["app_quota_id"])
        return row

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = self.quota.bindings.select_related("app", "quota")
        rows = self.filtered(rows, {"app_name": "app__name__icontains"})
        return self.page(rows, "apps", _bound)

    def free(self, request: Request, **kwargs: Any) -> Response:
        """Those without a quota."""
        found(models.AppQuota, self.kwargs["app_quota_id"])
        rows = models.Credential.objects.filter(quota_binding=None)
        rows = self.filtered(rows, {"app_name": "name__icontains"})
        return self.page(rows, "apps", _app)

    def bind(self, request: Request, **kwargs: Any) -> Response:
        """A credential of the quota stays one; one of another is refused."""
        quota = self.quota
        apps = self.objects("app_ids", models.Credential)
        made = [_bind(quota, app) for app in apps]
        return Response({"applies": [_applied(row) for row in made]}, status=201)

    def destroy(self, request: Request, app_id: str, **kwargs: Any) -> Response:
        row = self.quota.bindings.filter(app=app_id).first()
        if row is None:
            raise absent(models.Credential, app_id)
        row.delete()
        return Response(status=204)


def _bind(quota: models.AppQuota, app: models.Credential) -> models.AppQuotaBinding:
    row = quota.bindings.filter(app=app).first()
    if row is None:
        row = models.AppQuotaBinding(quota=quota, app=app)
        row.save_valid()
    return row


def _applied(row: models.AppQuotaBinding) -> dict[str, Any]:
    return {
        "app_quota_id": row.quota_id,
        "app_id": row.app_id,
        "bound_time": _TIME.to_representation(row.bound_time),
    }


def _bound(row: models.AppQuotaBinding) -> dict[str, Any]:
    """A credential of a quota."""
    return _app(row.app) | _applied(row) | {"app_quota_name": row.quota.name}


def _app(app: models.Credential) -> dict[str, Any]:
    return {
        "app_id": app.pk,
        "name": app.name,
        "status": 1,
        "app_key": app.app_key,
        "remark": app.remark,
        "register_time": _TIME.to_representation(app.register_time),
        "update_time": _TIME.to_representation(app.update_time),
    }
