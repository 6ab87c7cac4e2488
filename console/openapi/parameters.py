"""Request parameters (reference: api.md sections 9.2 and 9.3)."""

import json
from collections.abc import Mapping
from typing import Any

from console.models.api.shape import broken
from console.openapi.names import PREFIX, Document, ext, kept

LOCATIONS = ("path", "query", "header")
_LIMITS = {
    "min_num": "minimum",
    "max_num": "maximum",
    "min_size": "minLength",
    "max_size": "maxLength",
}
_NUMBERS = ("number", "integer", "long", "float", "double")
# A client sends them, and no parameter may be called so.
_OF_CALLERS = ("authorization", "x-auth-token", "x-sdk-date")
YES, NO = 1, 2


def written(param: Document, rules: Mapping[str, str], *, v3: bool) -> Document:
    """A parameter; `rules` are names of orchestration rules by their ids."""
    schema = kept(
        {
            "type": param["type"].lower(),
            "default": _value(param["default_value"], param["type"]),
            "enum": _enum(param),
            **({theirs: param[ours] for ours, theirs in _LIMITS.items()}),
        }
    )
    sample = param["sample_value"]
    named = {
        "name": param["name"],
        "in": param["location"].lower(),
        "required": param["required"] == YES,
        "description": param["remark"],
        f"{PREFIX}pass-through": "always" if param["pass_through"] == YES else "never",
        f"{PREFIX}orchestrations": [rules[id] for id in param["orchestrations"]],
    }
    if v3:
        return kept(named | {"schema": schema, "example": sample})
    return kept(named | schema | {f"{PREFIX}sample": sample})


def _enum(param: Document) -> list[Any]:
    texts = [text for text in param["enumerations"].split(",") if text]
    return [_value(text, param["type"]) for text in texts]


def _value(text: str, kind: str) -> Any:
    return json.loads(text) if text and kind == "NUMBER" else text


def is_declared(raw: Document) -> bool:
    """Whether a parameter becomes one of an API: bodies and cookies do not."""
    header = raw.get("in") == "header"
    ours = header and str(raw.get("name", "")).lower() in _OF_CALLERS
    return raw.get("in") in LOCATIONS and not ours


def read(raw: Document, rules: Mapping[str, str], *, v3: bool) -> Document:
    """A request parameter; `rules` are ids of orchestration rules by their names."""
    schema = raw.get("schema") if v3 else raw
    schema = schema if isinstance(schema, dict) else {}
    limits = _limits(schema, v3=v3)
    enum = schema.get("enum") or []
    sample = raw.get("example") if v3 else ext(raw, "sample")
    return {
        "name": raw.get("name"),
        "type": _type(raw.get("name"), schema.get("type", "string")),
        "location": raw["in"].upper(),
        "required": YES if raw.get("required") is True else NO,
        "default_value": _text(schema.get("default")),
        "sample_value": _text(sample),
        "remark": _text(raw.get("description"))[:255],
        "enumerations": ",".join(map(_text, enum)) if isinstance(enum, list) else "",
        "valid_enable": YES if limits or enum else NO,
        "pass_through": NO if ext(raw, "pass-through") == "never" else YES,
        "orchestrations": [_rule(n, rules) for n in ext(raw, "orchestrations") or []],
        **limits,
    }


def _limits(schema: Document, *, v3: bool) -> Document:
    """The vendor writes 0 for a limit that is not set, in 3.0."""
    found = {ours: schema.get(theirs) for ours, theirs in _LIMITS.items()}
    for low, high in (("min_num", "max_num"), ("min_size", "max_size")):
        if v3 and not found[high] and not found[low]:
            found[low] = found[high] = None
    return {name: value for name, value in found.items() if value is not None}


def _type(name: Any, kind: Any) -> str:
    if kind in _NUMBERS:
        return "NUMBER"
    if kind in ("string", "boolean"):
        return "STRING"
    raise broken(f"Parameters: {name}: the type {kind} is not supported.")


def _rule(name: Any, rules: Mapping[str, str]) -> str:
    if name not in rules:
        raise broken(f"There is no orchestration rule {name}.", "APIG.3095")
    return rules[name]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
