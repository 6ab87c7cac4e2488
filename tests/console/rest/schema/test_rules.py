"""What a model says of a field becomes JSON Schema."""

import re
from typing import Any

import pytest

from console import models
from console.rest.schema.rules import narrow


def of(model: Any, name: str, **known: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": {name: known}}
    found: dict[str, Any] = narrow(schema, model)["properties"][name]
    return found


def test_choices_are_the_only_values() -> None:
    found = of(models.Api, "req_method", type="string", enum=["GET", "LINK"])
    assert "LINK" not in found["enum"] and "ANY" in found["enum"]


def test_the_narrower_bound_holds() -> None:
    found = of(models.Member, "port", type="integer", format="int32")
    assert found == {
        "type": "integer",
        "format": "int32",
        "minimum": 0,
        "maximum": 65_535,
    }


@pytest.mark.parametrize(("text", "fits"), [("", True), ("abc", True), ("a", False)])
def test_a_field_that_may_be_blank_obeys_its_pattern_else(
    text: str, fits: bool
) -> None:
    found = of(models.Channel, "dict_code", type="string", minLength=3)
    assert "minLength" not in found
    assert bool(re.search(found["pattern"], text)) is fits


def test_a_field_that_may_not_be_blank_needs_something() -> None:
    assert of(models.Member, "host", type="string")["minLength"] == 1


def test_what_the_model_does_not_have_or_has_otherwise_stays() -> None:
    assert of(models.Api, "roma_app_id", type="string") == {"type": "string"}
    assert of(models.Api, "name", type="integer") == {"type": "integer"}
    assert narrow({"type": "array"}, models.Api) == {"type": "array"}
