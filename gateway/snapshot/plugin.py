"""Plug-ins: policies that are one JSON document (policies.md section 0.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from gateway.snapshot.function import Target

T = TypeVar("T")


@dataclass(frozen=True)
class Plugin:
    """A document of one of the types in `gateway.policies.plugins`.

    `content` is JSON text, and may hold secrets; `targets` has the functions it
    names, by URN.
    """

    id: str
    name: str
    type: str
    content: str = field(repr=False)
    targets: Mapping[str, Target] = field(default_factory=dict)

    def read(self, parse: Callable[[Any], T]) -> T:
        """What the document says: parsed once, however many APIs it is bound to.

        ValueError when it says nothing usable.
        """
        known: dict[str, T] = self.__dict__
        if "config" not in known:
            known["config"] = parse(orjson.loads(self.content))
        return known["config"]

    @classmethod
    def gone(cls, id: str) -> "Plugin":
        """In place of one that is gone: it must refuse calls, not be missing."""
        return cls(id, "(deleted)", "", "null")
