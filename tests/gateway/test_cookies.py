"""Cookies of a request."""

import pytest

from gateway.cookies import cookie_value, cookie_values, with_cookie, without_cookies

HOST = (b"host", b"h")


def sent(*lines: bytes) -> list[tuple[bytes, bytes]]:
    return [HOST, *((b"cookie", line) for line in lines)]


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        ([b"a=1"], ["1"]),
        ([b"b=2; a=1"], ["1"]),
        ([b'a="1"', b"a=2;A=3"], ["1", "2"]),
        ([b"xa=1; a"], [""]),
        ([b"b=a=1"], []),
        ([], []),
    ],
)
def test_a_cookie_is_read_wherever_it_stands(
    lines: list[bytes], values: list[str]
) -> None:
    assert cookie_values(sent(*lines), "a") == values
    assert cookie_value(sent(*lines), "a") == (values[0] if values else None)


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([b"a=1"], []),
        ([b"a=1; b=2;  c=3"], [b"b=2;  c=3"]),
        ([b"b=2;  c=3 "], [b"b=2;  c=3 "]),
        ([b"b=2; a=1", b"a=3", b"c=4"], [b"b=2", b"c=4"]),
    ],
)
def test_some_are_left_out_and_the_others_stay(
    lines: list[bytes], left: list[bytes]
) -> None:
    assert without_cookies(sent(*lines), {b"a"}) == sent(*left)


def test_one_is_added_to_the_line_that_is_there() -> None:
    assert with_cookie(sent(), b"a=1") == sent(b"a=1")
    assert with_cookie(sent(b"b=2", b"c=3"), b"a=1") == sent(b"b=2; a=1", b"c=3")
