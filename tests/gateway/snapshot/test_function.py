"""Functions as callers refer to them: names, keys, shares of calls."""

from dataclasses import fields, replace
from typing import Any

from gateway.snapshot import Function, Target

URN = "urn:fss:local:p:function:default:guard"
FUNCTION = Function(URN, "guard", "Python3.9", "index.handler", "c0de")


def another(value: Any) -> Any:
    """A value of the same type."""
    if isinstance(value, bool):
        return not value
    return {"a": "b"} if isinstance(value, dict) else value + type(value)(1)


def test_a_name_says_the_alias_or_else_the_version() -> None:
    assert FUNCTION.qualified_urn == f"{URN}:latest"
    assert replace(FUNCTION, version="v1").qualified_urn == f"{URN}:v1"
    named = replace(FUNCTION, version="v1", alias="prod")
    assert named.qualified_urn == f"{URN}:!prod"


def test_every_field_makes_another_key() -> None:
    """So that no child of before is asked: stale code cannot run."""
    for field in fields(Function):
        changed: dict[str, Any] = {field.name: another(getattr(FUNCTION, field.name))}
        assert replace(FUNCTION, **changed).key != FUNCTION.key, changed


def test_the_same_function_has_the_same_key() -> None:
    assert replace(FUNCTION).key == FUNCTION.key


def test_calls_are_shared_by_weight() -> None:
    second = replace(FUNCTION, version="v2")
    assert Target(FUNCTION).pick() is FUNCTION
    assert Target(FUNCTION, second, 0).pick() is FUNCTION
    assert Target(FUNCTION, second, 100).pick() is second
    picked = [Target(FUNCTION, second, 30).pick().version for _ in range(2000)]
    assert 450 < picked.count("v2") < 750


def test_what_is_gone_is_refused() -> None:
    assert not Function.gone("x").enabled
