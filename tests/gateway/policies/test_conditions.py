"""Condition expressions: what they say of a call, and what may not be said."""

import json
import time
from typing import Any

import pytest

from gateway.call import Call
from gateway.policies.conditions import parse_condition, parse_parameters
from gateway.policies.document import Part
from tests.gateway.world import World, request

OPERANDS = {"a": None, "b": None}


def holds(expression: Any, **values: Any) -> bool:
    part = Part({"match_regex": json.dumps(expression)})
    return parse_condition(part, "match_regex", OPERANDS)(values)


@pytest.mark.parametrize(
    ("expression", "values", "wanted"),
    [
        (["a", "==", "x"], {"a": "x"}, True),
        (["a", "==", "x"], {"a": "X"}, False),
        (["a", "==", "x"], {}, False),
        (["a", "==", 200], {"a": 200.0}, True),
        (["a", "==", "200"], {"a": 200}, True),
        # Not "matches": this operator means "is not".
        (["a", "~=", "x"], {"a": "xx"}, True),
        (["a", "~=", "x"], {"a": "x"}, False),
        (["a", "~=", "x"], {}, True),
        (["a", "~~", "^/v[0-9]"], {"a": "/v2/x"}, True),
        (["a", "~~", "b"], {"a": "abc"}, True),
        (["a", "~~", "b"], {}, False),
        (["a", "in", "500,501, 504"], {"a": 504}, True),
        (["a", "in", "500,501"], {"a": 50}, False),
        (["a", ">", 6000], {"a": 6000.5}, True),
        (["a", ">", "10"], {"a": "9"}, False),
        (["a", "<=", 3], {"a": 3}, True),
        (["a", ">", 1], {"a": "many"}, False),
        (["a", ">", 1], {}, False),
        (["AND", ["a", "==", "1"], ["b", "==", "2"]], {"a": "1", "b": "2"}, True),
        (["AND", ["a", "==", "1"], ["b", "==", "2"]], {"a": "1"}, False),
        (["OR", ["a", "==", "1"], ["b", "==", "2"]], {"b": "2"}, True),
        (["OR", ["AND", ["a", "==", "1"]], ["b", "==", "2"]], {"a": "1"}, True),
    ],
)
def test_an_expression_says_what_is_documented(
    expression: Any, values: dict[str, Any], wanted: bool
) -> None:
    assert holds(expression, **values) is wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "match_regex: an expression is a JSON array in a string"),
        ('{"a": 1}', "match_regex: an expression is an array"),
        ("[]", "match_regex: an expression is an array"),
        ('["a", "=="]', "is not three members"),
        ('["c", "==", "x"]', "'c' is not a declared parameter"),
        ('["a", "===", "x"]', "'===' is none of =="),
        ('["a", "==", ["x"]]', "must be a string or a number"),
        ('["a", ">", "many"]', "'many' is not a number"),
        ('["a", "~~", "("]', "match_regex:"),
        ('["a", "~~", "(?=x)"]', "lookaround"),
        ("[" * 5000 + "]" * 5000, "match_regex:"),
        ('["AND",' * 12 + '["a","==","x"]' + "]" * 12, "at most 10 deep"),
    ],
)
def test_a_wrong_expression_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_condition(Part({"match_regex": text}), "match_regex", OPERANDS)
    assert message in str(refused.value)


def test_no_pattern_stalls_on_a_hostile_text() -> None:
    started = time.perf_counter()
    assert not holds(["a", "~~", "^(a+)+$"], a="a" * 20_000 + "!")
    assert time.perf_counter() - started < 1


def test_parameters_are_read_from_the_call(world: World) -> None:
    declared = [
        {"type": "header", "name": "host", "value": "Host"},
        {"type": "query", "name": "user", "value": "u"},
        {"type": "system", "name": "ip", "value": "$context.sourceIp", "id": 3},
    ]
    parameters = parse_parameters(Part({"parameters": declared}))
    sent = request("GET", "/a%20b?u=1&u=2", ("x-a", "b"))
    values = parameters.of(Call(sent, world.gateway.services))
    assert dict(values) == {
        "reqPath": "/a b",
        "method": "GET",
        "host": "g1.apig.localhost",
        "user": "1",
        "ip": "192.0.2.7",
    }


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"type": "cookie", "name": "a"}, "parameters[0].type: one of path"),
        ({"type": "header", "name": "a"}, "parameters[0].value: the name of"),
        ({"type": "header", "value": "a"}, "parameters[0].name: it is required"),
        ({"type": "path", "name": "a" * 33}, "parameters[0].name: at most 32"),
        ({"type": "system", "name": "a", "value": "x"}, "x is no system parameter"),
    ],
)
def test_a_wrong_parameter_is_refused(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_parameters(Part({"parameters": [declared]}))
    assert message in str(refused.value)


def test_twenty_parameters_are_the_most() -> None:
    many = [{"type": "query", "name": f"q{n}", "value": "q"} for n in range(21)]
    with pytest.raises(ValueError, match="parameters: at most 20"):
        parse_parameters(Part({"parameters": many}))
