"""Access control: policies and bindings (reference: policies.md section 2.1)."""

from typing import Any

from django.db.models import ProtectedError
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest.absent import absent, known_of
from console.rest.binding import Bindings, Policies, api_of, bound_api, failure
from console.rest.errors import Refusal
from console.rest.serializers import Serializer, Time

_TIME = Time()
_REQUIRED = {"required": True}


class AclSerializer(Serializer):
    class Meta:
        model = models.Acl
        fields = (
            "id",
            "acl_name",
            "acl_type",
            "acl_value",
            "entity_type",
            "update_time",
        )
        read_only_fields = ("id", "update_time")
        extra_kwargs = {"acl_type": _REQUIRED, "entity_type": _REQUIRED}


class Acls(Policies):
    model = models.Acl
    verbs = {**Policies.verbs, "remove": "delete"}
    serializer = AclSerializer
    key = "acl_id"
    items = "acls"
    filters = {
        "id": "id",
        "name": "acl_name__icontains",
        "acl_type": "acl_type",
        "entity_type": "entity_type",
    }
    duplicate = "APIG.3206"
    in_use = "APIG.3447"

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = self.filtered(self.queryset(), self.filters)
        return self.page(
            rows, self.items, lambda row: self.show(row) | {"bind_num": row.bind_num}
        )

    def remove(self, request: Request, **kwargs: Any) -> Response:
        """Delete those that can be; say which cannot."""
        self.check_deletes()
        ids = list(dict.fromkeys(self.ids("acls")))
        known = known_of(models.Acl, ids)
        failed = [self._failure(id, known.get(id)) for id in ids]
        lacking = [one for one in failed if one is not None]
        return Response({"success_count": len(ids) - len(lacking), "failure": lacking})

    def _failure(self, id: str, row: models.Acl | None) -> dict[str, Any] | None:
        if row is None:
            return failure(absent(models.Acl, id)) | {"acl_id": id, "acl_name": ""}
        try:
            row.delete()
        except ProtectedError:
            error = Refusal(403, self.in_use, f"{self.noun()} is in use")
            return failure(error) | {"acl_id": id, "acl_name": row.acl_name}
        return None


class AclBindings(Bindings):
    model = models.AclBinding
    policy = models.Acl
    key = "acl_bindings_id"
    chosen = "acl_id"
    prefix = "acl"
    made = "acl_bindings"
    several = "acl_bindings"
    policies = "acls"

    def shown(self, row: models.AclBinding) -> dict[str, Any]:
        return {
            "id": row.pk,
            "api_id": row.api_id,
            "env_id": row.env_id,
            "acl_id": row.policy_id,
            "create_time": _TIME.to_representation(row.apply_time),
        }

    def shown_api(self, row: models.AclBinding) -> dict[str, Any]:
        return bound_api(row) | _bound(row)

    def shown_policy(self, row: models.AclBinding) -> dict[str, Any]:
        acl = row.policy
        return _bound(row) | {
            "acl_id": acl.pk,
            "acl_name": acl.acl_name,
            "entity_type": acl.entity_type,
            "acl_type": acl.acl_type,
            "acl_value": acl.acl_value,
            "env_id": row.env_id,
            "env_name": row.env.name,
        }

    def shown_free(self, row: Any) -> dict[str, Any]:
        return api_of(row) | {"acl_name": row.other or ""}


def _bound(row: models.AclBinding) -> dict[str, Any]:
    bound = _TIME.to_representation(row.apply_time)
    return {"bind_id": row.pk, "bind_time": bound}
