"""The page of the signature debugger."""

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from console.signature import parse
from console.signature.attempt import expected
from console.views import signature
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db
TEXT = """GET /a HTTP/1.1
Host: h
X-Note: <b>bold</b>
X-Sdk-Date: 20240102T030405Z
Authorization: SDK-HMAC-SHA256 Access={key}, SignedHeaders=x-note;x-sdk-date, Signature={sign}
"""  # noqa: E501


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def ask(client: Client, text: str, canonical: str = "") -> Page:
    given = {"source": text, "canonical": canonical}
    return Page(client.post(reverse("signature"), given))


def test_a_refused_request_is_explained(admin_client: Client) -> None:
    app = world.credential(name="client", app_secret="the-secret-of-client")
    text = TEXT.format(key=app.app_key, sign="0" * 64)
    wanted = expected(parse.evidence(text), b"the-secret-of-client").signature
    page = ask(admin_client, text)
    assert page.says("was not made with the secret of client")
    assert wanted in page.html
    assert "the-secret-of-client" not in page.html
    assert "<b>bold" not in page.html
    right = ask(admin_client, TEXT.format(key=app.app_key, sign=wanted))
    assert right.says("The signature is right.")


def test_a_recorded_call_is_found_by_its_request_id(admin_client: Client) -> None:
    app = world.credential(name="client")
    text = TEXT.format(key=app.app_key, sign="0" * 64)
    trace = world.trace(world.api(), request_id="a" * 32, request=text)
    page = ask(admin_client, f'{{"request_id": "{trace.request_id}"}}')
    assert page.says("was not made with the secret of client")
    linked = Page(admin_client.get(reverse("signature"), {"request_id": "a" * 32}))
    assert "a" * 32 in linked.html


@pytest.mark.parametrize(
    ("text", "said"),
    [("hello", "Request: "), ("f" * 32, "paste the request itself"), ("", "required")],
)
def test_what_cannot_be_read_is_said_and_kept(
    admin_client: Client, text: str, said: str
) -> None:
    page = ask(admin_client, text)
    assert page.says(said)
    assert text in page.html


def test_nobody_may_ask_without_end(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signature, "MOST", 2)
    given = {"source": "hello"}
    replies = [admin_client.post(reverse("signature"), given) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]


def test_who_may_not_know_secrets_may_not_ask(client: Client) -> None:
    client.force_login(User.objects.create_user("somebody"))
    assert client.get(reverse("signature")).status_code == 403
    assert client.post(reverse("signature"), {"source": "x"}).status_code == 403
