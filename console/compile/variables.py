"""`#Name#` to its value, in a backend's address and path (api.md section 6.2).

A published definition keeps its variables: a value that is changed later is live
when the snapshot is next compiled, which saving it does.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from console import models
from console.models.variable import NAME

Definition = Mapping[str, Any]
Values = Mapping[str, str]

# The places of a backend that may hold variables; names differ by upper case.
PLACES = ("url_domain", "req_uri")
_VARIABLE = re.compile(rf"#({NAME})#")


class Variables:
    """Every variable's value, read once."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for row in models.Variable.objects.all():
            values = self._values[row.group_id, row.env_id]
            values[row.variable_name] = row.variable_value

    def of(self, group_id: str, env_id: str) -> Values:
        return self._values.get((group_id, env_id), {})


def used(definition: Definition) -> set[str]:
    """The names of the variables in a definition."""
    texts = [b.get(p) for b in _backends(definition) for p in PLACES]
    return {name for text in texts if text for name in _VARIABLE.findall(text)}


def missing(definition: Definition, values: Values) -> list[str]:
    """The variables of a definition that have no value: it cannot be published."""
    return sorted(used(definition) - values.keys())


def resolve(definition: Definition, values: Values) -> dict[str, Any]:
    """A definition with values in place of variables.

    One whose value is gone stays as it stands, so that calls fail instead of
    reaching some other place.
    """
    resolved = dict(definition)
    if backend := definition.get("backend_api"):
        resolved["backend_api"] = _filled(backend, values)
    if policies := definition.get("policy_https"):
        resolved["policy_https"] = [_filled(policy, values) for policy in policies]
    return resolved


def _backends(definition: Definition) -> Iterator[Mapping[str, Any]]:
    """What reaches a backend over HTTP: the default, and those of policies."""
    first = definition.get("backend_api")
    default = [first] if first else []
    for backend in (*default, *(definition.get("policy_https") or ())):
        yield backend
        yield from backend.get("member_group_url_infos") or []


def _filled(backend: Mapping[str, Any], values: Values) -> dict[str, Any]:
    filled = dict(backend)
    for place in PLACES:
        if backend.get(place):
            filled[place] = _VARIABLE.sub(
                lambda found: values.get(found[1], found[0]), backend[place]
            )
    if groups := backend.get("member_group_url_infos"):
        filled["member_group_url_infos"] = [_filled(group, values) for group in groups]
    return filled
