"""Parameter orchestration (policies.md section 7).

The rules of a parameter are tried in their order; `none_value` comes first wherever
it stands, `default` last. What the first that matches produces goes to the backend
and can decide a backend policy.

The vendor's hash is unknown. Here it is the first eight bytes of the SHA-256 of the
value, without the highest bit: a number from 0 to 9223372036854775807.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from gateway.call import Call
from gateway.errors import OrchestrationFailed, OrchestrationMissing
from gateway.policies.document import Part
from gateway.policies.parameters import lookup, received
from gateway.snapshot import Api, Orchestration, ReqParam, given, per_api
from gateway.snapshot.orchestration import Mapped

STRATEGIES = (
    *("list", "hash", "range", "hash_range"),
    *("none_value", "default", "head_n", "tail_n"),
)
FIXED = ("none_value", "default")
MOST, MAX_ENTRIES, MAX_VALUES, MAX_LENGTH = 2**63 - 1, 300, 3000, 100
_NAME = r"[a-zA-Z][a-zA-Z0-9-]{0,127}"
_VALUE = r"[a-zA-Z0-9]{1,128}"
_INTEGER = r"0|[1-9][0-9]{0,18}"


@per_api
def orchestrated(api: Api) -> ReqParam | None:
    """The parameter of an API that has rules; there is one at most."""
    return next((param for param in api.req_params if param.orchestrations), None)


def skips(api: Api) -> str:
    return "" if orchestrated(api) else "no parameter has orchestration rules"


@given(orchestrated)
def orchestrate(param: ReqParam, call: Call) -> None:
    """Make the parameter's value into the one that its rules say."""
    values = lookup(call, param.name)
    rule, value = produce(param.orchestrations, values[0] if values else "")
    call.mapped = {(rule.location, rule.name.lower()): value}
    if call.trace is not None:
        call.explain(rule=rule.title, **{f"{rule.location} {rule.name}": value})


def mapped(call: Call, location: str, name: str) -> list[str]:
    """The value that a rule has produced at a location; without one, at any."""
    key = name.lower()
    return [
        value
        for (place, known), value in call.mapped.items()
        if known == key and location in ("", place)
    ]


def foreseen(call: Call, location: str, name: str) -> list[str]:
    """The same for policies that act before a call's parameters are checked.

    Nothing where no rule decides: the call is refused for that later.
    """
    param = orchestrated(call.api)
    if param is None or (location, name.lower()) not in produced(param.orchestrations):
        return []
    if not call.mapped:
        values = received(call, param)
        try:
            rule, value = produce(param.orchestrations, values[0] if values else "")
        except (OrchestrationMissing, OrchestrationFailed):
            return []
        call.mapped = {(rule.location, rule.name.lower()): value}
    return mapped(call, location, name)


def produced(rules: Iterable[Orchestration]) -> set[tuple[str, str]]:
    """Where rules may put what they produce: locations and lower-case names."""
    return {(rule.location, rule.name.lower()) for rule in rules if rule.name}


def produce(rules: tuple[Orchestration, ...], value: str) -> tuple[Orchestration, str]:
    """The rule that decides about a value, and what it makes of it."""
    if not value:
        for rule in rules:
            if rule.strategy == "none_value":
                return rule, rule.entries[0].result
        raise OrchestrationMissing
    for rule in rules:
        result = None if rule.strategy in FIXED else _APPLY[rule.strategy](rule, value)
        if result is not None and not rule.preprocessing:
            return rule, result
        value = value if result is None else result
    for rule in rules:
        if rule.strategy == "default":
            return rule, rule.entries[0].result
    raise OrchestrationFailed


def hash_of(value: str) -> int:
    digest = hashlib.sha256(value.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8]) & MOST


def _in_range(rule: Orchestration, number: int) -> str | None:
    for entry in rule.entries:
        if entry.low <= number <= entry.high:
            return entry.result
    return None


