"""Patterns that users write run in linear time."""

import pytest

from gateway.patterns import MAX_PATTERN, pattern


@pytest.mark.parametrize(
    ("text", "value", "found"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\d{3}$", "123", True),
        ("(?i)^abc$", "ABC", True),
        ("^值+$", "值值", True),
        ("", "anything", True),
    ],
)
def test_a_pattern_is_found_anywhere_unless_it_is_anchored(
    text: str, value: str, found: bool
) -> None:
    assert pattern(text).search(value) is found


@pytest.mark.parametrize("text", ["(", "[a", "a**b(", "(?=a)", "(?<!a)b", r"(a)\1"])
def test_what_cannot_run_is_refused_quietly(
    text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError):
        pattern(text)
    assert capfd.readouterr() == ("", "")


def test_what_other_engines_have_is_named() -> None:
    with pytest.raises(ValueError, match="lookaround"):
        pattern("(?=a)")


def test_a_pattern_is_of_bounded_length_and_size() -> None:
    pattern("a" * MAX_PATTERN)
    with pytest.raises(ValueError, match="2048"):
        pattern("a" * (MAX_PATTERN + 1))
    with pytest.raises(ValueError):
        pattern("(((a{100}){100}){100})")


def test_nested_repetition_does_not_backtrack() -> None:
    assert not pattern("^(a+)+$").search("a" * 100_000 + "b")
