"""Nested documents of an API: their members, read by declared rules.

A document comes from a form or over REST, so anything may be in it: members that
nobody declared are left out, absent ones get their defaults, wrong ones are named.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from console import limits

Read = Callable[[Any], Any]
REQUIRED = object()
MISSING_CODE = "APIG.2001"
INVALID_CODE = "APIG.2012"


@dataclass(frozen=True)
class Member:
    """One member: its label, what reads it (ValueError), and what absence means."""

    label: str
    read: Read
    default: Any = REQUIRED


Members = Mapping[str, Member]


def broken(text: str, code: str = INVALID_CODE) -> ValidationError:
    return ValidationError(text, code=code)


def read_object(raw: Any, members: Members) -> dict[str, Any]:
    """The declared members of a document; ValidationError names the first bad one."""
    if not isinstance(raw, dict):
        raise broken("an object is needed.")
    return {name: _member(raw.get(name), member) for name, member in members.items()}


def read_list(
    raw: Any, read: Callable[[Any], dict[str, Any]], limit: str
) -> list[dict[str, Any]]:
    """Each item read; `limit` is the name of how many there may be."""
    if not isinstance(raw, list):
        raise broken("a list is needed.")
    limits.check(limit, len(raw))
    return [_item(item, number, read) for number, item in enumerate(raw, 1)]


def _item(item: Any, number: int, read: Callable[[Any], Any]) -> Any:
    name = item.get("name") if isinstance(item, dict) else None
    with within(name if isinstance(name, str) and name else f"entry {number}"):
        return read(item)


class within:
    """Puts where it is in front of what is wrong: `limit: Example: too long.`"""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, ValidationError):
            text = f"{self.where}: {error.messages[0]}"
            raise ValidationError(text, code=code_of(error)) from None


def code_of(error: ValidationError) -> str:
    return str(error.error_list[0].code or INVALID_CODE)


def _member(value: Any, member: Member) -> Any:
    if value is None or value == "":
        if member.default is REQUIRED:
            raise broken(f"{member.label} is missing.", MISSING_CODE)
        return member.default
    try:
        return member.read(value)
    except ValueError as error:
        raise broken(f"{member.label}: {error}.") from None


def text(most: int, pattern: str = "", rule: str = "") -> Read:
    """A text; `rule` says what `pattern` wants of all of it."""
    compiled = re.compile(rf"(?:{pattern})\Z") if pattern else None

    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > most or "\0" in value:
            raise ValueError(f"a text of at most {most} characters")
        if compiled and not compiled.match(value):
            raise ValueError(rule)
        return value

    return read


def one_of(*known: Any) -> Read:
    """One of some values; a number is one of these only as a number."""

    def read(value: Any) -> Any:
        if type(value) not in {type(k) for k in known} or value not in known:
            raise ValueError(f"one of {', '.join(map(str, known))}")
        return value

    return read


def whole(least: int, most: int) -> Read:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def number(value: Any) -> int | float:
    if type(value) not in (int, float) or value != value or abs(value) > 1e308:
        raise ValueError("a number")
    return int(value) if value == int(value) else value


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ValueError("a list of texts")
    return value


def listed(value: str) -> list[str]:
    """The values of a comma-separated text."""
    return [word.strip() for word in value.split(",") if word.strip()]


def check_unique(names: Sequence[Any], text: str, code: str) -> None:
    """Refuse a name that is there twice."""
    for position, name in enumerate(names):
        if name in names[:position]:
            shown = name[0] if isinstance(name, tuple) else name
            raise broken(f"{shown} {text}", code)
