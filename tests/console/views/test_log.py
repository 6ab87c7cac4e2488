"""The access log, and the page about a refused call."""

import re
from html import unescape
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console import metrics
from console.models import AccessLog, Minute, Trace
from tests.console import world
from tests.console.page import Page
from tests.console.test_explain import record
from tests.console.views.test_debug import call

pytestmark = pytest.mark.django_db


def shown(client: Client, **given: Any) -> Page:
    return Page(client.get(reverse("log-list"), given))


def test_the_log_is_searched_and_filtered(admin_client: Client) -> None:
    api = world.api(name="orders")
    record(request_id="1" * 32, api_id=api.pk, api_name="orders", status=200)
    record(request_id="2" * 32, apig_err_code="APIG.0304", status=403)
    assert shown(admin_client).says("Total: 2")
    assert shown(admin_client, api_id=api.pk).says("Total: 1")
    assert shown(admin_client, status="4xx").says("APIG.0304")
    assert not shown(admin_client, status="2xx").says("APIG.0304")
    assert shown(admin_client, status="403").says("Total: 1")
    assert shown(admin_client, apig_err_code="*").says("Total: 1")
    assert shown(admin_client, q="2" * 32).says("Total: 1")
    as_error = orjson.dumps({"request_id": "1" * 32}).decode()
    assert shown(admin_client, q=as_error).says("Total: 1")
    assert shown(admin_client, status="nonsense").says("Nothing matches")
    assert shown(admin_client, range="15m").says("Total: 2")
    assert shown(admin_client, to="2020-01-01T00:00").says("Nothing matches")


def test_debug_calls_are_marked_and_counted_in_nothing(
    admin_client: Client, example: world.Example
) -> None:
    record(request_id="1" * 32)
    call(admin_client, example, query=())
    trace = Trace.objects.latest("create_time")
    page = shown(admin_client, debug="1")
    assert page.says("Total: 1") and page.says(f"{trace.request_id}")
    assert page.says("debug client")
    assert not shown(admin_client, debug="0").says(trace.request_id)
    row = AccessLog.objects.get(request_id=trace.request_id)
    assert (row.debug, row.env_name, row.app_id) == (True, "draft", "")
    assert not Minute.objects.exclude(pk=example.minute.pk).exists()
    why = Page(admin_client.get(row.get_absolute_url()))
    assert why.says("An identity source is missing") and why.says("the debug page")
    with CaptureQueriesContext(connection) as asked:
        shown(admin_client, debug="1")
    rows = next(q["sql"] for q in asked if 'ORDER BY "console_accesslog' in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {rows}")
        assert "access_debug" in str(cursor.fetchall())


def test_a_debug_call_that_is_not_its_api_s_is_explained(
    admin_client: Client, example: world.Example
) -> None:
    call(admin_client, example, path="/elsewhere")
    row = AccessLog.objects.get(debug=True)
    page = Page(admin_client.get(row.get_absolute_url()))
    assert page.says("A debug call reaches its own API only")


def link(page: Page, text: str) -> str:
    """Where a link of this text leads, or ""."""
    found = re.search(rf'href="([^"]*)">{text}<', page.html)
    return reverse("log-list") + unescape(found[1]) if found else ""


def test_one_leafs_through_what_matches(admin_client: Client) -> None:
    for number in range(45):
        record(request_id=f"good {number:02}", status=404)
        record(request_id=f"other {number}", status=200)
    page = shown(admin_client, status="4xx")
    assert page.says("Total: 45") and page.says("good 44") and not page.says("other")
    there = [page]
    while older := link(there[-1], "Older"):
        there.append(Page(admin_client.get(older)))
    assert len(there) == 3
    assert there[2].says("good 00") and not there[2].says("Total")
    newer = Page(admin_client.get(link(there[2], "Newer")))
    assert newer.says("good 24") and newer.says("good 05") and not newer.says("good 25")
    assert Page(admin_client.get(link(there[2], "Newest"))).says("good 44")


def test_the_tail_has_the_new_rows_that_match(admin_client: Client) -> None:
    first = record(request_id="1" * 32, status=404)
    record(request_id="2" * 32, status=200)
    record(request_id="3" * 32, status=404)
    url = reverse("log-tail")
    rows = admin_client.get(url, {"after": first.cursor, "status": "4xx"}).content
    assert b"3" * 32 in rows
    assert b"2" * 32 not in rows and b"1" * 32 not in rows


def test_a_live_log_refreshes_itself(admin_client: Client) -> None:
    assert 'http-equiv="refresh"' in shown(admin_client, live="1").html
    assert 'http-equiv="refresh"' not in shown(admin_client).html


def test_lost_records_are_told(admin_client: Client) -> None:
    metrics.add([], dropped=5)
    assert shown(admin_client).says("5 records were lost")


def test_the_log_is_exported(admin_client: Client) -> None:
    record(request_id="1" * 32, http_user_agent="=cmd()")
    url = reverse("log-export")
    csv = b"".join(admin_client.get(url, {"format": "csv"})).decode()
    assert csv.splitlines()[0].startswith("remote_addr,request_id,api_id")
    assert "'=cmd()" in csv
    lines = b"".join(admin_client.get(url, {"format": "ndjson"}))
    assert orjson.loads(lines)["request_id"] == "1" * 32


def test_a_refused_call_is_explained(admin_client: Client) -> None:
    row = record(
        apig_err_code="APIG.0304",
        reason="<b>client is not bound</b>",
        custom_data_log="X-Tenant: blue",
    )
    page = Page(admin_client.get(row.get_absolute_url()))
    assert page.says("Custom Fields") and page.says("X-Tenant: blue")
    assert page.says("The credential is not bound to the API")
    assert "<b>client" not in page.html
    pasted = orjson.dumps({"error_code": "APIG.0304", "request_id": row.request_id})
    asked = {"request_id": pasted.decode()}
    again = Page(admin_client.get(reverse("explain"), asked))
    assert again.says("The credential is not bound to the API")


def test_an_unknown_call_is_said_to_be_unknown(admin_client: Client) -> None:
    page = Page(admin_client.get(reverse("explain"), {"request_id": "f" * 32}))
    assert page.says("No call with this request ID is recorded")
    assert Page(admin_client.get(reverse("explain"))).says("Request ID")


def test_who_may_not_look_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("somebody"))
    for name in ("log-list", "log-export", "explain"):
        assert client.get(reverse(name)).status_code == 403


HOSTILE = "\x1b[2J\u202e=<script>alert(1)</script>\0\r\nSet-Cookie: a=b" + "x" * 2**16


def test_hostile_records_are_inert_wherever_they_are_shown(
    admin_client: Client,
) -> None:
    texts = ("router_uri", "host", "http_user_agent", "http_x_forwarded_for", "reason")
    row = record(**dict.fromkeys(texts, HOSTILE), upstream_uri=f"http://{HOSTILE}")
    urls = [
        reverse("log-list"),
        reverse("log-tail") + "?after=1-1",
        row.get_absolute_url(),
        reverse("log-export") + "?format=csv",
        reverse("log-export") + "?format=ndjson",
    ]
    for url in urls:
        response = admin_client.get(url)
        text = response.getvalue().decode()
        assert response.status_code == 200 and row.request_id in text
        for unseen in "\x1b\u202e\0" if "ndjson" not in url else "\x1b\0":
            assert unseen not in text, url
        if "export" not in url:
            assert "<script>alert" not in text, url
        else:
            assert len(text.splitlines()) == 1 + ("csv" in url)
    assert "Set-Cookie" not in admin_client.get(urls[0]).headers.get("Set-Cookie", "")
