"""Records of calls: delivered with proof, kept for a while, shown to some."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console import models, records
from console.models.invocation import MAX_INVOCATIONS
from gateway.access import FIELDS
from gateway.delivery import PROOF_HEADER, proof
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db
URL = "/internal/records/"
numbers = count(1)


def record(row: models.Function, number: int = 0, **fields: Any) -> dict[str, Any]:
    known = {
        "func_urn": row.func_urn,
        "request_id": f"r{number}",
        "origin": "gateway",
        "api_id": "",
        "version": "latest",
        "alias": "",
        "code_hash": row.deployed_id,
        "interpreter": "Python 3.9.18",
        "ok": True,
        "error_type": "",
        "event": '{"headers": {"token": "s3cret"}}',
        "result": "{}",
        "log": "",
        "start_time": 1_700_000_000.0 + number,
        "duration_ms": 1.5,
        "init_ms": 0.0,
        "memory_used_mb": 10.0,
        "cold": False,
    }
    return known | fields


def deliver(client: Client, found: Any, **headers: str) -> int:
    """Deliver calls of functions, or a whole batch."""
    empty = {"fields": FIELDS, "calls": [], "kept": [], "dropped": 0}
    empty |= {"sender": "s", "number": next(numbers)}
    batch = found if isinstance(found, dict) else empty | {"invocations": found}
    body = json.dumps(batch).encode()
    given = {PROOF_HEADER: proof(records.key(), int(time.time()), body)} | headers
    response = client.post(URL, body, content_type="application/json", headers=given)
    return response.status_code


def test_a_batch_with_proof_is_kept(client: Client) -> None:
    row = world.function()
    assert deliver(client, [record(row), record(row, 1, ok=False)]) == 204
    assert [call.request_id for call in row.invocations.all()] == ["r1", "r0"]


def test_without_proof_nothing_is_taken(client: Client) -> None:
    batch = [record(world.function())]
    body = json.dumps(batch).encode()
    late = proof(records.key(), int(time.time()) - 400, body)
    other = proof(b"another key", int(time.time()), body)
    for given in ("", "x", "0.", late, other, f"{'9' * 5000}.x"):
        assert deliver(client, batch, **{PROOF_HEADER: given}) == 403
    assert client.get(URL).status_code == 405
    assert not models.Invocation.objects.exists()


@pytest.mark.parametrize("batch", [1, {"a": 1}, [1], [{}], [{"func_urn": 1}]])
def test_what_is_no_batch_is_refused(client: Client, batch: Any) -> None:
    assert deliver(client, batch) in (204, 400)
    assert not models.Invocation.objects.exists()


def test_only_the_last_calls_of_each_function_are_kept() -> None:
    row, other = world.function(), world.function()
    records.store_invocations([record(other)])
    records.store_invocations(record(row, n) for n in range(MAX_INVOCATIONS + 20))
    assert row.invocations.count() == MAX_INVOCATIONS
    oldest = row.invocations.last()
    assert oldest is not None and oldest.request_id == "r20"
    assert other.invocations.count() == 1


def test_a_function_that_is_gone_has_no_records() -> None:
    row = world.function()
    batch = [record(row)]
    row.delete()
    assert records.store_invocations(batch) == []


def test_what_was_said_is_encrypted_at_rest() -> None:
    records.store_invocations([record(world.function())])
    with connection.cursor() as cursor:
        cursor.execute("SELECT event FROM console_invocation")
        assert "s3cret" not in cursor.fetchone()[0]


def test_the_tab_lists_them_and_filters(admin_client: Client) -> None:
    row = world.function()
    api = world.api()
    records.store_invocations(
        [record(row, 1, api_id=api.pk), record(row, 2, ok=False, error_type="Boom")]
    )
    url = reverse("function-invocations", args=[row.pk])
    page = Page(admin_client.get(url))
    assert page.says(api.name) and page.says("Boom") and page.says("Succeeded")
    page = Page(admin_client.get(url + "?show=failed"))
    assert page.says("Boom") and not page.says("Succeeded")
    assert Page(admin_client.get(url + "?show=test")).says("No call matches.")


def test_a_result_says_which_code_ran_with_what_memory(admin_client: Client) -> None:
    row = world.function()
    row.write({"index.py": b"x = 1"})
    row.save_valid()
    for code, state in (
        (str(row.draft_id), "draft"),
        (str(row.deployed_id), "deployed"),
        ("0" * 128, "not what is deployed"),
    ):
        (call,) = records.store_invocations(
            [record(row, code_hash=code, memory_size=512)]
        )
        page = Page(admin_client.get(call.get_absolute_url()))
        assert page.says(f"{code[:12]} ({state})")
        assert page.says("512 MB")


def test_a_call_that_never_started_is_not_called_warm(admin_client: Client) -> None:
    refused = record(world.function(), ok=False, interpreter="", error_type="disabled")
    (call,) = records.store_invocations([refused])
    page = Page(admin_client.get(call.get_absolute_url()))
    assert page.says("not started") and not page.says("warm")
    assert not page.says("0.000 ms")


def test_an_event_is_shown_to_those_who_may_change_functions(
    client_of: MakeClient,
) -> None:
    (call,) = records.store_invocations([record(world.function())])
    url = call.get_absolute_url()
    viewer = client_of("view_invocation", "view_function")
    assert "s3cret" not in Page(viewer.get(url)).html
    editor = client_of("view_invocation", "change_function")
    assert Page(editor.get(url)).says("s3cret")


def test_a_recorded_event_becomes_a_test_event(admin_client: Client) -> None:
    row = world.function()
    (call,) = records.store_invocations([record(row)])
    url = reverse("function-event-create", args=[row.pk])
    page = Page(admin_client.get(f"{url}?invocation={call.pk}"))
    sent = page.form_with("content")
    assert "s3cret" in sent["content"] and sent["name"].startswith("recorded-")
    admin_client.post(url, sent)
    assert row.events.get().parsed() == {"headers": {"token": "s3cret"}}
    other = reverse("function-event-create", args=[world.function().pk])
    html = Page(admin_client.get(f"{other}?invocation={call.pk}")).html
    assert "s3cret" not in html


def test_a_debug_call_and_the_function_s_call_lead_to_each_other(
    admin_client: Client, example: world.Example
) -> None:
    form = Page(admin_client.get(example.debug_url)).form_with("path")
    sent = form | {"headers-0-name": "token", "headers-0-value": "x", "action": "debug"}
    sent |= {"parameters-0-name": "test", "parameters-0-value": "y"}
    page = Page(admin_client.post(example.debug_url, sent))
    trace = models.Trace.objects.first()
    call = models.Invocation.objects.get(origin="debug")
    assert trace is not None and trace.request_id == call.request_id
    assert call.get_absolute_url() in page.html
    assert (
        trace.get_absolute_url() in Page(admin_client.get(call.get_absolute_url())).html
    )
    assert Page(admin_client.get(trace.get_absolute_url())).says("custom authorizer")
    assert settings.RECORDS_KEY_FILE.stat().st_mode & 0o077 == 0


def test_refused_calls_are_kept_as_they_came(client: Client) -> None:
    kept = {
        "request_id": "a" * 32,
        "api_id": "",
        "api_name": "",
        "method": "GET",
        "path": "/x",
        "status": 404,
        "duration_ms": 0.5,
        "request": "GET /x HTTP/1.1\r\n\r\n",
        "response": "HTTP/1.1 404\r\n\r\n",
        "steps": [],
    }
    batch = {
        "invocations": [],
        "fields": FIELDS,
        "calls": [],
        "sender": "gateway 1",
        "number": 1,
        "kept": [kept, kept | {"request_id": "b" * 32}],
        "dropped": 0,
    }
    assert deliver(client, batch) == 204
    traces = models.Trace.objects.filter(origin="live")
    assert {trace.request_id for trace in traces} == {"a" * 32, "b" * 32}
    assert traces[0].request.startswith("GET /x")


def call(number: int, **fields: Any) -> list[Any]:
    """An access record as gateways send it."""
    known: dict[str, Any] = dict.fromkeys(FIELDS, "")
    numeric = ("request_time", "bytes_sent", "body_bytes_sent", "request_length")
    known |= dict.fromkeys(numeric, 1) | {"time": time.time(), "status": 200}
    known |= {n: None for n in FIELDS if n.startswith("upstream_")}
    known |= {"upstream_uri": "", "authorizer_time": None, "request_id": f"c{number}"}
    return list((known | fields).values())


def batch_of(*calls: list[Any], **fields: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"sender": "gateway", "number": 1, "fields": FIELDS}
    known |= {"calls": calls, "invocations": [], "kept": [], "dropped": 0}
    return known | fields


def counted() -> int:
    return of_minutes("req_count")


def of_minutes(field: str) -> int:
    return sum(models.Minute.objects.filter(seconds=60).values_list(field, flat=True))


def test_a_batch_that_comes_again_is_counted_once(client: Client) -> None:
    batch = batch_of(call(1), call(2), dropped=3)
    for _ in range(3):
        assert deliver(client, batch) == 204
    assert models.AccessLog.objects.count() == counted() == 2
    assert of_minutes("dropped") == 3
    assert deliver(client, batch | {"number": 2}) == 204
    assert deliver(client, batch) == 204, "an older one is not taken either"
    assert deliver(client, batch | {"sender": "another"}) == 204
    assert models.AccessLog.objects.count() == counted() == 6


def test_a_batch_that_could_not_be_kept_is_taken_the_next_time(client: Client) -> None:
    broken = batch_of(call(1, status="none"))
    assert deliver(client, broken) == 400
    assert not models.AccessLog.objects.exists()
    assert deliver(client, batch_of(call(1))) == 204
    assert counted() == 1


HOSTILE = [
    "\0",
    "\x1b[2J\x1b]0;title\x07",
    "\u202eevil\u2066",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "x" * 2**18,
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_record_does_not_keep_others_away(client: Client, text: str) -> None:
    texts = {n: text for n, v in zip(FIELDS, call(0), strict=True) if v == ""}
    texts |= {"request_method": text}
    assert deliver(client, batch_of(call(1, **texts), call(2))) == 204
    row = models.AccessLog.objects.get(request_id="c1")
    assert "\0" not in row.reason and len(row.request_method) <= 16


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLite takes no further page."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA max_page_count")
        (most,) = cursor.fetchone()
        cursor.execute("PRAGMA page_count")
        (now,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {now}")
        yield
        cursor.execute(f"PRAGMA max_page_count = {most}")


@pytest.mark.django_db(transaction=True)
def test_on_a_full_disk_records_wait_and_a_page_says_so(admin_client: Client) -> None:
    calls = [call(n, reason="x" * 1000) for n in range(2000)]
    url = reverse("log-list")
    with full_disk():
        assert deliver(admin_client, batch_of(*calls)) == 503
        page = Page(admin_client.get(url))
        assert page.says("no records can be kept: database or disk is full")
    assert models.AccessLog.objects.count() == 0
    assert deliver(admin_client, batch_of(*calls)) == 204
    assert not Page(admin_client.get(url)).says("no records can be kept")
    assert models.AccessLog.objects.count() == counted() == 2000


@pytest.mark.django_db(transaction=True)
def test_on_a_full_disk_the_built_in_gateway_answers_all_the_same(
    admin_client: Client,
) -> None:
    api = world.published(auth_type="NONE", req_protocol="BOTH")
    host = f"{api.group.pk}.{settings.GATEWAY_DOMAIN}"
    with full_disk():
        for number in range(60):
            path = f"{api.req_uri}?{number}"
            answer = admin_client.get(
                path, headers={"host": host, "user-agent": "x" * 1000}
            )
            assert answer.status_code == 200
        assert records.trouble() is not None
    admin_client.get(api.req_uri, headers={"host": host})
    (lost,) = models.Minute.objects.filter(seconds=60, dropped__gt=0)
    assert 0 < lost.dropped < 60
    records.failed(None)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PIECE", 2)


def left() -> list[str]:
    rows = models.AccessLog.objects.order_by("pk")
    return list(rows.values_list("request_id", flat=True))


def test_the_oldest_records_go_when_there_are_too_many(
    settings: Settings, small_pieces: None
) -> None:
    settings.LOG_ROWS = 3
    calls = [dict(zip(FIELDS, call(n), strict=True)) for n in range(12)]
    records.store_calls(calls)
    assert not records.forget(2), "there is more to forget than two pieces"
    assert left() == [f"c{n}" for n in range(4, 12)]
    assert records.forget()
    assert left() == ["c9", "c10", "c11"]
    assert records.forget() and len(left()) == 3


def test_old_records_go_whatever_their_number(
    settings: Settings, small_pieces: None
) -> None:
    settings.LOG_DAYS = 2
    days = (0, 5, 1, 4, 3)
    ages = [time.time() - day * 86400 - 60 for day in days]
    calls = [
        dict(zip(FIELDS, call(n, time=at), strict=True)) for n, at in enumerate(ages)
    ]
    records.store_calls(calls)
    assert records.forget()
    assert left() == ["c0", "c2"]


@pytest.mark.django_db(transaction=True)
def test_others_write_while_records_are_forgotten(
    settings: Settings, small_pieces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two pieces nothing is locked."""
    monkeypatch.setattr(records, "_tidied", 0.0)
    settings.LOG_ROWS = 0
    rows = [dict(zip(FIELDS, call(n), strict=True)) for n in range(10)]
    records.store_calls(rows)
    seen: list[bool] = []

    def watched(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("DELETE"):
            seen.append(connection.in_atomic_block)
        return execute(sql, *rest)

    with connection.execute_wrapper(watched):
        deliver(Client(), [])
    assert seen and not any(seen)
    assert left() == []
