"""Authorizations: which credential may call which API (api.md section 8.1)."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from console import models
from console.rest.absent import Reference, found
from console.rest.binding import of_tags
from console.rest.resources import Endpoint
from console.rest.serializers import Time

_TIME = Time()
_SUCCESS = {"status": "SUCCESS"}
_SKIPPED = {"status": "SKIPPED"}
_FAILED = {"status": "FAILED", "error_code": "APIG.2011"}


class Environment(Serializer):
    """The environment that a body names."""

    env_id = Reference(models.Environment)


class AppAuths(Endpoint):
    """One row for each pair of credential and API in an environment."""

    model = models.Authorization

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Bind every credential to every API; each pair says how it went."""
        env = self.given(Environment)["env_id"]
        apps = self.objects("app_ids", models.Credential)
        apis = self.objects("api_ids", models.Api)
        made = [_bind(app, api, env) for app in apps for api in apis]
        return Response({"auths": made}, status=201)

    def destroy(self, request: Request, app_auth_id: str, **kwargs: Any) -> Response:
        found(self.model, app_auth_id).delete()
        return Response(status=204)


class BoundApis(AppAuths):
    """The APIs of a credential."""

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = of_tags(_ROWS.filter(app=self.required("app_id")), request)
        return self.page(self.filtered(rows, _FILTERS), "auths", _shown)


class BoundApps(AppAuths):
    """The credentials of an API."""

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = _ROWS.filter(api=self.required("api_id"))
        return self.page(self.filtered(rows, _FILTERS), "auths", _shown)


class FreeApis(AppAuths):
    """The APIs that a credential is not bound to, and could be."""

    def list(self, request: Request, **kwargs: Any) -> Response:
        bound = models.Authorization.objects.filter(app=self.required("app_id"))
        bound = self.filtered(bound, {"env_id": "env"})
        rows = models.Api.objects.filter(auth_type=models.Api.Auth.APP)
        rows = rows.exclude(pk__in=bound.values("api")).select_related("group")
        rows = of_tags(rows, request, "pk")
        return self.page(self.filtered(rows, _FREE_FILTERS), "apis", _api)


_ROWS = models.Authorization.objects.select_related("app", "api__group", "env")
_FILTERS = {
    "app_id": "app",
    "app_name": "app__name__icontains",
    "api_id": "api",
    "api_name": "api__name__icontains",
    "group_id": "api__group",
    "group_name": "api__group__name__icontains",
    "env_id": "env",
}
_FREE_FILTERS = {
    "api_id": "pk",
    "api_name": "name__icontains",
    "group_id": "group",
}


def _bind(
    app: models.Credential, api: models.Api, env: models.Environment
) -> dict[str, Any]:
    """Bind a pair, unless it is bound already or cannot be; says which."""
    pair = {"app": app, "api": api, "env": env}
    row, result = models.Authorization.objects.filter(**pair).first(), _SKIPPED
    if row is None:
        row, result = models.Authorization(**pair), _SUCCESS
        try:
            row.save_valid()
        except ValidationError as error:
            row, result = None, _FAILED | {"error_msg": error.messages[0]}
    time = row and _TIME.to_representation(row.auth_time)
    return {
        "id": row.pk if row else "",
        "auth_time": time,
        "api_id": api.pk,
        "app_id": app.pk,
        "auth_role": "PROVIDER",
        "auth_tunnel": "NORMAL",
        "auth_whitelist": [],
        "auth_blacklist": [],
        "visit_params": "",
        "auth_result": result | {"api_name": api.name, "app_name": app.name},
    }


def _shown(row: models.Authorization) -> dict[str, Any]:
    api, app, env = row.api, row.app, row.env
    return {
        "id": row.pk,
        "api_id": api.pk,
        "api_name": api.name,
        "group_id": api.group_id,
        "group_name": api.group.name,
        "api_type": api.type,
        "api_remark": api.remark,
        "env_id": env.pk,
        "env_name": env.name,
        "app_id": app.pk,
        "app_name": app.name,
        "app_remark": app.remark,
        "app_type": "apig",
        "app_creator": "USER",
        "auth_role": "PROVIDER",
        "auth_tunnel": "NORMAL",
        "auth_time": _TIME.to_representation(row.auth_time),
        "tags": api.tags,
    }


def _api(api: models.Api) -> dict[str, Any]:
    return {
        "id": api.pk,
        "name": api.name,
        "group_id": api.group_id,
        "group_name": api.group.name,
        "req_uri": api.req_uri,
        "auth_type": api.auth_type,
        "remark": api.remark,
        "tags": api.tags,
    }
