"""A function's configuration: its variables."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.forms.configuration import set_variables, variable_rows
from console.models import Function

Row = dict[str, Any]


def row(key: str, value: str = "", *, encrypted: bool = False) -> Row:
    return {"key": key, "value": value, "encrypted": encrypted}


def stored(rows: list[Row], **fields: Any) -> tuple[Any, Any]:
    function = Function(func_name="f", **fields)
    set_variables(function, rows)
    return function.user_data, function.encrypted_user_data


def test_each_variable_goes_where_its_switch_says() -> None:
    rows = [row("test", "user@123"), row("token", "secret", encrypted=True)]
    assert stored(rows) == ({"test": "user@123"}, {"token": "secret"})


def test_an_encrypted_value_left_blank_stays() -> None:
    rows = [row("token", encrypted=True)]
    assert stored(rows, encrypted_user_data={"token": "old"}) == ({}, {"token": "old"})


def test_an_encrypted_value_that_is_typed_anew_replaces_the_old_one() -> None:
    rows = [row("token", "new", encrypted=True)]
    assert stored(rows, encrypted_user_data={"token": "old"}) == ({}, {"token": "new"})


def test_a_new_encrypted_variable_may_be_empty() -> None:
    assert stored([row("token", encrypted=True)]) == ({}, {"token": ""})


def test_an_encrypted_value_never_becomes_plain_unseen() -> None:
    with pytest.raises(ValidationError, match="Key token: type its value"):
        stored([row("token")], encrypted_user_data={"token": "old"})


def test_an_encrypted_variable_becomes_plain_when_its_value_is_typed() -> None:
    fields = {"encrypted_user_data": {"token": "old"}}
    assert stored([row("token", "seen")], **fields) == ({"token": "seen"}, {})


def test_a_plain_variable_can_be_encrypted_later() -> None:
    fields = {"user_data": {"token": "old"}}
    rows = [row("token", "old", encrypted=True)]
    assert stored(rows, **fields) == ({}, {"token": "old"})


def test_a_row_that_is_gone_is_deleted() -> None:
    fields = {"user_data": {"a": "1"}, "encrypted_user_data": {"b": "2"}}
    assert stored([], **fields) == ({}, {})


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_key_that_is_there_twice_is_refused_and_nothing_changes(
    encrypted: bool,
) -> None:
    function = Function(func_name="f", user_data={"a": "1"})
    rows = [row("token", "a"), row("token", "b", encrypted=encrypted)]
    with pytest.raises(ValidationError, match="Key token is there twice."):
        set_variables(function, rows)
    assert function.user_data == {"a": "1"}


def test_the_table_never_holds_a_stored_encrypted_value() -> None:
    function = Function(
        func_name="f",
        user_data={"test": "user@123"},
        encrypted_user_data={"token": "secret"},
    )
    html = str(variable_rows(function))
    assert "user@123" in html
    assert "secret" not in html
    assert "******** (unchanged)" in html
