"""Reads JSON documents of policies, and says where in one a rule is broken.

Every message begins with the path inside the document: `rules[2].limit`. Members
that no policy knows are left alone, since the console keeps some of its own there
(policies.md section 0.3).
"""

import re
from collections.abc import Collection
from typing import Any

REQUIRED: Any = object()
# Half of a character: JSON can write it, nothing else can take it.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class Part:
    """A JSON object inside a document, and its path there."""

    __slots__ = ("path", "raw")

    def __init__(self, raw: Any, path: str = "") -> None:
        self.path = path
        if not isinstance(raw, dict):
            raise ValueError(f"{path or 'document'}: it must be a JSON object")
        self.raw: dict[str, Any] = raw

    def at(self, name: str) -> str:
        """The path of a member."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, rule: str) -> ValueError:
        return ValueError(f"{self.at(name)}: {rule}")

    def has(self, name: str) -> bool:
        """Whether a member is there; null is as good as absent."""
        return self.raw.get(name) is not None

    def get(self, name: str, default: Any = REQUIRED) -> Any:
        value = self.raw.get(name)
        if value is None:
            if default is REQUIRED:
                raise self.refuse(name, "it is required")
            return default
        return value

    def text(
        self,
        name: str,
        default: Any = REQUIRED,
        *,
        most: int = 65_535,
        pattern: str = "",
        rule: str = "",
    ) -> str:
        """A string of at most `most` characters; `rule` says what `pattern` means."""
        value = self.get(name, default)
        if not isinstance(value, str):
            raise self.refuse(name, "it must be a string")
        if _SURROGATE.search(value):
            raise self.refuse(name, "it must be Unicode text")
        if value == "" and default is REQUIRED:
            raise self.refuse(name, "it must not be empty")
        if len(value) > most:
            raise self.refuse(name, f"at most {most} characters")
        if pattern and value != default and not re.fullmatch(pattern, value):
            raise self.refuse(name, rule)
        return value

    def choice(
        self, name: str, choices: Collection[str], default: Any = REQUIRED
    ) -> str:
        value = self.get(name, default)
        if value not in tuple(choices):
            raise self.refuse(name, f"one of {', '.join(choices)}")
        return str(value)

    def number(
        self, name: str, default: Any = REQUIRED, *, low: int, high: int = 2**31 - 1
    ) -> int:
        value = self.get(name, default)
        if type(value) is not int or (value != default and not low <= value <= high):
            raise self.refuse(name, f"a whole number from {low} to {high}")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.get(name, default)
        if type(value) is not bool:
            raise self.refuse(name, "true or false")
        return value

    def part(self, name: str) -> "Part":
        return Part(self.get(name), self.at(name))

    def parts(self, name: str, *, most: int) -> tuple["Part", ...]:
        """The objects of a list; an absent list is an empty one."""
        return tuple(
            Part(item, f"{self.at(name)}[{number}]")
            for number, item in enumerate(self._list(name, most))
        )

    def texts(self, name: str, *, most: int, length: int = 65_535) -> tuple[str, ...]:
        """The strings of a list; an absent list is an empty one."""
        values = self._list(name, most)
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value or len(value) > length:
                rule = f"a string of 1 to {length} characters"
                raise self.refuse(f"{name}[{number}]", rule)
            if _SURROGATE.search(value):
                raise self.refuse(f"{name}[{number}]", "it must be Unicode text")
        return tuple(values)

    def _list(self, name: str, most: int) -> list[Any]:
        values = self.get(name, [])
        if not isinstance(values, list):
            raise self.refuse(name, "it must be a list")
        if len(values) > most:
            raise self.refuse(name, f"at most {most} entries")
        return values
