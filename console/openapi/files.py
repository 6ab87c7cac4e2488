"""Documents as files: JSON and YAML (reference: api.md section 9.1)."""

import json
from datetime import datetime
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from console.openapi.names import Document

MAX_BYTES = 5 * 1024 * 1024
YAML_TYPES = ("yaml", "yml")
# The parser in C, where PyYAML has it: the other takes a second for 50 KB.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 100


class Unreadable(ValidationError):
    """A file that is no document: why, with the documented code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text, code=code)


def read(content: bytes) -> Document:
    """The document in a file; Unreadable says what is wrong with it."""
    if len(content) > MAX_BYTES:
        raise Unreadable("APIG.3603", "The file is too long: 5 MB at most.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("APIG.3600", "The file is neither JSON nor YAML.") from None
    if not text.strip():
        raise Unreadable("APIG.3609", "The file is empty.")
    found = _parsed(text)
    if not isinstance(found, dict):
        raise Unreadable("APIG.3600", "The file is neither JSON nor YAML.")
    return found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        # As JSON has it: a date of YAML is a text.
        return json.loads(json.dumps(_yaml(text), default=str))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        text = f"The file is neither JSON nor YAML: {reason}"
        raise Unreadable("APIG.3602", text) from None


def _yaml(text: str) -> Any:
    """Plain data; no aliases, by which a short file can stand for a huge one."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError("it is nested too deeply")
    return yaml.load(text, _LOADER)


def write(document: Document, kind: str) -> str:
    if kind in YAML_TYPES:
        return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    return json.dumps(document, indent="\t", ensure_ascii=False)


def file_name(group: str, env: str, define: str, now: datetime) -> str:
    """What a file is called, without its ending."""
    return f"{group}-{env}-{define}-{now:%Y-%m-%d-%H:%M:%S}"
