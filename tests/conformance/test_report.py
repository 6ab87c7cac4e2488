"""Every operation by the official client, against the running product."""

from pathlib import Path
from typing import Any

import pytest

from tests.conformance import report, run
from tests.conformance.compare import Some, differences, same_members
from tests.e2e.product import Product

# What a run must leave as it was; keys, logs and figures are not among it.
NOUNS = [
    "console.ApiGroup",
    "console.Api",
    "console.Release",
    "console.Environment",
    "console.Variable",
    "console.GatewayResponse",
    "console.Domain",
    "console.Certificate",
    "console.Credential",
    "console.AppQuota",
    "console.Authorizer",
    "console.Function",
    "console.Throttle",
    "console.Acl",
    "console.Signature",
    "console.Plugin",
    "console.Orchestration",
    "console.Channel",
]
KEPT = Path(__file__).with_name("REPORT.md")


def test_every_operation_answers_as_the_kept_report_says(product: Product) -> None:
    before = product.manage("dumpdata", *NOUNS)
    said = product.manage("conformance", "--markdown", seconds=300)
    assert said == KEPT.read_text()
    assert f"0 {run.FAILED}, 0 {run.UNTRIED}" in said
    assert product.manage("dumpdata", *NOUNS) == before, "something is left"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"a": 1, "b": [{"c": 1, "d": ""}]}, ""),
        ({"a": Some(), "more": Some()}, ""),
        ({"b": [{"c": 2}]}, ".b[0].c: 1 for 2"),
        ({"b": []}, ".b: 1 items for 0"),
        ({"b": [{"d": Some()}]}, ".b[0].d: None for a value"),
        ({"lacking": ""}, ".lacking is missing"),
    ],
)
def test_what_differs_is_found(given: dict[str, Any], wrong: str) -> None:
    found = {"a": 1, "b": [{"c": 1, "d": None}], "more": 2}
    assert differences(given, found) == wrong


def test_a_body_is_compared_where_the_reply_has_a_place_for_it() -> None:
    given = {"a": 1, "b": [{"c": 2, "secret": 3}], "unknown": 4}
    kept = {"a": 1, "b": [{"c": 2}]}
    assert same_members(given, {"a": 0, "b": [{"c": 0, "more": 0}]}) == kept
    # A list that lost items is compared whole.
    assert same_members({"b": [1, 2]}, {"b": [1]}) == {"b": [1, 2]}


def test_failures_are_counted() -> None:
    results = {"one": run.Result(200, run.PASSED), "two": run.Result(400, run.FAILED)}
    assert report.failed(results) == ["two: "]
    expected = "2 operations: 1 passed, 0 not supported, 1 FAILED, 0 not exercised."
    assert report.totals(results) == expected
