"""A snapshot as a document: what the console writes and a gateway reads.

JSON, derived from the types of the snapshot. An object that has a table of its
own in the snapshot (an authorizer, a function) is written there once, and stands
in other objects as its key.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from gateway.snapshot.acl import Acl
from gateway.snapshot.authorizer import Authorizer
from gateway.snapshot.channel import Channel
from gateway.snapshot.function import Function
from gateway.snapshot.orchestration import Orchestration
from gateway.snapshot.plugin import Plugin
from gateway.snapshot.settings import Settings
from gateway.snapshot.signature import Signature
from gateway.snapshot.snapshot import Snapshot
from gateway.snapshot.throttle import Throttle

# Of tables that others refer to: where it is, what an entry is known by, and what
# stands in for one that is gone. Tables come before those that refer to them.
_TABLES: dict[type, tuple[str, str, Callable[[str], Any]]] = {
    Function: ("functions", "key", Function.gone),
    Orchestration: ("orchestrations", "id", Orchestration.gone),
    Acl: ("acls", "id", Acl.gone),
    Throttle: ("throttles", "id", Throttle.gone),
    Authorizer: ("authorizers", "id", Authorizer.gone),
    Channel: ("channels", "id", Channel.gone),
    Signature: ("signatures", "id", Signature.gone),
    Plugin: ("plugins", "id", Plugin.gone),
}
Refer = Callable[[type, str], Any]
Build = Callable[[Any, Refer], Any]


def dump(snapshot: Snapshot) -> bytes:
    """The document that `load` reads."""
    tables = {f.name: getattr(snapshot, f.name) for f in fields(snapshot)}
    settings = _members(tables.pop("settings"))
    document = {k: [_members(row) for row in rows] for k, rows in tables.items()}
    return orjson.dumps(document | {"settings": settings})


def load(document: bytes) -> Snapshot:
    """The snapshot of a document; ValueError, KeyError or TypeError for others."""
    raw = orjson.loads(document)
    known: dict[type, dict[str, Any]] = {}

    def refer(kind: type, key: str) -> Any:
        found = known[kind].get(key)
        return _TABLES[kind][2](key) if found is None else found

    loaded: dict[str, tuple[Any, ...]] = {}
    settings = Settings(**raw["settings"])
    hints = get_type_hints(Snapshot)
    del hints["settings"]
    referred = [name for name, _, _ in _TABLES.values()]
    for name in [*referred, *(n for n in hints if n not in referred)]:
        (kind, _) = get_args(hints[name])
        build = _members_builder(kind)
        loaded[name] = tuple(build(row, refer) for row in raw[name])
        if kind in _TABLES:
            key = _TABLES[kind][1]
            known[kind] = {getattr(row, key): row for row in loaded[name]}
    return Snapshot(**loaded, settings=settings).prepare()


def _members(value: Any) -> dict[str, Any]:
    kind: Any = type(value)
    return {name: _plain(getattr(value, name)) for name in _names(kind)}


def _plain(value: Any) -> Any:
    if type(value) in _TABLES:
        return getattr(value, _TABLES[type(value)][1])
    if is_dataclass(value):
        return {"": type(value).__name__} | _members(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


@cache
def _members_builder(kind: Any) -> Build:
    """Makes an object of `kind`; members that are JSON already cost nothing."""
    hints = get_type_hints(kind)
    builders = [(n, b) for n in _names(kind) if (b := _builder(hints[n]))]

    def build(raw: dict[str, Any], refer: Refer) -> Any:
        raw.pop("", None)
        for name, of_member in builders:
            raw[name] = of_member(raw[name], refer)
        return kind(**raw)

    return build


@cache
def _builder(hint: Any) -> Build | None:
    """What turns JSON into a value of the type; None when it is one already."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _union([kind for kind in arguments if kind is not NoneType])
    if hint in _TABLES:
        return lambda raw, refer: refer(hint, raw)
    kind: Any = hint
    if is_dataclass(hint):
        return _members_builder(kind)
    if origin is frozenset:
        return lambda raw, refer: frozenset(raw)
    if origin is tuple:
        return _items(_builder(arguments[0]))
    if origin is Mapping and (of_value := _builder(arguments[1])):
        return lambda raw, refer: {k: of_value(v, refer) for k, v in raw.items()}
    return None


def _union(kinds: list[Any]) -> Build | None:
    if len(kinds) == 1:
        only = _builder(kinds[0])
        return only and (lambda raw, refer: None if raw is None else only(raw, refer))
    if not all(map(is_dataclass, kinds)):
        return None
    named = {kind.__name__: _members_builder(kind) for kind in kinds}
    return lambda raw, refer: None if raw is None else named[raw[""]](raw, refer)


def _items(of_item: Build | None) -> Build:
    if of_item is None:
        return lambda raw, refer: tuple(raw)
    return lambda raw, refer: tuple([of_item(item, refer) for item in raw])
