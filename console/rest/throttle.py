"""Request throttling: policies, exclusions, bindings (policies.md section 1.1)."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField
from rest_framework.serializers import Serializer as PlainSerializer

from console import models
from console.rest.absent import found
from console.rest.binding import Bindings, Policies, api_of
from console.rest.resources import Resource
from console.rest.serializers import Serializer, Time, Whole

_TIME = Time()
_REQUIRED = {"required": True}


class ThrottleSerializer(Serializer):
    bind_num = IntegerField(read_only=True)

    class Meta:
        model = models.Throttle
        fields = (
            "id",
            "name",
            "type",
            "time_interval",
            "time_unit",
            "api_call_limits",
            "user_call_limits",
            "app_call_limits",
            "ip_call_limits",
            "remark",
            "create_time",
            "bind_num",
        )
        read_only_fields = ("id", "create_time")
        extra_kwargs = {"time_unit": _REQUIRED, "time_interval": _REQUIRED}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return super().to_representation(instance) | {
            "is_inclu_special_throttle": 1 if instance.excludes else 2,
            "enable_adaptive_control": "FALSE",
        }


class Throttles(Policies):
    model = models.Throttle
    serializer = ThrottleSerializer
    key = "throttle_id"
    items = "throttles"
    filters = {"id": "id", "name": "name__icontains"}
    duplicate = "APIG.3204"

    def queryset(self) -> QuerySet[Any]:
        specials = models.ThrottleSpecial.objects.filter(throttle=OuterRef("pk"))
        return super().queryset().annotate(excludes=Exists(specials))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Its bindings go with it."""
        target = self.target
        target.bindings.all().delete()
        target.delete()
        return Response(status=204)


class SpecialSerializer(Serializer):
    class Meta:
        model = models.ThrottleSpecial
        fields = (
            "id",
            "call_limits",
            "apply_time",
            "object_id",
            "object_type",
            "throttle_id",
        )
        read_only_fields = ("id", "apply_time", "throttle_id")

    def to_representation(self, instance: Any) -> dict[str, Any]:
        name = instance.app_name or ""
        is_app = instance.object_type == models.ThrottleSpecial.ObjectType.APP
        return super().to_representation(instance) | {
            "object_name": name if is_app else instance.object_id,
            "app_id": instance.object_id if is_app else "",
            "app_name": name if is_app else "",
        }


class Threshold(PlainSerializer):
    call_limits = Whole()


class Specials(Resource):
    """Excluded credentials and tenants."""

    model = models.ThrottleSpecial
    serializer = SpecialSerializer
    key = "strategy_id"
    items = "throttle_specials"
    within = ("throttle_id", models.Throttle, "throttle")
    filters = {
        "object_type": "object_type",
        "app_name": "app_name__icontains",
        "user": "object_id__icontains",
    }

    def queryset(self) -> QuerySet[Any]:
        names = models.Credential.objects.filter(pk=OuterRef("object_id"))
        return super().queryset().annotate(app_name=Subquery(names.values("name")[:1]))

    def create(self, request: Request, **kwargs: Any) -> Response:
        if self.body.get("object_type") == models.ThrottleSpecial.ObjectType.APP:
            self._check_app(self.body.get("object_id"))
        return self.reply(self.find(self.save().pk), status=201)

    def update(self, request: Request, **kwargs: Any) -> Response:
        """The threshold alone can change."""
        row = self.target
        row.call_limits = self.given(Threshold)["call_limits"]
        row.save_valid()
        return self.reply(row)

    def _check_app(self, id: Any) -> None:
        if id:
            found(models.Credential, id)


class ThrottleBindings(Bindings):
    model = models.ThrottleBinding
    policy = models.Throttle
    key = "throttle_binding_id"
    chosen = "strategy_id"
    prefix = "throttle"
    made = "throttle_applys"
    several = "throttle_bindings"
    policies = "throttles"

    def shown(self, row: models.ThrottleBinding) -> dict[str, Any]:
        return {
            "id": row.pk,
            "publish_id": row.publish_id,
            "strategy_id": row.policy_id,
            "scope": 1,
            "apply_time": _TIME.to_representation(row.apply_time),
        }

    def shown_api(self, row: models.ThrottleBinding) -> dict[str, Any]:
        return api_of(row) | {
            "throttle_apply_id": row.pk,
            "apply_time": _TIME.to_representation(row.apply_time),
            "throttle_name": row.policy.name,
        }

    def shown_policy(self, row: models.ThrottleBinding) -> dict[str, Any]:
        policy = Throttles().queryset().get(pk=row.policy_id)
        return dict(ThrottleSerializer(policy).data) | {
            "env_name": row.env.name,
            "bind_id": row.pk,
            "bind_time": _TIME.to_representation(row.apply_time),
        }

    def shown_free(self, row: Any) -> dict[str, Any]:
        return api_of(row) | {"throttle_name": row.other or ""}
