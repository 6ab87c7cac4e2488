"""Writing the APIs of a group as a document (reference: api.md section 9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from console import bindings, models
from console.openapi import extended, operations
from console.openapi.names import (
    ACLS,
    ANY_METHOD,
    PREFIX,
    RESPONSES,
    THROTTLES,
    Document,
    kept,
)

DEFINES = ("spec", "proxy", "all", "dev")
VERSIONS = ("2.0", "3.0")


@dataclass
class Wanted:
    """What to export: `define` is how much of it, `dev` what is saved, not published.

    `version` is the user's, blank for the time; `apis` are ids, empty for all.
    """

    group: models.ApiGroup
    env: models.Environment
    now: datetime
    define: str = "spec"
    oas_version: str = "2.0"
    version: str = ""
    apis: Iterable[str] = ()


def export(wanted: Wanted) -> Document:
    """The document; ValidationError when it cannot hold two APIs beside each other."""
    v3 = wanted.oas_version == "3.0"
    domain = wanted.group.domains.first()
    how = operations.Writing(
        host=domain.url_domain if domain else wanted.group.sl_domain,
        v3=v3,
        backends=wanted.define != "spec",
        whole=wanted.define == "all",
        rules=dict(
            models.Orchestration.objects.values_list("pk", "orchestration_name")
        ),
    )
    root: Document = {RESPONSES: {}, THROTTLES: {}, ACLS: {}}
    paths: dict[str, Document] = {}
    for api in _apis(wanted):
        operation = operations.written(api, how)
        if how.whole:
            operation |= _bound(api, wanted.env, root)
        root[RESPONSES][api.response.name] = extended.response(api.response)
        _place(paths, api, operation)
    if not how.whole:
        root = {RESPONSES: root[RESPONSES]}
    return _document(wanted, how, paths, root)


def _apis(wanted: Wanted) -> list[models.Api]:
    """What is saved, or what is published as it was frozen."""
    ids = list(wanted.apis)
    if wanted.define == "dev":
        rows = models.Api.objects.filter(group=wanted.group)
        rows = rows.select_related("authorizer", "response")
        return list(rows.filter(pk__in=ids) if ids else rows)
    live = models.Release.objects.filter(
        env=wanted.env, api__group=wanted.group, status=models.Release.Status.EFFECTIVE
    ).order_by("api__name")
    live = live.filter(api__in=ids) if ids else live
    return [models.Api(pk=r.api_id, group=wanted.group, **r.definition) for r in live]


def _bound(api: models.Api, env: models.Environment, root: Document) -> Document:
    """Policies of an API by name; what they say goes to the root."""
    found: Document = {}
    for binding in bindings.of_api(api, env):
        policy: Any = binding.policy
        match policy:
            case models.Throttle():
                found[f"{PREFIX}ratelimit"] = policy.name
                root[THROTTLES][policy.name] = extended.throttle(policy)
            case models.Acl():
                found[f"{PREFIX}access-control"] = policy.acl_name
                root[ACLS][policy.acl_name] = extended.acl(policy)
            case models.Plugin():
                found.setdefault(f"{PREFIX}plugins", []).append(policy.plugin_name)
    return found


def _place(paths: dict[str, Document], api: models.Api, operation: Document) -> None:
    item = paths.setdefault(api.req_uri, {})
    method = api.req_method.lower()
    key = ANY_METHOD if method == "any" else method
    if key in item:
        text = (
            f"{api.name} and {item[key]['operationId']} have the same method and path: "
            "export them one by one."
        )
        raise ValidationError(text, code="APIG.3301")
    item[key] = operation


def _document(
    wanted: Wanted, how: operations.Writing, paths: Document, root: Document
) -> Document:
    info = {
        "title": wanted.group.name,
        "version": wanted.version or f"{wanted.now:%Y-%m-%d-%H:%M:%S}",
        **kept({"description": wanted.group.remark}),
    }
    extras = kept(root)
    if how.v3:
        servers = [{"url": f"https://{how.host}"}]
        head: Document = {"openapi": "3.0.0", "info": info, "servers": servers}
        components = kept({"securitySchemes": how.schemes}) | extras
        return head | {"paths": paths} | kept({"components": components})
    head = {"swagger": "2.0", "info": info, "host": how.host, "paths": paths}
    return head | kept({"securityDefinitions": how.schemes}) | extras
