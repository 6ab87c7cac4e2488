"""Rules of functions and test events (reference: auth.md sections 10.3 to 10.5)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console.models import Function, TestEvent
from console.models.function import check_variables
from tests.console import world

pytestmark = pytest.mark.django_db


def messages(row: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return " ".join(refused.value.messages)


@pytest.mark.parametrize("name", ["a", "Z9", "two-factor_auth", "a" * 60])
def test_a_documented_function_name_is_taken(name: str) -> None:
    Function(func_name=name).full_clean()


@pytest.mark.parametrize(
    "name",
    ["", "9a", "-a", "_a", "a-", "a_", "a b", "a.b", "函数", "a" * 61, "a\n", "é"],
)
def test_another_function_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Function(func_name=name).full_clean()
    assert set(refused.value.message_dict) == {"func_name"}


def test_two_functions_cannot_have_one_name() -> None:
    world.function(func_name="guard")
    twin = Function(func_name="guard")
    assert "A function with this name already exists." in messages(twin)


@pytest.mark.parametrize("handler", ["index.handler", "my-file.run_2", "a/b.c"])
def test_a_handler_is_a_file_a_dot_and_a_function(handler: str) -> None:
    Function(func_name="f", handler=handler).full_clean()


@pytest.mark.parametrize(
    "handler", ["", "handler", ".handler", "index.", "a.b.c", "a.1"]
)
def test_another_handler_is_refused(handler: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Function(func_name="f", handler=handler).full_clean()
    assert set(refused.value.message_dict) == {"handler"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timeout", 0),
        ("timeout", 259_201),
        ("memory_size", 127),
        ("memory_size", 129),
        ("memory_size", 5000),
        ("description", "d" * 513),
        ("concurrency", 0),
        ("concurrency", 1001),
        ("initializer_timeout", 301),
        ("initializer_handler", "index"),
        ("function_type", "http"),
    ],
)
def test_a_value_out_of_its_range_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Function(**{"func_name": "f", field: value}).full_clean()
    assert set(refused.value.message_dict) == {field}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timeout", 3),
        ("timeout", 259_200),
        ("memory_size", 128),
        ("memory_size", 768),
        ("memory_size", 4096),
        ("description", "d" * 512),
        ("runtime", "Python3.12"),
    ],
)
def test_a_value_at_the_edge_of_its_range_is_taken(field: str, value: Any) -> None:
    Function(**{"func_name": "f", field: value}).full_clean()


def test_deploying_makes_the_draft_live() -> None:
    row = Function(func_name="f")
    row.save_valid()
    assert row.deployed is None
    assert row.dirty
    row.deploy(row.draft)
    row.refresh_from_db()
    assert row.deployed == row.draft
    assert row.deploy_time is not None
    assert not row.dirty
    world.write(row, "other")
    assert row.dirty


def test_the_urn_has_region_project_and_package() -> None:
    row = Function(func_name="guard")
    assert row.func_urn.startswith("urn:fss:local:")
    assert row.func_urn.endswith(":function:default:guard")
    assert len(row.func_urn.split(":")) == 7


def test_an_encrypted_variable_is_a_token_in_the_database() -> None:
    secret = "Basic dXNlcjE6cGFzc3dvcmQ="
    row = world.function(encrypted_user_data={"token": secret})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM console_function WHERE id = %s", [row.pk])
        stored = " ".join(map(str, cursor.fetchone()))
        cursor.execute("SELECT encrypted_user_data FROM console_function")
        token = cursor.fetchone()[0]
    assert secret not in stored
    assert token.startswith("gAAAA")
    row.refresh_from_db()
    assert row.encrypted_user_data == {"token": secret}


@pytest.mark.parametrize("key", ["a", "Token_2", "RUNTIME", "runtime_x"])
def test_a_documented_variable_key_is_taken(key: str) -> None:
    check_variables({key: "value"}, {})
    check_variables({}, {key: "value"})


@pytest.mark.parametrize("key", ["", "2a", "_a", "a-b", "a b", "键", "RUNTIME_CPU"])
def test_another_variable_key_is_refused_by_name(key: str) -> None:
    with pytest.raises(ValidationError, match=f"Key {key}"):
        check_variables({key: "value"}, {})
    with pytest.raises(ValidationError, match=f"Key {key}"):
        check_variables({}, {key: "value"})


def test_a_key_is_plain_or_encrypted_not_both() -> None:
    with pytest.raises(ValidationError, match="Key token is there twice."):
        check_variables({"token": "a"}, {"token": "b"})


def test_twenty_variables_of_each_kind_fit() -> None:
    twenty = {f"key{n}": "" for n in range(20)}
    others = {f"secret{n}": "" for n in range(20)}
    check_variables(twenty, others)
    with pytest.raises(ValidationError, match="At most 20 variables"):
        check_variables(twenty | {"more": ""}, {})
    with pytest.raises(ValidationError, match="At most 20 variables"):
        check_variables({}, twenty | {"more": ""})


def test_all_variables_together_have_4096_characters() -> None:
    check_variables({"k": "值" * 4095}, {})
    check_variables({"k": "v" * 2047}, {"s": "v" * 2047})
    with pytest.raises(ValidationError, match="at most 4096 characters"):
        check_variables({"k": "v" * 4096}, {})
    with pytest.raises(ValidationError, match="at most 4096 characters"):
        check_variables({"k": "v" * 2047}, {"s": "v" * 2048})


@pytest.mark.parametrize("values", [[], ["a"], "text", 1, {"key": 1}, {"key": None}])
def test_variables_that_are_not_texts_by_key_are_refused(values: Any) -> None:
    with pytest.raises(ValidationError):
        check_variables(values, {})
    with pytest.raises(ValidationError):
        check_variables({}, values)


@pytest.mark.parametrize("name", ["a", "blank-event-kh76ip", "a" * 25])
def test_a_documented_event_name_is_taken(name: str) -> None:
    TestEvent(function=world.function(), name=name).full_clean()


@pytest.mark.parametrize("name", ["", "1a", "a-", "a b", "事件", "a" * 26])
def test_another_event_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TestEvent(function=world.function(), name=name).full_clean()
    assert set(refused.value.message_dict) == {"name"}


def test_two_events_of_a_function_cannot_have_one_name() -> None:
    row = world.function()
    TestEvent(function=row, name="allow").save_valid()
    TestEvent(function=world.function(), name="allow").save_valid()
    assert "an event with this name" in messages(TestEvent(function=row, name="allow"))


def test_a_function_has_at_most_ten_events() -> None:
    row = world.function()
    for number in range(10):
        TestEvent(function=row, name=f"e{number}").save_valid()
    assert "at most 10 test events" in messages(TestEvent(function=row, name="e10"))
    kept = row.events.get(name="e3")
    kept.content = "[]"
    kept.save_valid()


@pytest.mark.parametrize(
    "content", ["{}", "[]", '"text"', "null", '{"a": "值"}', "1" + " " * 4095]
)
def test_an_event_is_any_json_up_to_four_kilobytes(content: str) -> None:
    TestEvent(function=world.function(), name="e", content=content).full_clean()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "blank"),
        ("{", "Event: not JSON"),
        ("{'a': 1}", "Event: not JSON"),
        ("[" * 2000 + "]" * 2000, "Event: not JSON"),
        ('{"a": NaN}', "Event: not JSON"),
        ('"\\ud800"', "Event: not JSON"),
        ('"' + "x" * 4095 + '"', "Event: at most 4 KB"),
        ('"' + "值" * 1400 + '"', "Event: at most 4 KB"),
    ],
)
def test_an_event_that_no_function_could_get_is_refused(
    content: str, said: str
) -> None:
    row = TestEvent(function=world.function(), name="e", content=content)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert set(refused.value.message_dict) == {"content"}
    assert any(said in text for text in refused.value.message_dict["content"])
