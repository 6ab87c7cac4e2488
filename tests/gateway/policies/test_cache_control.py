"""Cache-Control as it is read (RFC 9111, section 5.2)."""

import pytest

from gateway.http import Headers
from gateway.policies.cache_control import directives, seconds


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], {}),
        (["No-Store"], {"no-store": ""}),
        (["max-age=5, public", 'private="a, b"'], None),
        (["max-age = 7"], {"max-age": "7"}),
        ([",,;"], {}),
    ],
)
def test_directives_of_all_lines_count(
    lines: list[str], found: dict[str, str] | None
) -> None:
    headers = Headers((b"cache-control", line.encode()) for line in lines)
    several = {"max-age": "5", "public": "", "private": "a, b"}
    assert directives(headers) == (several if found is None else found)


@pytest.mark.parametrize(
    ("text", "found"),
    [(None, None), ("60", 60), ("-1", 0), ("", 0), ("\u0661", 0), ("9" * 10, 0)],
)
def test_seconds_that_cannot_be_read_are_none_at_all(
    text: str | None, found: int | None
) -> None:
    assert seconds(text) == found
