"""Every operation by the official client, against the running product."""

from tests.conformance import report, run
from tests.e2e.product import Product


def test_every_operation_answers_as_documented(product: Product) -> None:
    said = product.manage("conformance")
    [*lines, _, totals] = said.strip().splitlines()
    assert len(lines) == 217
    assert f"0 {run.FAILED}" in totals, said
    # Nothing that was made is left: it can be run again.
    assert product.manage("conformance", "--totals").strip().endswith(totals)


def test_what_differs_is_found() -> None:
    found = {"a": 1, "b": [{"c": 1, "d": None}], "more": 2}
    assert run.differences({"a": 1, "b": [{"c": 1, "d": ""}]}, found) == ""
    assert run.differences({"b": [{"c": 2}]}, found) == ".b[0].c: 1 for 2"
    assert run.differences({"b": []}, found) == ".b: 1 items for 0"


def test_failures_are_counted() -> None:
    results = {"one": run.Result(200, run.PASSED), "two": run.Result(400, run.FAILED)}
    assert report.failed(results) == ["two: "]
    expected = "2 operations: 1 passed, 0 not supported, 1 FAILED, 0 not exercised."
    assert report.totals(results) == expected
