"""Pages of a list: `offset` and `limit` (api.md section 11)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from console.rest import errors

LIMIT, MAX_LIMIT = 20, 500
# SQLite's largest integer: an offset past it is past the end of every list.
_MAX_OFFSET = 2**63 - 1 - MAX_LIMIT


Rows = QuerySet[Any] | Sequence[Any]


class Page:
    """A part of a list: from `offset` (0), at most `limit` (20, 500 at most)."""

    def __init__(self, given: Mapping[str, str]) -> None:
        offset, limit = _whole(given, "offset", 0), _whole(given, "limit", LIMIT)
        self.offset = min(max(offset, 0), _MAX_OFFSET)
        self.limit = min(limit, MAX_LIMIT) if limit > 0 else LIMIT

    def of(self, rows: Rows) -> list[Any]:
        return list(rows[self.offset : self.offset + self.limit])

    def total(self, rows: Rows, found: list[Any]) -> int:
        """How many there are; asked only when this page does not tell."""
        if not isinstance(rows, QuerySet):
            return len(rows)
        last = 0 < len(found) < self.limit or (not found and self.offset == 0)
        return self.offset + len(found) if last else rows.count()


def _whole(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    try:
        return int(text[:20])
    except ValueError:
        raise errors.invalid(name) from None
