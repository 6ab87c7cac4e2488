"""API Policies > Custom Authorizers > Cached Verdicts."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from console.embedded import embedded
from console.models import Audit, Authorizer
from gateway.http import Headers, Request
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db(transaction=True)

CACHE, FLUSH = "/policies/authorizers/cache/", "/policies/authorizers/cache/flush/"
TOKEN = [{"location": "HEADER", "name": "token", "validation": None}]


@pytest.fixture
def guard(db: None) -> Iterator[Authorizer]:
    """One whose verdicts the console's own gateway remembers, and nothing else."""
    flush()
    yield world.authorizer(identities=TOKEN, ttl=300)
    flush()


def flush() -> None:
    client = Client()
    client.force_login(world.user())
    client.post(FLUSH)


def published(guard: Authorizer, **fields: Any) -> Any:
    known = {"auth_type": "AUTHORIZER", "authorizer": guard, "req_protocol": "BOTH"}
    return world.published(**known | fields)


def call(api: Any, token: str = "caller's own token") -> int:
    headers = Headers(
        [(b"host", api.group.sl_domain.encode()), (b"token", token.encode())]
    )
    return embedded().serve(Request("GET", api.req_uri, "", headers)).status


def test_what_is_remembered_is_listed_without_what_callers_sent(
    admin_client: Client, guard: Authorizer
) -> None:
    api = published(guard)
    assert call(api) == 200
    page = Page(admin_client.get(CACHE))
    assert page.says("Allow") and page.says("header token") and page.says("RELEASE")
    assert page.says("Total: 1")
    assert {api.get_absolute_url(), guard.get_absolute_url()} <= set(page.hrefs)
    assert "caller" not in page.html


def test_nothing_remembered_is_said(admin_client: Client, guard: Authorizer) -> None:
    page = Page(admin_client.get(CACHE))
    assert page.says("Nothing is remembered") and not page.says("Flush All")


def test_the_page_is_reached_from_the_authorizer_and_from_monitoring(
    admin_client: Client, guard: Authorizer
) -> None:
    own = f"{CACHE}?authorizer={guard.pk}"
    assert own in Page(admin_client.get(guard.get_absolute_url())).hrefs
    assert {own, CACHE} <= set(Page(admin_client.get(reverse("authorizer-list"))).hrefs)
    assert CACHE in Page(admin_client.get(reverse("monitoring"))).hrefs


def test_there_are_pages_and_filters(admin_client: Client, guard: Authorizer) -> None:
    api, other = published(guard), world.authorizer(identities=TOKEN, ttl=300)
    for number in range(21):
        call(api, f"token {number}")
    call(published(other))
    first = Page(admin_client.get(CACHE))
    assert first.says("Total: 22") and first.says("Page 1 of 2")
    assert Page(admin_client.get(CACHE, {"authorizer": other.pk})).says("Total: 1")
    assert Page(admin_client.get(CACHE, {"q": other.name})).says("Total: 1")
    assert Page(admin_client.get(CACHE, {"verdict": "deny"})).says("Nothing matches.")
    assert Page(admin_client.get(CACHE, {"q": "token 7"})).says("Nothing matches.")


def test_one_is_flushed(admin_client: Client, guard: Authorizer) -> None:
    api = published(guard)
    call(api, "one")
    call(api, "two")
    form = Page(admin_client.get(CACHE)).form_with("id")
    page = Page(admin_client.post(FLUSH, form, follow=True))
    assert page.says("Flushed 1. The next calls ask again.") and page.says("Total: 1")
    trace = Audit.objects.filter(trace_name="FlushAuthorizerCache").latest("time")
    assert (trace.resource_type, trace.resource_id) == ("Authorizer", guard.pk)
    assert (trace.resource_name, trace.user) == (guard.name, "admin")
    assert trace.message == [{"field": f"verdict {form['id']}", "old": 1, "new": 0}]


def test_an_authorizer_s_are_flushed_and_the_page_stays(
    admin_client: Client, guard: Authorizer
) -> None:
    other = world.authorizer(identities=TOKEN, ttl=300)
    call(published(guard))
    call(published(other))
    url = f"{FLUSH}?authorizer={guard.pk}"
    response = admin_client.post(url, {"authorizer": guard.pk})
    assert response["Location"] == f"{CACHE}?authorizer={guard.pk}"
    assert Page(admin_client.get(response["Location"])).says("Nothing matches.")
    assert Page(admin_client.get(CACHE)).says("Total: 1")


def test_all_are_flushed(admin_client: Client, guard: Authorizer) -> None:
    call(published(guard))
    page = Page(admin_client.post(FLUSH, follow=True))
    assert page.says("Flushed 1.") and page.says("Nothing is remembered")
    trace = Audit.objects.filter(trace_name="FlushAuthorizerCache").latest("time")
    assert trace.resource_name == "All custom authorizers"


def test_what_the_debug_page_remembers_is_there_too(
    admin_client: Client, guard: Authorizer
) -> None:
    api = world.api(auth_type="AUTHORIZER", authorizer=guard)
    sent = {"method": "GET", "scheme": "https", "path": api.req_uri}
    sent |= {"version": "draft", "signer": "debugger"}
    for table in ("parameters", "headers"):
        sent |= {f"{table}-TOTAL_FORMS": "1", f"{table}-INITIAL_FORMS": "0"}
    sent |= {"headers-0-name": "token", "headers-0-value": "one"}
    assert (
        "Status Code 200"
        in admin_client.post(f"/debug/?api={api.pk}", sent).content.decode()
    )
    page = Page(admin_client.get(CACHE))
    assert page.says("debug page") and page.says(api.name)


def test_who_may_only_look_flushes_nothing(
    client_of: MakeClient, guard: Authorizer
) -> None:
    call(published(guard))
    reader = client_of("view_authorizer")
    page = Page(reader.get(CACHE))
    assert page.says("Total: 1") and not page.says("Flush")
    assert reader.post(FLUSH).status_code == 403
    assert Page(reader.get(CACHE)).says("Total: 1")
    assert client_of().get(CACHE).status_code == 403


def test_a_process_that_does_not_answer_is_said_and_nothing_breaks(
    admin_client: Client, guard: Authorizer
) -> None:
    call(published(guard))
    folder = Path(f"{settings.SNAPSHOT_FILE}.control")
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(folder / "mute.sock"))
        mute.listen()
        began = time.monotonic()
        page = Page(admin_client.get(CACHE))
        assert time.monotonic() - began < 10
        assert page.says("1 of 1 gateway processes does not answer")
        assert page.says("Total: 1")
        said = Page(admin_client.post(FLUSH, follow=True))
        assert said.says("Flushed 1, but 1 gateway process(es) did not answer")
    assert not Page(admin_client.get(CACHE)).says("does not answer")
