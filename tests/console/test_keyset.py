"""Pages from a row on: each row on exactly one, whatever comes meanwhile."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console import keyset
from console.models import AccessLog
from tests.console.test_explain import record

pytestmark = pytest.mark.django_db
SIZE = 3


def made(count: int) -> list[str]:
    """Records of which several share a moment; their ids, the newest first."""
    now = timezone.now()
    for number in range(count):
        at = now + timedelta(microseconds=number // 2)
        record(request_id=f"{number:02}", time=at)
    return [f"{number:02}" for number in reversed(range(count))]


def page(**given: str) -> keyset.Page:
    return keyset.page(AccessLog.objects.all(), given, SIZE)


def ids(rows: list[Any]) -> list[str]:
    return [row.request_id for row in rows]


def test_leafing_shows_each_row_once_in_both_directions() -> None:
    wanted = made(8)
    shown = page()
    assert (shown.newer, shown.total, shown.more) == ("", 8, False)
    there = [shown]
    while there[-1].older:
        there.append(page(before=there[-1].older))
    assert [r for one in there for r in ids(one.object_list)] == wanted
    back = page(after=there[-1].newer)
    assert ids(back.object_list) == ids(there[1].object_list)
    assert back.newer and back.older
    first = page(after=back.newer)
    assert ids(first.object_list) == wanted[:3] and not first.newer


def test_what_comes_meanwhile_moves_no_page() -> None:
    made(6)
    older = page().older
    before = ids(page(before=older).object_list)
    record(request_id="new")
    assert ids(page(before=older).object_list) == before


def test_the_tail_is_what_came_after_a_row() -> None:
    made(5)
    rows = AccessLog.objects.all()
    third = keyset.cursor(rows[2])
    assert ids(keyset.tail(rows, third, 9)) == ["04", "03"]
    assert ids(keyset.tail(rows, keyset.cursor(rows[0]), 9)) == []
    assert ids(keyset.tail(rows, third, 1)) == ["03"], "the rest comes the next time"


@pytest.mark.parametrize("text", ["x", "1", "-1-1", "9" * 17 + "-1", "1-1-1", "٣-٣"])
def test_nonsense_gives_the_newest(text: str) -> None:
    wanted = made(2)
    assert ids(page(before=text).object_list) == wanted
    assert ids(page(after=text).object_list) == wanted


def test_no_rows_are_no_page() -> None:
    assert page() == keyset.Page([], total=0)
    assert page(before="1-1").object_list == []


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"status": "5xx"},
        {"api_id": "a", "status": "503"},
        {"api_id": "a", "app_id": "b", "apig_err_code": "*"},
        {"apig_err_code": "APIG.0303", "app_id": "b", "status": "4xx"},
    ],
)
def test_no_combination_of_filters_reads_rows_that_do_not_match(
    filters: dict[str, str], admin_client: Any
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        admin_client.get("/logs/", filters)
    (sql,) = [q["sql"] for q in queries if "accesslog" in q["sql"]][:1]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = str(cursor.fetchall())
    assert "COVERING INDEX" in plan, plan