def _range(rule: Orchestration, value: str) -> str | None:
    # Cut, because int() refuses thousands of digits.
    number = value.isascii() and value.isdigit() and len(value) <= 19
    return _in_range(rule, int(value)) if number else None


_APPLY: dict[str, Callable[[Orchestration, str], str | None]] = {
    "list": lambda rule, value: rule.by_value.get(value),
    "hash": lambda rule, value: str(hash_of(value)),
    "range": _range,
    "hash_range": lambda rule, value: _in_range(rule, hash_of(value)),
    "head_n": lambda rule, value: value[: rule.entries[0].length],
    "tail_n": lambda rule, value: value[-rule.entries[0].length :],
}


def parse(raw: object, id: str = "", title: str = "") -> Orchestration:
    """A rule as the management API has it; ValueError names what is wrong."""
    part = Part(raw)
    strategy = part.choice("orchestration_strategy", STRATEGIES)
    preprocessing = part.flag("is_preprocessing")
    if preprocessing and strategy in FIXED:
        raise part.refuse("is_preprocessing", f"not with {strategy}")
    name, location = "", "query"
    if not preprocessing:
        to = part.part("orchestration_mapped_param")
        rule = "1 to 128 letters, digits and hyphens, a letter first"
        name = to.text("mapped_param_name", pattern=_NAME, rule=rule)
        to.choice("mapped_param_type", ("string", "number"))
        location = to.choice("mapped_param_location", ("query", "header"))
    entries = tuple(
        _ENTRY[strategy](entry)
        for entry in part.parts("orchestration_map", most=MAX_ENTRIES)
        if strategy in _ENTRY
    )
    if strategy in _ENTRY and not entries:
        raise part.refuse("orchestration_map", "add at least one entry")
    if sum(len(entry.values) for entry in entries) > MAX_VALUES:
        raise part.refuse("orchestration_map", f"at most {MAX_VALUES} values in all")
    return Orchestration(id, title, strategy, preprocessing, name, location, entries)


def _result(part: Part) -> str:
    rule = "1 to 128 letters and digits"
    return part.text("mapped_param_value", pattern=_VALUE, rule=rule)


def _values(part: Part) -> Mapped:
    values = part.texts("map_param_list", most=MAX_VALUES, length=128)
    if not values:
        raise part.refuse("map_param_list", "add at least one value")
    return Mapped(values=values, result=_result(part))


def _bounds(part: Part) -> Mapped:
    bounds = part.part("map_param_range")
    rule = f"a whole number from 0 to {MOST}"
    low, high = (
        int(bounds.text(name, pattern=_INTEGER, rule=rule))
        for name in ("range_start", "range_end")
    )
    if high > MOST:
        raise bounds.refuse("range_end", rule)
    if low > high:
        raise bounds.refuse("range_end", "not below range_start")
    return Mapped(low=low, high=high, result=_result(part))


def _length(part: Part) -> Mapped:
    return Mapped(length=part.number("intercept_length", low=1, high=MAX_LENGTH))


_ENTRY: dict[str, Callable[[Part], Mapped]] = {
    "list": _values,
    "range": _bounds,
    "hash_range": _bounds,
    "head_n": _length,
    "tail_n": _length,
    "none_value": lambda part: Mapped(result=_result(part)),
    "default": lambda part: Mapped(result=_result(part)),
}


def check_order(rules: list[Orchestration]) -> None:
    """ValueError for rules that cannot stand together at one parameter."""
    for strategy in FIXED:
        if sum(rule.strategy == strategy for rule in rules) > 1:
            raise ValueError(f"at most one rule of the strategy {strategy}")
    ordered = [rule for rule in rules if rule.strategy not in FIXED]
    last_is_default = any(rule.strategy == "default" for rule in rules)
    if ordered and ordered[-1].preprocessing and not last_is_default:
        raise ValueError("a preprocessing rule cannot be the last but before a default")
    ids: list[Any] = [rule.id for rule in rules]
    if len(set(ids)) != len(ids):
        raise ValueError("a rule is there twice")
