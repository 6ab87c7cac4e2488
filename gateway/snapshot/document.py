"""A snapshot as a document: what the console writes and a gateway reads.

References by id in the document are references to objects in the snapshot.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson

from gateway.snapshot.api import Api, MockInfo
from gateway.snapshot.authorizer import Authorizer, Identity
from gateway.snapshot.credential import Credential
from gateway.snapshot.function import Function, Target
from gateway.snapshot.group import Group, ResponseRule
from gateway.snapshot.snapshot import Snapshot


def dump(snapshot: Snapshot) -> bytes:
    """The document `load` reads: JSON, references as ids."""
    document = {
        "groups": [asdict(g) for g in snapshot.groups],
        "functions": [asdict(f) for f in snapshot.functions],
        "authorizers": [_with_urns(a) for a in snapshot.authorizers],
        "credentials": [asdict(c) for c in snapshot.credentials],
        "apis": [_refer(a, "authorizer", "id") for a in snapshot.apis],
    }
    return orjson.dumps(document, default=sorted)


def load(document: bytes) -> Snapshot:
    """The snapshot of a document; ValueError or KeyError when it is not one."""
    raw = orjson.loads(document)
    functions = {f.key: f for f in (Function(**f) for f in raw["functions"])}
    authorizers = {a["id"]: _authorizer(a, functions) for a in raw["authorizers"]}
    return Snapshot(
        groups=tuple(_group(g) for g in raw["groups"]),
        apis=tuple(_api(a, authorizers) for a in raw["apis"]),
        credentials=tuple(Credential(**c) for c in raw["credentials"]),
        authorizers=tuple(authorizers.values()),
        functions=tuple(functions.values()),
    ).prepare()


def _authorizer(raw: dict[str, Any], functions: Mapping[str, Function]) -> Authorizer:
    identities = tuple(Identity(**i) for i in raw.pop("identities"))
    target = _target(raw.pop("target"), functions)
    return Authorizer(**raw, identities=identities, target=target)


def _target(
    raw: dict[str, Any] | None, functions: Mapping[str, Function]
) -> Target | None:
    """Of a function that is gone there is no target: its callers are refused."""
    first = functions.get(raw["function"]) if raw else None
    if raw is None or first is None:
        return None
    return Target(first, functions.get(raw["second"]), raw["weight"])


def _group(raw: dict[str, Any]) -> Group:
    hosts = tuple(raw.pop("hosts"))
    return Group(**raw | {"responses": _rules(raw["responses"])}, hosts=hosts)


def _api(raw: dict[str, Any], authorizers: Mapping[str, Authorizer]) -> Api:
    guard = raw["authorizer"]
    return Api(
        **raw
        | {
            # One that is gone must refuse calls, not spoil the whole document.
            "authorizer": authorizers.get(guard, _gone(guard)) if guard else None,
            "mock_info": _with_pairs(MockInfo, raw["mock_info"]),
            "credentials": frozenset(raw["credentials"]),
            "responses": _rules(raw["responses"]),
        }
    )


def _gone(authorizer_id: str) -> Authorizer:
    return Authorizer(authorizer_id, "(deleted)", "FRONTEND", "", None)


def _rules(raw: dict[str, Any]) -> dict[str, ResponseRule]:
    return {name: _with_pairs(ResponseRule, rule) for name, rule in raw.items()}


def _with_pairs(kind: Any, raw: dict[str, Any]) -> Any:
    """An object whose `headers` are pairs, from JSON lists."""
    return kind(**raw | {"headers": tuple((k, v) for k, v in raw["headers"])})


def _with_urns(guard: Authorizer) -> dict[str, Any]:
    """An authorizer's fields; its target's functions by their keys."""
    document = asdict(replace(guard, target=None))
    if target := guard.target:
        second = target.second
        document["target"] = {
            "function": target.function.key,
            "second": second.key if second else "",
            "weight": target.weight,
        }
    return document


def _refer(value: Any, attribute: str, key: str) -> dict[str, Any]:
    """A value's fields, with one object replaced by its id."""
    target = getattr(value, attribute)
    shallow = replace(value, **{attribute: None})
    return asdict(shallow) | {attribute: getattr(target, key) if target else None}
