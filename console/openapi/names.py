"""What the documents call things (reference: api.md section 9.3)."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
PREFIX = "x-apigateway-"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
ANY_METHOD = f"{PREFIX}any-method"
RESPONSES = f"{PREFIX}responses"
THROTTLES = f"{PREFIX}ratelimits"
ACLS = f"{PREFIX}access-controls"


def ext(raw: Mapping[str, Any], name: str, default: Any = None) -> Any:
    """The value of an extension."""
    return raw.get(PREFIX + name, default)


def kept(document: Mapping[str, Any]) -> Document:
    """Without what says nothing."""
    return {k: v for k, v in document.items() if v not in (None, "", [], {})}


def swapped(names: Mapping[str, str]) -> dict[str, str]:
    """From their names to ours."""
    return {theirs: ours for ours, theirs in names.items()}
