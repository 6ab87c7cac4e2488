"""Authorizations: which credential may call which API (api.md section 8.1)."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest import errors
from console.rest.resources import Endpoint
from console.rest.serializers import Time

_TIME = Time()
_SUCCESS = {"status": "SUCCESS"}
_SKIPPED = {"status": "SKIPPED"}
_FAILED = {"status": "FAILED", "error_code": "APIG.2011"}


class AppAuths(Endpoint):
    """One row for each pair of credential and API in an environment."""

    model = models.Authorization

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Bind every credential to every API; each pair says how it went."""
        apps = self._named("app_ids", models.Credential, "APIG.3004", "App")
        apis = self._named("api_ids", models.Api, "APIG.3002", "API")
        env = _environment(request.data.get("env_id"))
        made = [_bind(app, api, env) for app in apps for api in apis]
        return Response({"auths": made}, status=201)

    def destroy(self, request: Request, app_auth_id: str, **kwargs: Any) -> Response:
        found = models.Authorization.objects.filter(pk=app_auth_id).first()
        if found is None:
            text = f"The app authorization record does not exist,id:{app_auth_id}"
            raise errors.missing("APIG.3009", text)
        found.delete()
        return Response(status=204)

    def _named(self, name: str, model: Any, code: str, noun: str) -> list[Any]:
        """The objects of a list of ids; the documented error for one that is not."""
        ids = self.request.data.get(name)
        if not isinstance(ids, list) or not ids:
            raise errors.invalid(name, "required")
        if not all(isinstance(id, str) for id in ids):
            raise errors.invalid(name)
        known = model.objects.in_bulk(ids)
        for id in ids:
            if id not in known:
                raise errors.missing(code, f"{noun} {id} does not exist")
        return [known[id] for id in dict.fromkeys(ids)]


class BoundApis(AppAuths):
    """The APIs of a credential."""

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = _ROWS.filter(app=self.required("app_id"))
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


def _environment(id: Any) -> models.Environment:
    if not isinstance(id, str) or not id:
        raise errors.invalid("env_id", "required")
    found = models.Environment.objects.filter(pk=id).first()
    if found is None:
        raise errors.missing("APIG.3003", f"Environment {id} does not exist")
    return found


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
