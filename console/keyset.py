"""Pages of a table with a million rows, newest first: from a row on, not by number.

To find the n-th page a database reads all before it; from a row on it reads a page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

# As many rows are counted; counting them all takes longer than showing twenty.
MAX_COUNTED = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"(\d{1,16})-(\d{1,18})\Z", re.A)
_MICROSECOND = timedelta(microseconds=1)
Place = tuple[datetime, int]


@dataclass(frozen=True)
class Page:
    """Rows, and the cursors of the pages beside them, "" where there is none.

    `total` is how many rows there are, at most MAX_COUNTED + 1; None when that was not
    counted, as on all pages but the first.
    """

    object_list: list[Any]
    newer: str = ""
    older: str = ""
    total: int | None = None

    @property
    def more(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.total is not None and self.total > MAX_COUNTED


def cursor(row: Any) -> str:
    """A row's place, for a URL: its `time` in microseconds, and its key."""
    return f"{(row.time - _EPOCH) // _MICROSECOND}-{row.pk}"


def page(rows: QuerySet[Any], given: Mapping[str, str], size: int) -> Page:
    """The rows `before` a cursor, or `after` one, or the newest."""
    if place := _place(given.get("before", "")):
        found = list(_older(rows, place)[: size + 1])
        return _page(rows, found[:size], newer=True, older=len(found) > size)
    if place := _place(given.get("after", "")):
        found = newer(rows, place, size + 1)
        if len(found) > size:
            return _page(rows, found[1:], newer=True, older=True)
    # One look through an index finds the page and counts.
    found = list(rows.values_list("pk", flat=True)[: MAX_COUNTED + 1])
    more = len(found) > size
    return _page(rows, found[:size], newer=False, older=more, total=len(found))


def newer(rows: QuerySet[Any], place: Place | None, most: int) -> list[int]:
    """Keys of the rows that follow a place, the newest first."""
    time, pk = place or (_EPOCH, 0)
    found = rows.filter(time__gte=time).exclude(time=time, pk__lte=pk)
    keys = found.order_by("time", "pk").values_list("pk", flat=True)
    return list(keys[:most])[::-1]


def tail(rows: QuerySet[Any], after: str, most: int) -> list[Any]:
    """Rows that came after a cursor, the newest first."""
    return _whole(rows, newer(rows, _place(after), most))


def _older(rows: QuerySet[Any], place: Place) -> QuerySet[Any]:
    time, pk = place
    found = rows.filter(time__lte=time).exclude(time=time, pk__gte=pk)
    return found.values_list("pk", flat=True)


def _page(
    rows: QuerySet[Any],
    keys: list[int],
    *,
    newer: bool,
    older: bool,
    total: int | None = None,
) -> Page:
    found = _whole(rows, keys)
    first, last = (cursor(found[0]), cursor(found[-1])) if found else ("", "")
    return Page(found, first if newer else "", last if older else "", total)


def _whole(rows: QuerySet[Any], keys: list[int]) -> list[Any]:
    """The rows themselves: they are looked for in indexes alone."""
    return list(rows.model._default_manager.filter(pk__in=keys))


def _place(text: str) -> Place | None:
    match = _CURSOR.match(text)
    return match and (_EPOCH + int(match[1]) * _MICROSECOND, int(match[2]))
