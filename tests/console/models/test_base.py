"""What the nouns share."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.models import AccessLog
from console.models.base import default_name, fitted, insert, new_id, rule
from gateway.access import FIELDS


def test_an_id_is_32_lower_case_hex_characters() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", new_id())
    assert new_id() != new_id()


def test_a_proposed_name_ends_in_four_characters() -> None:
    assert re.fullmatch(r"API_[a-z0-9]{4}", default_name("API"))


def test_a_rule_covers_the_whole_text_and_states_itself() -> None:
    letters = rule("[a-z]+", "Name: letters.")
    letters("abc")
    percent = rule("[a-z%]+", "Secret: letters and % are allowed.")
    with pytest.raises(ValidationError) as refused:
        percent("123")
    assert refused.value.messages == ["Secret: letters and % are allowed."]
    for text in ("abc\n", "1abc", "abc1"):
        with pytest.raises(ValidationError, match="Name: letters."):
            letters(text)


VALUES: dict[str, Any] = {
    **dict.fromkeys(FIELDS, "text"),
    "time": datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
    "request_id": "0" * 100,
    "reason": "null \0 and \u20ac",
    "status": "404",
    "request_time": 1,
    "bytes_sent": 2**40,
    "body_bytes_sent": 2**33,
    "request_length": 3,
    "authorizer_time": None,
    "upstream_status": None,
    "upstream_response_time": 0.5,
    "app_id": 7,
}


@pytest.mark.django_db
def test_many_rows_are_written_as_one_is_saved() -> None:
    fitted(AccessLog, VALUES | {"debug": False}).save()
    insert(AccessLog, (*VALUES, "debug"), [[*VALUES.values(), False]] * 2)
    saved, *inserted = AccessLog.objects.order_by("pk").values_list(*VALUES, "debug")
    assert inserted == [saved, saved]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"), [("status", "many"), ("request_time", []), ("time", "now")]
)
def test_a_value_that_its_column_does_not_take_is_refused(
    name: str, value: object
) -> None:
    row = VALUES | {"debug": False, name: value}
    with pytest.raises((ValueError, TypeError, ValidationError)):
        insert(AccessLog, (*row,), [(*row.values(),)])
    assert not AccessLog.objects.exists()
