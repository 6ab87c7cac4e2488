"""Signature keys toward backends: keys and bindings (policies.md section 3.1)."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.binding import Bindings, Policies, api_of, bound_api
from console.rest.serializers import Serializer, Time

_TIME = Time()


class SignSerializer(Serializer):
    """A key, with its secret: a reply to who has just made or changed it."""

    class Meta:
        model = models.Signature
        fields = (
            "id",
            "name",
            "sign_type",
            "sign_key",
            "sign_secret",
            "sign_algorithm",
            "create_time",
            "update_time",
        )
        read_only_fields = ("id", "create_time", "update_time")


class Signs(Policies):
    model = models.Signature
    serializer = SignSerializer
    key = "sign_id"
    items = "signs"
    filters = {"id": "id", "name": "name__icontains"}
    duplicate = "APIG.3207"

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = self.filtered(self.queryset(), self.filters)
        return self.page(rows, self.items, self._listed)

    def _listed(self, row: Any) -> dict[str, Any]:
        counts = {"bind_num": row.bind_num, "ldapi_bind_num": 0}
        return self.show(row) | counts | {"sign_secret": row.masked_secret}

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Its bindings go with it."""
        target = self.target
        target.bindings.all().delete()
        target.delete()
        return Response(status=204)


class SignBindings(Bindings):
    model = models.SignatureBinding
    policy = models.Signature
    key = "sign_bindings_id"
    chosen = "sign_id"
    prefix = "sign"
    made = "bindings"
    policies = "bindings"
    apis = "bindings"

    def shown(self, row: models.SignatureBinding) -> dict[str, Any]:
        return self.shown_policy(row) | {"sign_secret": row.policy.sign_secret}

    def shown_api(self, row: models.SignatureBinding) -> dict[str, Any]:
        return bound_api(row) | {
            "id": row.pk,
            "binding_time": _TIME.to_representation(row.apply_time),
            "sign_id": row.policy_id,
            "sign_name": row.policy.name,
        }

    def shown_policy(self, row: models.SignatureBinding) -> dict[str, Any]:
        return self.shown_api(row) | {
            "sign_key": row.policy.sign_key,
            "sign_secret": row.policy.masked_secret,
            "sign_type": row.policy.sign_type,
        }

    def shown_free(self, row: Any) -> dict[str, Any]:
        return api_of(row) | {"signature_name": row.other or ""}
