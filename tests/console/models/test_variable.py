"""Environment variables (reference: api.md section 6.2)."""

import pytest
from django.core.exceptions import ValidationError

from tests.console import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["abc", "Path_1-x", "a" * 32])
def test_a_documented_name_is_taken(name: str) -> None:
    world.variable(variable_name=name)


@pytest.mark.parametrize("name", ["", "ab", "1ab", "a b", "a.b", "路径名", "a" * 33])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        world.variable(variable_name=name)
    assert set(refused.value.message_dict) == {"variable_name"}


@pytest.mark.parametrize("value", ["1", "/stage/test", "10.0.0.1:80", "a_-/.:" * 42])
def test_a_documented_value_is_taken(value: str) -> None:
    world.variable(variable_value=value)


@pytest.mark.parametrize("value", ["", "a b", "a?b", "{a}", "a" * 256])
def test_another_value_is_refused(value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        world.variable(variable_value=value)
    assert set(refused.value.message_dict) == {"variable_value"}


def test_a_name_is_unique_in_its_group_and_environment() -> None:
    world.variable()
    world.variable(group=world.group())
    world.variable(env=world.environment("TEST"))
    with pytest.raises(ValidationError, match="has a variable of this name"):
        world.variable()
