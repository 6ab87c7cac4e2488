"""Cookies of a request: read one, leave some out, add one (RFC 6265 section 4.2).

What is not touched stays as it was sent, byte by byte.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

from gateway.http import RawHeaders, decode_text

COOKIE = b"cookie"
Pairs = Iterable[tuple[bytes, bytes]]


def cookie_values(headers: Pairs, name: str) -> list[str]:
    """The values of a cookie, without quotes around them; its name has a case."""
    return [
        value
        for key, line in headers
        if key == COOKIE
        for known, value in _pairs(line)
        if known == name
    ]


def cookie_value(headers: Pairs, name: str) -> str | None:
    """The first value of a cookie: browsers send that of the longest path first."""
    return next(iter(cookie_values(headers, name)), None)


# Conditions ask for one cookie after another of the same call.
@lru_cache(maxsize=64)
def _pairs(line: bytes) -> tuple[tuple[str, str], ...]:
    parts = (part.partition("=") for part in decode_text(line).split(";"))
    return tuple((key.strip(), value.strip().strip('"')) for key, _, value in parts)


def without_cookies(headers: Pairs, names: Collection[bytes]) -> RawHeaders:
    """The headers without these cookies; a line that had no other is gone."""
    kept: RawHeaders = []
    for key, value in headers:
        if key == COOKIE:
            parts = value.split(b";")
            left = [p for p in parts if p.partition(b"=")[0].strip() not in names]
            if not any(part.strip() for part in left):
                continue
            value = b";".join(left).strip() if len(left) < len(parts) else value
        kept.append((key, value))
    return kept


def with_cookie(headers: RawHeaders, pair: bytes) -> RawHeaders:
    """The headers with one more cookie, in the line that is there already."""
    for place, (key, value) in enumerate(headers):
        if key == COOKIE:
            line = (COOKIE, value + b"; " + pair)
            return [*headers[:place], line, *headers[place + 1 :]]
    return [*headers, (COOKIE, pair)]
