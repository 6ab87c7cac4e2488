"""Condition expressions of policies, and what they look at (policies.md section 0.4).

An expression is JSON inside a string: `["name", "==", "value"]`, or `["AND", …]` and
`["OR", …]` of expressions. Beware: `~=` means "is not", `~~` "matches".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.call import Call
from gateway.http import decode_text
from gateway.patterns import pattern
from gateway.policies.document import Part
from gateway.policies.orchestration import foreseen
from gateway.policies.system import is_known, system_value

Value = str | float | None
Values = Mapping[str, Value]
Test = Callable[[Values], bool]
MAX_PARAMETERS = 20
MAX_DEPTH = 10
MAX_TEXT = 8192
KINDS = ("path", "method", "header", "query", "system")
# There without being declared.
DEFAULTS = {"reqPath": ("path", "reqPath"), "method": ("method", "method")}


@dataclass(frozen=True)
class Parameters:
    """What expressions may name: (kind, name there) by name."""

    known: Mapping[str, tuple[str, str]]

    def of(self, call: Call) -> "CallValues":
        return CallValues(self, call)


class CallValues(Mapping[str, Value]):
    """The parameters of one call, read when an expression asks for them."""

    def __init__(self, parameters: Parameters, call: Call) -> None:
        self._known, self._call = parameters.known, call

    def __getitem__(self, name: str) -> Value:
        kind, source = self._known[name]
        return _READ[kind](self._call, source)

    def __iter__(self) -> Any:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def parse_parameters(part: Part, name: str = "parameters") -> Parameters:
    """The declared parameters of a document, beside those that are always there."""
    known = dict(DEFAULTS)
    for item in part.parts(name, most=MAX_PARAMETERS):
        kind = item.choice("type", KINDS)
        source = item.text("value", "", most=512)
        if kind in ("header", "query", "system") and not source:
            raise item.refuse("value", f"the name of the {kind} parameter")
        if kind == "system" and not is_known(source):
            raise item.refuse("value", f"{source} is no system parameter")
        known[item.text("name", most=32)] = (kind, source)
    return Parameters(known)


def parse_condition(part: Part, name: str, operands: Mapping[str, Any]) -> Test:
    """The expression in a member; it may name `operands` only."""
    text = part.text(name, most=MAX_TEXT)
    try:
        raw = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise part.refuse(name, "an expression is a JSON array in a string") from None
    try:
        return _expression(raw, operands, 0)
    except ValueError as error:
        raise part.refuse(name, str(error)) from None


def _expression(raw: object, operands: Mapping[str, Any], depth: int) -> Test:
    if not isinstance(raw, list) or not raw:
        raise ValueError('an expression is an array such as ["name", "==", "value"]')
    if depth > MAX_DEPTH:
        raise ValueError(f"expressions stand at most {MAX_DEPTH} deep")
    head, rest = raw[0], raw[1:]
    if head in ("AND", "OR") and rest and all(isinstance(each, list) for each in rest):
        tests = [_expression(each, operands, depth + 1) for each in rest]
        decide = all if head == "AND" else any
        return lambda values: decide(test(values) for test in tests)
    if len(raw) != 3:
        raise ValueError(f"{orjson.dumps(raw).decode()} is not three members")
    return _leaf(raw, operands)


def _leaf(raw: list[Any], operands: Mapping[str, Any]) -> Test:
    operand, operator, value = raw
    if not isinstance(operand, str) or operand not in operands:
        raise ValueError(f"{operand!r} is not a declared parameter")
    if operator not in _OPERATORS:
        raise ValueError(f"{operator!r} is none of {' '.join(_OPERATORS)}")
    if not isinstance(value, str | int | float):
        raise ValueError(f"the value of {operand!r} must be a string or a number")
    test = _OPERATORS[operator](value)
    return lambda values: test(values.get(operand))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _equal(wanted: Any) -> Callable[[Value], bool]:
    text = _text(wanted)
    return lambda value: value is not None and _text(value) == text


def _different(wanted: Any) -> Callable[[Value], bool]:
    equal = _equal(wanted)
    return lambda value: not equal(value)


def _matches(wanted: Any) -> Callable[[Value], bool]:
    compiled = pattern(_text(wanted))
    return lambda value: value is not None and compiled.search(_text(value))


def _among(wanted: Any) -> Callable[[Value], bool]:
    items = frozenset(item.strip() for item in _text(wanted).split(","))
    return lambda value: value is not None and _text(value) in items


def _compared(
    compare: Callable[[float, float], bool],
) -> Callable[[Any], Callable[[Value], bool]]:
    def bind(wanted: Any) -> Callable[[Value], bool]:
        try:
            number = float(wanted)
        except ValueError:
            raise ValueError(f"{wanted!r} is not a number") from None

        def test(value: Value) -> bool:
            try:
                return value is not None and compare(float(value), number)
            except ValueError:
                return False

        return test

    return bind


_OPERATORS: dict[str, Callable[[Any], Callable[[Value], bool]]] = {
    "==": _equal,
    "~=": _different,
    "!=": _different,
    "~~": _matches,
    "in": _among,
    ">": _compared(lambda a, b: a > b),
    ">=": _compared(lambda a, b: a >= b),
    "<": _compared(lambda a, b: a < b),
    "<=": _compared(lambda a, b: a <= b),
}


def _header(call: Call, name: str) -> Value:
    # What a rule makes of another parameter stands in for what the caller sent.
    if made := foreseen(call, "header", name):
        return made[0]
    found = call.request.headers.first.get(name.lower().encode("latin-1", "replace"))
    return None if found is None else decode_text(found)


def _query(call: Call, name: str) -> Value:
    if made := foreseen(call, "query", name):
        return made[0]
    found = call.query.get(name)
    return found[0] if found else None


def _system(call: Call, name: str) -> Value:
    found = system_value(name)(call)
    return found[0] if found else None


_READ: dict[str, Callable[[Call, str], Value]] = {
    "path": lambda call, _: call.path,
    "method": lambda call, _: call.request.method,
    "header": _header,
    "query": _query,
    "system": _system,
}
