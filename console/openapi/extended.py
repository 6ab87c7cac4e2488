"""What APIs refer to by name: policies, gateway responses (api.md section 9.3)."""

from collections.abc import Callable
from typing import Any

from console import models
from console.models.api.shape import broken
from console.openapi.names import Document, kept

_LIMITS = {
    "api-limit": "api_call_limits",
    "user-limit": "user_call_limits",
    "app-limit": "app_call_limits",
    "ip-limit": "ip_call_limits",
    "interval": "time_interval",
    "unit": "time_unit",
}
_SPECIAL = {"type": "object_type", "limit": "call_limits", "instance": "object_id"}
_ACL = {"acl-type": "acl_type", "entity-type": "entity_type", "value": "acl_value"}
_JSON = "application/json"
Read = Callable[[Any, Document], None]


def throttle(row: models.Throttle) -> Document:
    special = [
        {theirs: getattr(one, ours) for theirs, ours in _SPECIAL.items()}
        for one in row.specials.all()
    ]
    limits = {theirs: getattr(row, ours) or None for theirs, ours in _LIMITS.items()}
    shared = {"shared": row.type == models.Throttle.Type.SHARED}
    return kept(limits | {"special": special}) | shared


def read_throttle(row: models.Throttle, raw: Document) -> None:
    for theirs, ours in _LIMITS.items():
        setattr(row, ours, raw.get(theirs, 0))
    kinds = models.Throttle.Type
    row.type = kinds.SHARED if raw.get("shared") is True else kinds.SPECIFIC
    row.specials.all().delete()
    row.save_valid()
    for one in _list(raw.get("special")):
        special = models.ThrottleSpecial(throttle=row)
        for theirs, ours in _SPECIAL.items():
            setattr(special, ours, one.get(theirs))
        special.save_valid()


def acl(row: models.Acl) -> Document:
    return {theirs: getattr(row, ours) for theirs, ours in _ACL.items()}


def read_acl(row: models.Acl, raw: Document) -> None:
    for theirs, ours in _ACL.items():
        setattr(row, ours, raw.get(theirs))
    row.save_valid()


def response(row: models.GatewayResponse) -> Document:
    """The types that are not the product's own."""
    return {
        name: kept(
            {
                "status": own.get("status"),
                "body": {_JSON: own["body"]},
                "headers": {h["key"]: h["value"] for h in own.get("headers", [])},
            }
        )
        for name, own in row.responses.items()
    }


def read_response(row: models.GatewayResponse, raw: Document) -> None:
    row.responses = {name: _own(one) for name, one in raw.items()}
    row.save_valid()


def _own(raw: Any) -> Document:
    if not isinstance(raw, dict):
        raise broken("A gateway response is an object.")
    body, headers = raw.get("body"), raw.get("headers") or {}
    if not isinstance(headers, dict):
        raise broken("The headers of a gateway response are an object.")
    text = body.get(_JSON) if isinstance(body, dict) else body
    pairs = [{"key": key, "value": value} for key, value in headers.items()]
    status = {} if raw.get("status") is None else {"status": raw["status"]}
    return status | {"body": text, "headers": pairs}


def _list(raw: Any) -> list[Document]:
    listed = raw or []
    if not isinstance(listed, list) or not all(isinstance(i, dict) for i in listed):
        raise broken("special: a list of objects.")
    return listed
