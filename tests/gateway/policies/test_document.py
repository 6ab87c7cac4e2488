"""What a policy's document may say, and where a message says it is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.policies.document import Part

Read = Callable[[Part], Any]


@pytest.mark.parametrize(
    ("read", "raw", "message"),
    [
        (lambda p: p.text("a"), {}, "a: it is required"),
        (lambda p: p.text("a"), {"a": None}, "a: it is required"),
        (lambda p: p.text("a"), {"a": ""}, "a: it must not be empty"),
        (lambda p: p.text("a"), {"a": 1}, "a: it must be a string"),
        (lambda p: p.text("a", most=2), {"a": "abc"}, "a: at most 2 characters"),
        (lambda p: p.text("a", pattern="b", rule="only b"), {"a": "c"}, "a: only b"),
        (lambda p: p.choice("a", ("x", "y")), {"a": "z"}, "a: one of x, y"),
        (lambda p: p.choice("a", ("x", "y")), {"a": ["x"]}, "a: one of x, y"),
        (lambda p: p.number("a", low=1, high=9), {"a": 10}, "from 1 to 9"),
        (lambda p: p.number("a", low=1, high=9), {"a": True}, "a: a whole number"),
        (lambda p: p.number("a", low=1, high=9), {"a": 1.5}, "a: a whole number"),
        (lambda p: p.flag("a"), {"a": "true"}, "a: true or false"),
        (lambda p: p.part("a"), {"a": []}, "a: it must be a JSON object"),
        (lambda p: p.part("a").text("b"), {"a": {"b": 1}}, "a.b: it must be a string"),
        (lambda p: p.parts("a", most=2), {"a": {}}, "a: it must be a list"),
        (lambda p: p.parts("a", most=1), {"a": [{}, {}]}, "a: at most 1 entries"),
        (lambda p: p.parts("a", most=2), {"a": [{}, 1]}, "a[1]: it must be a JSON"),
        (lambda p: p.texts("a", most=2), {"a": ["b", ""]}, "a[1]: a string of 1 to"),
        (
            lambda p: p.parts("a", most=2)[1].number("b", low=0),
            {"a": [{}, {"b": "1"}]},
            "a[1].b: a whole number",
        ),
    ],
)
def test_a_message_has_the_path_and_the_rule(
    read: Read, raw: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        read(Part(raw))
    assert message in str(refused.value)


@pytest.mark.parametrize("raw", [None, [], "text", 1])
def test_a_document_is_an_object(raw: object) -> None:
    with pytest.raises(ValueError, match="document: it must be a JSON object"):
        Part(raw)


def test_what_is_absent_or_null_has_its_default() -> None:
    part = Part({"a": None})
    assert part.text("a", "x") == part.text("b", "x") == "x"
    assert part.number("a", -1, low=1, high=5) == -1
    assert part.flag("a", True) is True
    assert part.parts("a", most=1) == part.texts("a", most=1) == ()
    assert not part.has("a")
