"""What publishing would change, field by field, in words.

A definition is flattened: `Request Parameters › limit › Required`. Members of lists
are known by their names, so that one put in between changes nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from console import models
from console.models.api import backends, params, policies

Definition = Mapping[str, Any]
# What nested documents are called where they are not one field of a form.
GROUPS = {
    "backend_api": "Default Backend",
    "func_info": "Default Backend",
    "mock_info": "Default Backend",
    "policy_https": "Backend Policies",
    "policy_functions": "Backend Policies",
    "policy_mocks": "Backend Policies",
    "backend_params": "Parameter Orchestration",
    "req_params": "Request Parameters",
    "auth_opt": "Authentication",
    "app_code_auth_type": "Simple Authentication",
    "authorizer_id": "Custom Authorizer",
    "response_id": "Gateway Response",
    "vpc_channel_info": "Load Balance Channel",
    "vpc_channel_status": "Load Balance Channel",
    "conditions": "Policy Conditions",
}
# Members that name a list's item, the first that it has.
NAMES = ("name", "key")
# Never shown, whatever an API may come to hold.
SECRETS = {"private_key", "client_key", "password", "secret", "app_secret"}
HIDDEN = "••••"


@dataclass(frozen=True)
class Change:
    """One field: what is live, what would be; None where it is not."""

    field: str
    before: str | None
    after: str | None


def changes(live: Definition | None, new: Definition) -> list[Change]:
    """Fields that differ, in the order of the definition."""
    before, after = facts(live or {}), facts(new)
    fields = [*after, *(field for field in before if field not in after)]
    return [
        Change(field, *_shown(field, before.get(field), after.get(field)))
        for field in fields
        if before.get(field) != after.get(field)
    ]


def facts(definition: Definition) -> dict[str, str]:
    """Every field of a definition that says something, with its value in words."""
    return {
        field: value for field, value in _flat(_named(definition), ()) if value != ""
    }


def shown_facts(definition: Definition) -> list[tuple[str, str]]:
    """The same to be shown, secrets hidden."""
    return [(f, _shown(f, None, v)[1] or "") for f, v in facts(definition).items()]


def _shown(
    field: str, before: str | None, after: str | None
) -> tuple[str | None, str | None]:
    if field.rpartition(" › ")[2] in map(_label, SECRETS):
        return before and HIDDEN, after and HIDDEN
    return before, after


def _named(definition: Definition) -> dict[str, Any]:
    """A definition with names in place of the ids of other objects."""
    named = dict(definition)
    for key, model in (
        ("authorizer_id", models.Authorizer),
        ("response_id", models.GatewayResponse),
    ):
        if found := model.objects.filter(pk=named.get(key) or "").first():
            named[key] = str(found)
    if declared := named.get("req_params"):
        named["req_params"] = [_with_rules(param) for param in declared]
    return named


def _with_rules(param: Mapping[str, Any]) -> dict[str, Any]:
    """A request parameter with its orchestration rules by name."""
    ids = param.get("orchestrations") or []
    known = models.Orchestration.objects.in_bulk(ids) if ids else {}
    return {**param, "orchestrations": [str(known.get(pk, pk)) for pk in ids]}


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, (*path, _label(key, path)))
    elif isinstance(value, list) and any(isinstance(i, Mapping) for i in value):
        for number, item in enumerate(value, 1):
            yield from _flat(item, (*path, _item_name(item, number)))
    else:
        yield " › ".join(path), _text(value)


def _item_name(item: Any, number: int) -> str:
    names = [item[key] for key in NAMES if item.get(key)]
    place = f" ({item['location']})" if item.get("location") else ""
    return f"{names[0]}{place}" if names else str(number)


def _label(key: str, path: tuple[str, ...] = ()) -> str:
    """As the forms call it: an API's own field, or a member of a document in it."""
    known = _members() if path else _fields()
    return GROUPS.get(key) or known.get(key) or key.replace("_", " ").capitalize()


@cache
def _fields() -> dict[str, str]:
    return {field.name: str(field.verbose_name) for field in models.Api._meta.fields}


@cache
def _members() -> dict[str, str]:
    documents = (
        *(members for _, members in backends.DOCUMENTS.values()),
        policies.CONDITION,
        policies.POLICY,
        params.BACKEND_PARAM,
        params.REQ_PARAM,
        {"member_group_id": backends.GROUP_URL["member_group_id"]},
    )
    return {name: m.label for document in documents for name, m in document.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
