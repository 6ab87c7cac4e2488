"""The API reference: for whoever signed in, or calls with a proof; nobody else."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from console import tokens
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_gets_the_page_and_the_page_the_document(
    client_of: MakeClient,
) -> None:
    client = client_of()
    reply = client.get("/api/schema/", headers=BROWSER)
    assert reply["Content-Type"].startswith("text/html")
    assert Page(reply).says("API Reference")
    assert "/api/schema/" in Page(client.get("/")).hrefs
    for path, headers in (("/api/schema/?format=json", BROWSER), ("/api/schema/", {})):
        document = client.get(path, headers=headers)
        assert document["Content-Type"] == "application/json"
        assert document.json()["openapi"] == "3.1.0"


def test_programs_read_it_with_the_proofs_that_calls_take(client: Client) -> None:
    token, _ = tokens.issue(User.objects.create_user("alice"))
    reply = client.get("/api/schema/", headers={"x-auth-token": token})
    assert reply.json()["info"]["title"] == "Sallyport"


@pytest.mark.parametrize("headers", [{}, {"x-auth-token": "wrong"}])
def test_nobody_else_reads_it(client: Client, headers: dict[str, str]) -> None:
    reply = client.get("/api/schema/", headers=headers)
    assert (reply.status_code, reply.json()["error_code"]) == (401, "APIG.1002")
    page = client.get("/api/schema/", headers=BROWSER | headers)
    assert page.status_code == 302
    assert page["Location"] == "/login/?next=/api/schema/"


def test_it_is_only_read(client_of: MakeClient) -> None:
    assert client_of().post("/api/schema/").status_code == 405
