"""Cache-Control as callers and backends send it (RFC 9111, section 5.2)."""

import re

from gateway.http import Headers

_DIRECTIVE = re.compile(r"([A-Za-z-]+)(?:\s*=\s*(?:\"([^\"]*)\"|([^\s,;]*)))?")


def directives(headers: Headers) -> dict[str, str]:
    """The directives of all Cache-Control lines, names in lower case."""
    text = ",".join(headers.getlist(b"cache-control"))
    return {m[1].lower(): m[2] or m[3] or "" for m in _DIRECTIVE.finditer(text)}


def seconds(text: str | None) -> int | None:
    """A directive's number; one that cannot be read counts as 0 s."""
    if text is None:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
