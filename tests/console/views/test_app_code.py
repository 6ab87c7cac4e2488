"""AppCodes on the credential's page."""

import pytest
from django.test import Client

from console.models import AppCode, Credential
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db

CODE = "Aa0+/_!@#$%-=".ljust(64, "x")


@pytest.fixture
def app(db: None) -> Credential:
    return world.credential()


def add(client: Client, app: Credential, **fields: str) -> Page:
    url = f"/credentials/{app.pk}/app-codes/create/"
    sent = Page(client.get(url)).form_with("type") | fields
    return Page(client.post(url, sent, follow=True))


def test_a_code_is_generated(admin_client: Client, app: Credential) -> None:
    assert Page(admin_client.get(app.get_absolute_url())).says(
        "An AppCode in the header"
    )
    page = add(admin_client, app)
    (row,) = app.app_codes.all()
    assert page.says(row.masked)
    assert row.app_code not in page.html


def test_a_code_is_given(admin_client: Client, app: Credential) -> None:
    add(admin_client, app, type="custom", app_code=CODE)
    assert app.app_codes.get().app_code == CODE


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "AppCode: enter one, or generate it."),
        ("short", "AppCode: 64 to 180 characters"),
        ("a" * 181, "AppCode: Ensure this value has at most 180"),
        (CODE, "This AppCode already belongs to a credential."),
    ],
)
def test_a_broken_rule_is_named(
    admin_client: Client, app: Credential, code: str, said: str
) -> None:
    world.app_code(world.credential(), app_code=CODE)
    page = add(admin_client, app, type="custom", app_code=code)
    assert page.says(said)
    assert page.form_with("app_code")["app_code"] == code
    assert not app.app_codes.exists()


def test_a_sixth_code_is_refused(admin_client: Client, app: Credential) -> None:
    for _ in range(5):
        world.app_code(app)
    assert add(admin_client, app).says("At most 5 AppCodes of a credential")


def test_a_code_is_shown_when_asked_for(admin_client: Client, app: Credential) -> None:
    one, two = world.app_code(app), world.app_code(app)
    page = Page(admin_client.post(app.get_absolute_url(), {"app_code": one.pk}))
    assert page.says(one.app_code)
    assert two.app_code not in page.html
    assert app.app_secret not in page.html


def test_who_may_only_view_is_not_shown_a_code(
    client_of: MakeClient, app: Credential
) -> None:
    row = world.app_code(app)
    client = client_of("view_credential")
    reply = client.post(app.get_absolute_url(), {"app_code": row.pk})
    assert reply.status_code == 403


def test_a_code_is_deleted(admin_client: Client, app: Credential) -> None:
    row = world.app_code(app)
    url = f"/app-codes/{row.pk}/delete/"
    page = Page(admin_client.get(url))
    assert page.says(f"Delete {row.masked}?")
    assert row.app_code not in page.html
    assert admin_client.post(url)["Location"] == app.get_absolute_url()
    assert not AppCode.objects.exists()


def test_deleting_the_credential_names_its_codes(
    admin_client: Client, app: Credential
) -> None:
    world.app_code(app)
    page = Page(admin_client.get(f"/credentials/{app.pk}/delete/"))
    assert page.says("1 AppCode")
