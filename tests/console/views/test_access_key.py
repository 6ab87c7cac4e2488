"""My Credentials: one's own access keys, the secret shown once."""

import pytest
from django.conf import settings
from django.test import Client

from console import tokens
from console.models import AccessKey, Account
from gateway.tokens import TokenError
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db

LIST, CREATE = "/access-keys/", "/access-keys/create/"
ALL = [f"{verb}_accesskey" for verb in ("view", "add", "change", "delete")]


def test_the_page_names_user_account_and_project(admin_client: Client) -> None:
    page = Page(admin_client.get(LIST))
    account = Account.of(world.user())
    for fact in (
        *("IAM User Name", "admin", "IAM User ID", account.pk),
        *("Account Name", settings.DOMAIN_NAME, "Account ID", settings.DOMAIN_ID),
        *("Project Name", settings.REGION, "Project ID", settings.PROJECT_ID),
    ):
        assert page.says(fact)
    assert page.says("An access key signs calls of APIs with IAM authentication")


def test_the_secret_is_shown_once(admin_client: Client) -> None:
    page = Page(admin_client.post(CREATE, {"description": "for CI"}))
    row = AccessKey.objects.get()
    assert page.says(row.access) and page.says(row.secret)
    assert page.says("it is shown this once")
    page = Page(admin_client.get(LIST))
    assert page.says(row.access) and page.says("for CI")
    assert row.secret not in page.html


def test_the_secret_downloads_as_csv_for_whoever_has_it(admin_client: Client) -> None:
    page = Page(admin_client.post(CREATE))
    row = AccessKey.objects.get()
    url = f"/access-keys/{row.pk}/download/"
    reply = admin_client.post(url, page.form_with("secret"))
    assert reply["Content-Disposition"] == 'attachment; filename="credentials.csv"'
    assert reply["Cache-Control"].startswith("max-age=0")
    assert reply.content.decode() == row.csv
    for secret in ("", "wrong"):
        assert admin_client.post(url, {"secret": secret}).status_code == 404


def test_a_third_key_is_refused(admin_client: Client) -> None:
    for _ in range(2):
        admin_client.post(CREATE)
    page = Page(admin_client.post(CREATE))
    assert page.says("At most 2 access keys of a user")
    assert AccessKey.objects.count() == 2


def test_a_key_is_disabled_and_enabled_again(admin_client: Client) -> None:
    row = world.access_key()
    for status, said in (("inactive", "is disabled."), ("active", "is enabled.")):
        reply = admin_client.post(f"/access-keys/{row.pk}/switch/", follow=True)
        assert Page(reply).says(said)
        row.refresh_from_db()
        assert row.status == status


def test_a_key_is_described_and_deleted(admin_client: Client) -> None:
    row = world.access_key()
    url = f"/access-keys/{row.pk}/"
    assert admin_client.post(url, {"description": "changed"}).status_code == 302
    row.refresh_from_db()
    assert row.description == "changed"
    assert Page(admin_client.get(url + "delete/")).says(f"Delete {row.access}?")
    assert admin_client.post(url + "delete/").status_code == 302
    assert not AccessKey.objects.exists()


def test_somebody_else_s_keys_are_not_there(client_of: MakeClient) -> None:
    row = world.access_key()
    client = client_of(*ALL)
    assert row.access not in client.get(LIST).content.decode()
    for page in ("", "delete/", "switch/", "download/"):
        sent = {"secret": row.secret, "description": "mine"}
        assert client.post(f"/access-keys/{row.pk}/{page}", sent).status_code == 404
    row.refresh_from_db()
    assert (row.active, row.description) == (True, "")


def test_the_list_is_searched_and_its_menu_entry_is_everywhere(
    admin_client: Client,
) -> None:
    rows = [world.access_key(description=text) for text in ("one", "two")]
    page = Page(admin_client.get(LIST, {"q": "two"}))
    assert page.says(rows[1].access) and not page.says(rows[0].access)
    assert Page(admin_client.get(LIST, {"q": "three"})).says("Nothing matches.")
    assert LIST in Page(admin_client.get("/")).hrefs


def test_revoking_makes_tokens_void(admin_client: Client) -> None:
    token, _ = tokens.issue(world.user())
    reply = admin_client.post("/tokens/revoke/", follow=True)
    assert Page(reply).says("Every token given to you so far is void.")
    with pytest.raises(TokenError):
        tokens.owner(token)
