"""What the nouns share."""

import re

import pytest
from django.core.exceptions import ValidationError

from console.models.base import default_name, new_id, rule


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
