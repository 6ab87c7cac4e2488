"""Paths of APIs and of their backends (reference: api.md sections 2.1, 2.2, 2.6)."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

_NAME = r"[A-Za-z][A-Za-z0-9._-]{0,31}"
_PLACEHOLDER = re.compile(rf"\{{({_NAME})\+?\}}\Z")
_SEGMENT = re.compile(r"[A-Za-z0-9*%._~!$&'()+,;=:@-]*\Z")
_BACKEND_PATH = re.compile(
    rf"(?:[A-Za-z0-9*%._~!$&'()+,;=:@/-]|\{{{_NAME}\}}|#[A-Za-z][A-Za-z0-9_-]{{2,31}}#)*\Z"
)
_ANY_PLACEHOLDER = re.compile(r"\{([^{}/]*?)\+?\}")


def placeholders(path: str) -> list[str]:
    """The names in a path, in order: `/a/{b}/x-{c}` gives b, c."""
    return _ANY_PLACEHOLDER.findall(path)


def route(definition: Mapping[str, Any]) -> tuple[str, str, str]:
    """What no two APIs of a group may share: method, matching and path."""
    shape = path_shape(definition["req_uri"])
    return definition["req_method"], definition["match_mode"], shape


def path_shape(uri: str) -> str:
    """A path with its parameters' names left out: what makes two paths equal."""
    return re.sub(r"\{[^}/]*?(\+?)\}", r"{\1}", uri)


def check_path(uri: str, match_mode: str) -> None:
    """The rules of a frontend path; ValidationError says which one is broken."""
    if not uri.startswith("/"):
        raise ValidationError({"req_uri": "Path: it must start with a slash."})
    segments = uri.split("/")[1:]
    names: set[str] = set()
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        _check_segment(segment, last and match_mode == "NORMAL")
        found = _PLACEHOLDER.match(segment)
        if found and found[1].lower() in names:
            raise ValidationError(
                {"req_uri": f"Path: the parameter {found[1]} is there twice."}
            )
        names |= {found[1].lower()} if found else set()


def read_backend_path(value: Any) -> str:
    """A backend's path; ValueError says what it may be."""
    if not isinstance(value, str) or len(value) > 512:
        raise ValueError("a text of at most 512 characters")
    if not value.startswith(("/", "#")):
        raise ValueError("it must start with a slash")
    if not _BACKEND_PATH.match(value):
        raise ValueError(
            "letters, digits and * % - _ . are allowed, {parameter}, and #Variable# of "
            "an environment"
        )
    return value


def _check_segment(segment: str, may_take_rest: bool) -> None:
    if segment.endswith("+}") and not may_take_rest:
        raise ValidationError(
            {"req_uri": "Path: {name+} may only end the path of an exact match."}
        )
    if not (_PLACEHOLDER.match(segment) or _SEGMENT.match(segment)):
        raise ValidationError(
            {
                "req_uri": f"Path: {segment}: a segment is either one {{parameter}} "
                "or letters, digits and * % - _ . without spaces."
            }
        )
