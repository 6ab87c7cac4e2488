"""Which API answers: method and path to a target (reference: api.md section 3).

One tree of path segments. Precedence: exact before prefix, the longest prefix,
a literal segment before `{p}` before `{p+}`, a method before ANY. Paths are
case-sensitive, and `/a` and `/a/` differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote, unquote_to_bytes

from gateway.http import decode_text
from gateway.outgoing import PATH_SAFE

T = TypeVar("T")
ANY = "ANY"
PREFIX = "SWA"
# What stands in a template as it is, where paths do too.
_TEMPLATE = PATH_SAFE + "%{}"
# Most nodes have only one of these, and a configuration has many nodes.
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(slots=True)
class _Node(Generic[T]):
    """One segment: what may follow it, and what ends here, by method."""

    literals: "Mapping[str, _Node[T]]" = field(default_factory=_nothing)
    parameter: "_Node[T] | None" = None
    rest: Mapping[str, T] = field(default_factory=_nothing)
    exact: Mapping[str, T] = field(default_factory=_nothing)
    prefix: Mapping[str, T] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A target and the values its path template captured.

    The values are in the template's order; a prefix match's remainder is last.
    """

    target: T
    values: tuple[str, ...] = ()


class Router(Generic[T]):
    """Routes of one group in one environment."""

    def __init__(self, *, escaped: bool = False) -> None:
        """`escaped`: paths are matched as they come, percent signs and all."""
        self._escaped = escaped
        self._root: _Node[T] = _Node()
        self._literal: dict[tuple[str, str], Match[T]] = {}

    def add(self, method: str, template: str, match_mode: str, target: T) -> None:
        """Add `template` (`/a/{b}/{c+}`) for a method or ANY."""
        node = self._root
        path = quote(template, safe=_TEMPLATE) if self._escaped else unquote(template)
        segments = path.split("/")[1:]
        if match_mode == PREFIX and segments[-1] == "":
            segments.pop()
        for segment in segments:
            if segment.endswith("+}"):
                node.rest = {**node.rest, method: target}
                return
            node = _child(node, segment)
        if match_mode == PREFIX:
            node.prefix = {**node.prefix, method: target}
            return
        node.exact = {**node.exact, method: target}
        if "{" not in template:
            self._literal[method, template] = Match(target)

    def find(self, method: str, raw_path: str) -> Match[T] | None:
        """The match for a percent-encoded path, or None."""
        found = self._literal.get((method, raw_path))
        if found is not None:
            return found
        path = raw_path if self._escaped else decode_path(raw_path)
        segments = path.split("/")[1:]
        return _walk(self._root, segments, 0, method, ()) or _longest_prefix(
            self._root, segments, method
        )

    def knows(self, raw_path: str) -> bool:
        """Whether some method has this path: it changes the text of a 404."""
        path = raw_path if self._escaped else decode_path(raw_path)
        return _reaches(self._root, path.split("/")[1:], 0)


def decode_path(raw_path: str) -> str:
    """The path as it is matched: percent-decoded text."""
    if "%" not in raw_path and raw_path.isascii():
        return raw_path
    return decode_text(unquote_to_bytes(raw_path.encode("latin-1")))


@lru_cache(maxsize=4096)
def parameter_names(template: str) -> tuple[str, ...]:
    """The names in a template, in order: `/a/{b}/{c+}` gives b, c."""
    return tuple(
        segment[1:-1].removesuffix("+")
        for segment in template.split("/")
        if segment.startswith("{") and segment.endswith("}")
    )


def _child(node: _Node[T], segment: str) -> _Node[T]:
    if segment.startswith("{") and segment.endswith("}"):
        node.parameter = node.parameter or _Node()
        return node.parameter
    known = node.literals
    if not isinstance(known, dict):
        node.literals = known = {}
    return known.setdefault(segment, _Node())


def _pick(targets: Mapping[str, T], method: str) -> T | None:
    return targets.get(method) or targets.get(ANY)


def _walk(
    node: _Node[T], segments: list[str], at: int, method: str, values: tuple[str, ...]
) -> Match[T] | None:
    """An exact match below `node`, the most literal one first."""
    if at == len(segments):
        target = _pick(node.exact, method)
        return None if target is None else Match(target, values)
    segment = segments[at]
    literal = node.literals.get(segment)
    if literal and (found := _walk(literal, segments, at + 1, method, values)):
        return found
    if node.parameter and segment:
        taken = (*values, segment)
        if found := _walk(node.parameter, segments, at + 1, method, taken):
            return found
    target = _pick(node.rest, method)
    if target is None or not any(segments[at:]):
        return None
    return Match(target, (*values, "/".join(segments[at:])))


def _longest_prefix(
    root: _Node[T], segments: list[str], method: str
) -> Match[T] | None:
    """The longest prefix match; literal segments win over parameters."""
    best: tuple[int, Match[T]] | None = None
    stack: list[tuple[_Node[T], int, tuple[str, ...]]] = [(root, 0, ())]
    while stack:
        node, at, values = stack.pop()
        target = _pick(node.prefix, method)
        if target is not None and (best is None or at > best[0]):
            rest = "/".join(segments[at:])
            best = at, Match(target, (*values, rest))
        if at == len(segments):
            continue
        # Pushed first, looked at last: a parameter never beats a literal.
        if node.parameter and segments[at]:
            stack.append((node.parameter, at + 1, (*values, segments[at])))
        if literal := node.literals.get(segments[at]):
            stack.append((literal, at + 1, values))
    return best and best[1]


def _reaches(node: _Node[T], segments: list[str], at: int) -> bool:
    if node.prefix:
        return True
    if at == len(segments):
        return bool(node.exact)
    if node.rest and any(segments[at:]):
        return True
    literal = node.literals.get(segments[at])
    if literal and _reaches(literal, segments, at + 1):
        return True
    parameter = node.parameter if segments[at] else None
    return parameter is not None and _reaches(parameter, segments, at + 1)
