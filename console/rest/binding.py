"""Policies bound to APIs: one endpoint for every kind (policies.md section 0.2).

A binding is of an API in one environment; `publish_id` is the id of that pair.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from console import bindings, models
from console.models.binding import Policy
from console.models.release import publish_id
from console.rest.absent import absent, found, known_of
from console.rest.api import tagged
from console.rest.errors import missing
from console.rest.resources import Endpoint, Resource

OF_API = {
    "api_id": "api",
    "api_name": "api__name__icontains",
    "group_id": "api__group",
    "env_id": "env",
    "req_method": "api__req_method",
    "req_uri": "api__req_uri__icontains",
}


class Policies(Resource):
    """Policies that tell to how many APIs they are bound (`bind_num`)."""

    def queryset(self) -> QuerySet[Any]:
        return super().queryset().annotate(bind_num=Count("bindings"))

    def save(self, target: Any = None, **known: Any) -> Any:
        return self.find(super().save(target, **known).pk)


class Bindings(Endpoint):
    """What binds, unbinds and lists, from the policy's side and from the API's.

    `key` names a binding in the URL; `chosen` the policy in a body, `prefix` in a
    query; `made`, `several` and `policies` the lists of what is bound, to unbind, and
    on an API.
    """

    policy: ClassVar[type[Policy]]
    key: ClassVar[str]
    chosen: ClassVar[str]
    prefix: ClassVar[str]
    made: ClassVar[str]
    several: ClassVar[str]
    policies: ClassVar[str]
    apis = "apis"
    verbs: ClassVar[Mapping[str, str]] = {
        "create": "add",
        "destroy": "delete",
        "unbind": "delete",
        "of_policy": "view",
        "of_api": "view",
        "free": "view",
    }

    def shown(self, row: Any) -> dict[str, Any]:
        """A binding as the reply to its making has it."""
        raise NotImplementedError

    def shown_api(self, row: Any) -> dict[str, Any]:
        """A binding in the list of a policy's APIs."""
        raise NotImplementedError

    def shown_policy(self, row: Any) -> dict[str, Any]:
        """A binding in the list of an API's policies."""
        raise NotImplementedError

    def shown_free(self, row: Any) -> dict[str, Any]:
        """A release without the policy; `other` is the one that is in its place."""
        raise NotImplementedError

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Bind, in place of what is bound there."""
        policy = self._chosen()
        made = [
            row
            for release in _live(self.ids("publish_ids"))
            for row in bindings.bind(policy, [release.api], release.env)
        ]
        return Response({self.made: [self.shown(row) for row in made]}, status=201)

    def _chosen(self) -> Any:
        """The policy that the body names."""
        if id := self.body.get(self.chosen):
            return found(self.policy, id)
        raise self.dialect.parameter(self.chosen, "required")

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        found(self.model, kwargs[self.key]).delete()
        return Response(status=204)

    def unbind(self, request: Request, **kwargs: Any) -> Response:
        """End those that are there; say which are not."""
        self.check_deletes()
        ids = list(dict.fromkeys(self.ids(self.several)))
        known = known_of(self.model, ids)
        for row in known.values():
            row.delete()
        lacking = [self._failure(id) for id in ids if id not in known]
        return Response({"success_count": len(known), "failure": lacking})

    def _failure(self, id: str) -> dict[str, Any]:
        error = absent(self.model, id)
        nobody = {"api_id": "", "api_name": ""}
        return failure(error) | {"bind_id": id} | nobody

    def of_policy(self, request: Request, **kwargs: Any) -> Response:
        """The APIs of a policy."""
        policy = found(self.policy, self.required(f"{self.prefix}_id"))
        rows = of_tags(self.rows.filter(policy=policy), request)
        return self.page(self.filtered(rows, OF_API), self.apis, self.shown_api)

    def of_api(self, request: Request, **kwargs: Any) -> Response:
        """The policies of an API."""
        api = found(models.Api, self.required("api_id"))
        filters = {
            "env_id": "env",
            "env_name": "env__name__icontains",
            f"{self.prefix}_id": "policy",
            f"{self.prefix}_name": f"policy__{self.policy.title_field}__icontains",
        }
        rows = self.filtered(self.rows.filter(api=api), filters)
        return self.page(rows, self.policies, self.shown_policy)

    def free(self, request: Request, **kwargs: Any) -> Response:
        """What is published and not bound to a policy."""
        policy = found(self.policy, self.required(f"{self.prefix}_id"))
        rows = of_tags(unbound(policy), request)
        return self.page(self.filtered(rows, OF_API), "apis", self.shown_free)

    @property
    def rows(self) -> QuerySet[Any]:
        rows = self.model._default_manager.all()
        return rows.select_related("policy", "api__group", "env")


def of_tags(rows: QuerySet[Any], request: Request, api: str = "api") -> QuerySet[Any]:
    """Those whose APIs (`api` says where) have one of the tags that were asked for."""
    tags = ",".join(request.query_params.getlist("tags"))
    return rows.filter(**{f"{api}__in": tagged(tags.split(","))}) if tags else rows


def failure(error: Any) -> dict[str, Any]:
    """Why one of a batch could not be done."""
    return {"error_code": error.code, "error_msg": error.text}


def unbound(policy: Policy) -> QuerySet[models.Release]:
    """What is live and has another policy of the slot, its name as `other`, or none."""
    pair = {"api": OuterRef("api"), "env": OuterRef("env"), "slot": policy.slot}
    there = policy.binding_model().objects.filter(**pair)  # type: ignore[attr-defined]
    others = there.values(f"policy__{policy.title_field}")
    live = models.Release.objects.filter(status=models.Release.Status.EFFECTIVE)
    return (
        live.exclude(Exists(there.filter(policy=policy)))
        .annotate(other=Subquery(others[:1]))
        .select_related("api__group", "env")
        .defer("definition")
    )


def _live(ids: list[str]) -> list[models.Release]:
    """What is live under these ids of (API, environment)."""
    rows = models.Release.objects.filter(status=models.Release.Status.EFFECTIVE)
    pairs = rows.values_list("pk", "api", "env")
    known = {publish_id(api, env): pk for pk, api, env in pairs}
    for id in ids:
        if id not in known:
            raise missing("APIG.3015", f"The publication does not exist,id:{id}")
    chosen = [known[id] for id in dict.fromkeys(ids)]
    found = rows.select_related("api__group", "env").defer("definition")
    by_id = found.in_bulk(chosen)
    return [by_id[pk] for pk in chosen]


def api_of(row: Any) -> dict[str, Any]:
    """The API of a binding or release, with where it is live."""
    api = row.api
    return {
        "id": api.pk,
        "name": api.name,
        "type": api.type,
        "remark": api.remark,
        "auth_type": api.auth_type,
        "group_id": api.group_id,
        "group_name": api.group.name,
        "req_uri": api.req_uri,
        "req_method": api.req_method,
        "tags": api.tags,
        "run_env_id": row.env_id,
        "run_env_name": row.env.name,
        "publish_id": row.publish_id,
    }


def bound_api(row: Any) -> dict[str, Any]:
    """The API of a binding, by the other names that some lists have for it."""
    api = row.api
    return {
        "publish_id": row.publish_id,
        "api_id": api.pk,
        "api_name": api.name,
        "api_type": api.type,
        "api_remark": api.remark,
        "env_id": row.env_id,
        "env_name": row.env.name,
        "group_name": api.group.name,
        "req_method": api.req_method,
        "tags": api.tags,
    }
