"""Orchestration rules: each strategy, their order, and what they decide."""

from typing import Any

import pytest

from gateway.errors import OrchestrationFailed, OrchestrationMissing
from gateway.policies.orchestration import (
    MOST,
    check_order,
    hash_of,
    parse,
    produce,
)
from gateway.snapshot import (
    Backend,
    BackendPolicy,
    Condition,
    MockInfo,
    Orchestration,
    ReqParam,
)
from tests.gateway.world import World, request


def rule(strategy: str, *entries: dict[str, Any], **members: Any) -> Orchestration:
    name = members.pop("name", "color")
    to = {
        "mapped_param_name": name,
        "mapped_param_type": "string",
        "mapped_param_location": "header",
    }
    document = {"orchestration_strategy": strategy, "orchestration_map": list(entries)}
    document |= {"orchestration_mapped_param": to} | members
    return parse(document, f"{strategy}{entries}", strategy)


def listed(value: str, *values: str) -> dict[str, Any]:
    return {"map_param_list": list(values), "mapped_param_value": value}


def between(low: int, high: int, value: str) -> dict[str, Any]:
    bounds = {"range_start": str(low), "range_end": str(high)}
    return {"map_param_range": bounds, "mapped_param_value": value}


def fixed(value: str) -> dict[str, Any]:
    return {"mapped_param_value": value}


COLORS = rule("list", listed("blue", "1", "2"), listed("red", "2", "3"))
SIZES = rule("range", between(0, 9, "small"), between(5, MOST, "large"))
LOW, HIGH = between(0, MOST // 2, "low"), between(MOST // 2 + 1, MOST, "high")


@pytest.mark.parametrize(
    ("rules", "value", "wanted"),
    [
        ([COLORS], "2", "blue"),
        ([COLORS], "3", "red"),
        ([SIZES], "9", "small"),
        ([SIZES], "10", "large"),
        ([SIZES], str(MOST), "large"),
        ([rule("hash")], "a", str(hash_of("a"))),
        ([rule("hash_range", LOW, HIGH)], "a", "high"),
        ([rule("hash_range", LOW, HIGH)], "c", "low"),
        ([rule("head_n", {"intercept_length": 2})], "abc", "ab"),
        ([rule("tail_n", {"intercept_length": 2})], "abc", "bc"),
        ([rule("tail_n", {"intercept_length": 9})], "abc", "abc"),
        ([COLORS, rule("default", fixed("grey"))], "9", "grey"),
        # The default comes last, and no value first, wherever they stand.
        ([rule("default", fixed("grey")), COLORS], "1", "blue"),
        ([COLORS, rule("none_value", fixed("none"))], "", "none"),
        ([SIZES, COLORS], "3", "small"),
    ],
)
def test_the_first_rule_that_matches_decides(
    rules: list[Orchestration], value: str, wanted: str
) -> None:
    assert produce(tuple(rules), value)[1] == wanted


def test_a_preprocessing_rule_makes_the_input_of_the_next() -> None:
    head = rule("head_n", {"intercept_length": 1}, is_preprocessing=True)
    assert produce((head, COLORS), "3xyz")[1] == "red"
    hashed = rule("hash", is_preprocessing=True)
    ranged = rule("range", LOW, HIGH)
    assert produce((hashed, ranged), "a")[1] == "high"


def test_the_hash_of_a_value_stays() -> None:
    assert hash_of("a") == 5374906597990186442
    assert hash_of("b") != hash_of("a")


@pytest.mark.parametrize("value", ["9", "-1", "1e3", "x", "9" * 5000, "٣"])
def test_what_no_rule_matches_is_an_error(value: str) -> None:
    with pytest.raises(OrchestrationFailed):
        produce((COLORS, rule("range", between(100, 200, "x"))), value)


def test_a_missing_parameter_is_an_error_without_a_rule_for_it() -> None:
    with pytest.raises(OrchestrationMissing):
        produce((COLORS, rule("default", fixed("grey"))), "")


@pytest.mark.parametrize(
    ("strategy", "entries", "members", "message"),
    [
        ("concat", [], {}, "orchestration_strategy: one of list"),
        ("list", [], {}, "orchestration_map: add at least one entry"),
        ("list", [fixed("x")], {}, r"orchestration_map\[0\].map_param_list"),
        ("list", [listed("x y", "1")], {}, r"mapped_param_value: 1 to 128"),
        ("range", [between(2, 1, "x")], {}, "range_end: not below range_start"),
        ("range", [between(0, MOST + 1, "x")], {}, "range_end: a whole number"),
        ("head_n", [{"intercept_length": 101}], {}, "intercept_length"),
        ("default", [fixed("x")], {"is_preprocessing": True}, "not with default"),
        ("list", [listed("x", "1")], {"name": "1x"}, "mapped_param_name"),
        ("list", [listed("x", "1")] * 301, {}, "at most 300 entries"),
    ],
)
def test_a_broken_rule_is_named_with_its_path(
    strategy: str, entries: list[Any], members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        rule(strategy, *entries, **members)


def test_rules_that_cannot_stand_together_are_refused() -> None:
    head = rule("head_n", {"intercept_length": 1}, is_preprocessing=True)
    default = rule("default", fixed("x"))
    check_order([head, default])
    with pytest.raises(ValueError, match="cannot be the last"):
        check_order([COLORS, head])
    with pytest.raises(ValueError, match="at most one rule of the strategy default"):
        check_order([default, rule("default", fixed("y"))])
    with pytest.raises(ValueError, match="twice"):
        check_order([COLORS, COLORS])


def test_what_a_rule_produces_can_choose_the_backend(world: World) -> None:
    param = ReqParam("tier", "STRING", "QUERY", orchestrations=(COLORS,))
    condition = Condition("orchestration", "color", "exact", "red")
    red = BackendPolicy("red", "ALL", (condition,), Backend(MockInfo(200, "red")))
    world.publish(req_params=(param,), policies=(red,))
    answers = [world.send(request("GET", f"/orders?tier={n}")) for n in "13"]
    assert [a.response.body for a in answers] == [b"mock 1", b"red"]


def test_a_call_without_a_match_gets_the_documented_error(world: World) -> None:
    param = ReqParam("tier", "STRING", "QUERY", orchestrations=(COLORS,))
    world.publish(req_params=(param,))
    for target in ("/orders?tier=9", "/orders"):
        answer = world.send(request("GET", target))
        assert (answer.status, answer.json["error_code"]) == (400, "APIG.0106")


def test_a_condition_looks_where_a_rule_puts_its_value(world: World) -> None:
    param = ReqParam("tier", "STRING", "QUERY", orchestrations=(COLORS,))
    chosen = []
    for location in ("", "header", "query"):
        met = Condition("orchestration", "color", "exact", "red", location)
        red = BackendPolicy("red", "ALL", (met,), Backend(MockInfo(200, "red")))
        world.publish(req_params=(param,), policies=(red,))
        answer = world.send(request("GET", "/orders?tier=3"))
        chosen.append(answer.response.body == b"red")
    assert chosen == [True, True, False]
