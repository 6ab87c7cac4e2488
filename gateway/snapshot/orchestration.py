"""Orchestration rules: one parameter made into another (policies.md section 7)."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Mapped:
    """What one entry of a rule takes, and gives."""

    values: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    result: str = ""
    length: int = 0


@dataclass(frozen=True)
class Orchestration:
    """One rule. A preprocessing one only makes the next rule's input.

    `name` and `location` are those of the parameter it produces.
    """

    id: str
    title: str
    strategy: str
    preprocessing: bool = False
    name: str = ""
    location: str = "query"
    entries: tuple[Mapped, ...] = ()

    @cached_property
    def by_value(self) -> dict[str, str]:
        """Of a list: the result for each value, from the first entry that has it."""
        found: dict[str, str] = {}
        for entry in self.entries:
            for value in entry.values:
                found.setdefault(value, entry.result)
        return found

    @classmethod
    def gone(cls, id: str) -> "Orchestration":
        """In place of one that is gone: nothing matches it."""
        return cls(id, "(deleted)", "list")
