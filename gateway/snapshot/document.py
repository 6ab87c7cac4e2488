"""A snapshot as a document: what the console writes and a gateway reads.

JSON, derived from the types of the snapshot; what is as it is by default is left out,
so both sides have to be of one version. An object that has a table of its
own in the snapshot (an authorizer, a function) is written there once, and stands
in other objects as its key.
"""

import gc
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
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
_ATOMS = (str, int, bool, float, NoneType)
_KINDS: dict[str, Any] = {
    name: get_args(hint)[0]
    for name, hint in get_type_hints(Snapshot).items()
    if name != "settings"
}
# Rows of a table that are one piece, and one line, of the document.
PIECE = 100
Refer = Callable[[type, str], Any]
Build = Callable[[Any, Refer], Any]


def dump(snapshot: Snapshot) -> bytes:
    """The document that `load` reads."""
    tables = {f.name: getattr(snapshot, f.name) for f in fields(snapshot)}
    settings = _members(tables.pop("settings"))
    pieces: list[Any] = []
    for name, rows in tables.items():
        for at in range(0, len(rows), PIECE):
            pieces.append([name, *map(_members, rows[at : at + PIECE])])
    head = {"settings": settings, "pieces": len(pieces)}
    return b"\n".join(map(orjson.dumps, [head, *pieces]))


def load(document: bytes, pause: Callable[[], object] = lambda: None) -> Snapshot:
    """The snapshot of a document; ValueError, KeyError or TypeError for others.

    `pause` is called now and then, for who must not work on it at a stretch.
    """
    # A collection in the midst of it would look at all of it, again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _load(document.split(b"\n"), pause)
    finally:
        if collecting:
            gc.enable()


def _load(pieces: list[bytes], pause: Callable[[], object]) -> Snapshot:
    head = orjson.loads(pieces[0])
    if head["pieces"] != len(pieces) - 1:
        raise ValueError("the document is not whole")
    settings = Settings(**head["settings"])
    raw: dict[str, list[Any]] = {name: [] for name in _KINDS}
    for piece in pieces[1:]:
        name, *rows = orjson.loads(piece)
        raw[name] += rows
        pause()
    known: dict[type, dict[str, Any]] = {}

    def refer(kind: type, key: str) -> Any:
        found = known[kind].get(key)
        return _TABLES[kind][2](key) if found is None else found

    loaded: dict[str, tuple[Any, ...]] = {}
    referred = [name for name, _, _ in _TABLES.values()]
    for name in [*referred, *(n for n in _KINDS if n not in referred)]:
        kind = _KINDS[name]
        build = _members_builder(kind)
        made = []
        for at in range(0, len(raw[name]), PIECE):
            made += [build(row, refer) for row in raw[name][at : at + PIECE]]
            pause()
        loaded[name] = tuple(made)
        if kind in _TABLES:
            key = _TABLES[kind][1]
            known[kind] = {getattr(row, key): row for row in made}
    return Snapshot(**loaded, settings=settings).prepare(pause)


def _members(value: Any) -> dict[str, Any]:
    """Those that are not what they are by default."""
    kind: Any = type(value)
    return {
        name: _plain(member)
        for name, usual in _defaults(kind)
        if (member := getattr(value, name)) is not usual and member != usual
    }


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind in _TABLES:
        return getattr(value, _TABLES[kind][1])
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
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Names of members, and their values by default, MISSING where there is none."""
    made = {
        f.name: f.default_factory()
        for f in fields(kind)
        if f.default_factory is not MISSING
    }
    return tuple((f.name, made.get(f.name, f.default)) for f in fields(kind))


@cache
def _members_builder(kind: Any) -> Build:
    """Makes an object of `kind`; members that are JSON already cost nothing."""
    hints = get_type_hints(kind)
    builders = [(n, b) for n, _ in _defaults(kind) if (b := _builder(hints[n]))]

    def build(raw: dict[str, Any], refer: Refer) -> Any:
        raw.pop("", None)
        for name, of_member in builders:
            if name in raw:
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
