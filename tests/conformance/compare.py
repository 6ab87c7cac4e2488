"""What a client was told, compared with what was set."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


class Some:
    """Equal to every value that is not blank: an id, a time."""

    def __eq__(self, other: object) -> bool:
        return bool(other)

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "a value"


def plain(value: Any) -> Any:
    """A reply of an official client as JSON has it, nothing masked."""
    if hasattr(value, "openapi_types"):
        return {name: plain(getattr(value, name)) for name in value.openapi_types}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value


def same_members(given: Any, found: Any) -> Any:
    """The members of a body that a reply has a place for, at any depth."""
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        return {
            name: same_members(value, found[name])
            for name, value in given.items()
            if name in found
        }
    both = isinstance(given, list) and isinstance(found, list)
    if both and len(given) == len(found):
        pairs = zip(given, found, strict=True)
        return [same_members(one, other) for one, other in pairs]
    return given


def differences(given: Any, found: Any, path: str = "") -> str:
    """Where what was found says something else than what was given; "" when nowhere.

    What was found may say more. It may leave out what was given as a blank text.
    """
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        wrongs = (
            differences(value, found[name], f"{path}.{name}")
            if name in found
            else f"{path}.{name} is missing"
            for name, value in given.items()
        )
        return next(filter(None, wrongs), "")
    if isinstance(given, list) and isinstance(found, list):
        if len(given) != len(found):
            return f"{path}: {len(found)} items for {len(given)}"
        pairs = enumerate(zip(given, found, strict=True))
        wrongs = (differences(a, b, f"{path}[{n}]") for n, (a, b) in pairs)
        return next(filter(None, wrongs), "")
    same = given == found or (given == "" and found is None)
    return "" if same else f"{path}: {found!r} for {given!r}"
