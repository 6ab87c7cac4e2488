"""Reading the APIs of a document into a group (reference: api.md section 9.1).

Each API is made or refused for itself; a refused one leaves nothing behind.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from console import access, bindings, limits, models
from console.models.api import path_shape
from console.models.api.shape import broken
from console.openapi import backends, extended, files, operations, security
from console.openapi.files import Unreadable
from console.openapi.names import (
    ACLS,
    ANY_METHOD,
    METHODS,
    RESPONSES,
    THROTTLES,
    Document,
)
from console.setup import ensure_default_response

# What a file may make or change.
_MADE = (
    models.Api,
    models.ApiGroup,
    models.GatewayResponse,
    models.Authorizer,
    models.Throttle,
    models.Acl,
)
_FIELDS = [
    f for f in models.Api._meta.concrete_fields if f.editable and not f.primary_key
]


@dataclass(frozen=True)
class Mode:
    """`group` is None for a new one; what is there already is kept, or overridden.

    `simple` takes files without extensions, `mock` gives every API a Mock.
    """

    group: models.ApiGroup | None = None
    override_apis: bool = False
    override_extended: bool = False
    simple: bool = False
    mock: bool = False


@dataclass
class Report:
    """How it went, as the management API says it."""

    group: models.ApiGroup
    success: list[Document] = field(default_factory=list)
    failure: list[Document] = field(default_factory=list)
    ignore: list[Document] = field(default_factory=list)

    def shown(self) -> Document:
        return {
            "group_id": self.group.pk,
            "success": self.success,
            "failure": self.failure,
            "swagger": {"id": uuid.uuid4().hex, "result": "Success"},
            "ignore": self.ignore,
        }


@dataclass(frozen=True)
class Entry:
    """An operation of the document, where it stands."""

    method: str
    path: str
    raw: Any
    shared: Any

    @property
    def place(self) -> Document:
        return {"method": self.method.upper(), "path": self.path}


def may_import(user: Any) -> bool:
    """Whether a user may make and change everything that a file can bring."""
    verbs = ("add", "change")
    return all(access.may(user, verb, noun) for noun in _MADE for verb in verbs)


@transaction.atomic
def load(content: bytes, mode: Mode) -> Report:
    """Import a file; Unreadable or ValidationError when none of it can be."""
    document = files.read(content)
    v3 = _check_version(document)
    entries = list(_entries(document, v3=v3))
    limits.check("API_SWAGGER_NUM_LIMIT", len(entries))
    group = mode.group or _new_group(document)
    report = Report(group)
    reading = _reading(document, group, mode, v3=v3)
    seen: set[str] = set()
    for entry in entries:
        _load(entry, reading, mode, report, seen)
    return report


def _check_version(document: Document) -> bool:
    """Whether it is 3.0; Unreadable for what is neither that nor 2.0."""
    v3 = str(document.get("openapi", "")).startswith("3.0")
    if not v3 and str(document.get("swagger", "")) != "2.0":
        raise Unreadable("APIG.3601", "OpenAPI 2.0 and 3.0 are supported.")
    info = document.get("info")
    if not isinstance(info, dict) or not isinstance(info.get("title"), str):
        raise Unreadable("APIG.2044", "The file has no info.title.")
    if v3 and not isinstance(document.get("servers", []), list):
        raise Unreadable("APIG.2045", "servers: a list is needed.")
    if not isinstance(document.get("paths"), dict):
        raise Unreadable("APIG.3602", "The file has no paths.")
    return v3


def _entries(document: Document, *, v3: bool) -> Iterator[Entry]:
    base = "" if v3 else str(document.get("basePath") or "").rstrip("/")
    for path, item in document["paths"].items():
        if not isinstance(item, dict):
            raise Unreadable("APIG.3602", f"{path}: an object is needed.")
        for key in (*METHODS, ANY_METHOD):
            if key in item:
                method = "any" if key == ANY_METHOD else key
                yield Entry(method, base + path, item[key], item.get("parameters"))


def _new_group(document: Document) -> models.ApiGroup:
    """Named by the title, as far as names of groups go."""
    info = document["info"]
    name, remark = operations.as_name(info["title"]), info.get("description")
    text = remark if isinstance(remark, str) else ""
    if models.ApiGroup.objects.filter(name=name).exists():
        raise Unreadable(
            "APIG.3201", f"The API group name already exists, group_name:{name}"
        )
    group = models.ApiGroup(name=name, remark=text[:1000])
    try:
        group.save_valid()
    except ValidationError as error:
        raise Unreadable("APIG.2044", f"info.title: {said(error)[1]}") from None
    ensure_default_response(group)
    return group


def _reading(
    document: Document, group: models.ApiGroup, mode: Mode, *, v3: bool
) -> operations.Reading:
    """What operations refer to, made before they are read."""
    root = document.get("components") if v3 else document
    root = root if isinstance(root, dict) else {}
    key = "securitySchemes" if v3 else "securityDefinitions"
    schemes = dict(_objects(root.get(key), key))
    return operations.Reading(
        document=document,
        v3=v3,
        schemes=schemes,
        authorizers=_authorizers(schemes, mode),
        responses=_responses(root.get(RESPONSES), group, mode),
        rules=dict(
            models.Orchestration.objects.values_list("orchestration_name", "pk")
        ),
        policies=_policies(root, mode),
        mock=mode.mock,
    )


def _authorizers(schemes: Document, mode: Mode) -> dict[str, models.Authorizer]:
    """By scheme; one that cannot be made is left out, and fails who needs it."""
    found: dict[str, models.Authorizer] = {}
    for scheme, raw in schemes.items():
        given = raw.get(security.AUTHORIZER) if isinstance(raw, dict) else None
        if not isinstance(given, dict):
            continue
        name = security.authorizer_name(scheme, given)
        row = models.Authorizer.objects.filter(name=name).first()
        if "authorizer_uri" in given and (row is None or mode.override_extended):
            row = _made(row or models.Authorizer(name=name), given)
        if row is not None:
            found[scheme] = row
    return found


def _made(row: models.Authorizer, given: Document) -> models.Authorizer | None:
    try:
        with transaction.atomic():
            security.read_authorizer(row, given)
    except ValidationError:
        return None
    return row


def _responses(
    raw: Any, group: models.ApiGroup, mode: Mode
) -> dict[str, models.GatewayResponse]:
    known = {row.name: row for row in group.gateway_responses.all()}
    known.setdefault("default", ensure_default_response(group))
    for name, given in _objects(raw, RESPONSES):
        row = known.get(name)
        if row is None or mode.override_extended:
            row = row or models.GatewayResponse(group=group, name=name)
            extended.read_response(row, given)
            known[name] = row
    return known


def _policies(root: Document, mode: Mode) -> dict[tuple[str, str], Any]:
    """Throttling and access control policies by the extension that names them."""
    kinds: Any = (
        ("ratelimit", THROTTLES, models.Throttle, extended.read_throttle),
        ("access-control", ACLS, models.Acl, extended.read_acl),
    )
    found = {}
    for extension, key, model, read in kinds:
        for name, given in _objects(root.get(key), key):
            row = model.objects.filter(**{model.title_field: name}).first()
            if row is None or mode.override_extended:
                row = row or model(**{model.title_field: name})
                read(row, given)
            found[extension, name] = row
    return found


def _objects(raw: Any, what: str) -> list[tuple[str, Document]]:
    raw = raw or {}
    if not isinstance(raw, dict) or not all(isinstance(v, dict) for v in raw.values()):
        raise broken(f"{what}: an object of objects.")
    return list(raw.items())


def _load(
    entry: Entry,
    reading: operations.Reading,
    mode: Mode,
    report: Report,
    seen: set[str],
) -> None:
    """One API; `seen` are the ids of those that this file had before."""
    bare = isinstance(entry.raw, dict) and not backends.has_backend(entry.raw)
    if mode.simple and not mode.mock and bare:
        report.ignore.append(entry.place)
        return
    try:
        with transaction.atomic():
            api, action = _save(entry, reading, mode, report.group, seen)
    except ValidationError as error:
        code, text = said(error)
        report.failure.append(entry.place | {"error_code": code, "error_msg": text})
        return
    seen.add(api.pk)
    report.success.append(entry.place | {"id": api.pk, "action": action})


def _save(
    entry: Entry,
    reading: operations.Reading,
    mode: Mode,
    group: models.ApiGroup,
    seen: set[str],
) -> tuple[models.Api, str]:
    raw = reading.resolved(entry.raw)
    fields = operations.read(entry.method, entry.path, raw, entry.shared, reading)
    api = _same(group, fields, seen) if mode.override_apis else None
    action = "create" if api is None else "update"
    api = api or models.Api(group=group)
    for name, value in (_defaults() | fields).items():
        setattr(api, name, value)
    api.save_valid()
    for policy in reading.bound(raw):
        for live in api.releases.filter(status=models.Release.Status.EFFECTIVE):
            bindings.bind(policy, [api], live.env)
    return api, action


def _same(
    group: models.ApiGroup, fields: Document, seen: set[str]
) -> models.Api | None:
    """The API of the group with the route, or else the name, of what is read."""
    rows = group.apis.exclude(pk__in=seen)
    shape, method = path_shape(fields["req_uri"]), fields["req_method"]
    alike = rows.filter(req_method=method, match_mode=fields["match_mode"])
    for pk, uri in alike.values_list("pk", "req_uri"):
        if path_shape(uri) == shape:
            return rows.get(pk=pk)
    return rows.filter(name=fields["name"]).first()


def _defaults() -> Document:
    """A definition is replaced whole: what is left out gets its default."""
    return {f.name: f.get_default() for f in _FIELDS if f.name != "group"}


def said(error: ValidationError) -> tuple[str, str]:
    """Code and text of the first broken rule."""
    lists = getattr(error, "error_dict", None) or {"": error.error_list}
    first = next(iter(lists.values()))[0]
    code = str(first.code or "")
    return code if code.startswith("APIG.") else "APIG.2012", first.messages[0]
