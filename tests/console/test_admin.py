"""Django admin: every noun, secrets write-only, nothing the gateway cannot load."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from console import demo, models, publish
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

# What APIs refer to is kept by APIs, and has no page of its own.
NOUNS = [
    str(model._meta.model_name)
    for model in apps.get_app_config("console").get_models()
    if model is not models.BackendUse
]


def address(noun: str, action: str, *args: object) -> str:
    return reverse(f"admin:console_{noun}_{action}", args=args)


def change(row: Any) -> str:
    return address(row._meta.model_name, "change", row.pk)


def sent(page: Page, **fields: str) -> dict[str, str]:
    """What the admin form would send, with some fields changed."""
    form = next(f for f in page.forms if "csrfmiddlewaretoken" in f and len(f) > 2)
    return form | fields


def test_every_noun_has_its_admin() -> None:
    registered = {model._meta.model_name for model in admin.site._registry}
    assert set(NOUNS) <= registered
    assert len(NOUNS) > 16


def test_no_admin_page_shows_a_secret(
    admin_client: Client, example: world.Example, subtests: pytest.Subtests
) -> None:
    for noun in NOUNS:
        for url in pages_of(noun):
            with subtests.test(url):
                html = Page(admin_client.get(url)).html.replace("&quot;", '"')
                assert example.credential.app_secret not in html
                assert "gAAAA" not in html
                assert noun == "testevent" or demo.TOKEN not in html


def pages_of(noun: str) -> list[str]:
    row = apps.get_model("console", noun).objects.first()
    about = [address(noun, name, row.pk) for name in ("change", "history", "delete")]
    if noun != "release":
        about.append(address(noun, "add"))
    return [address(noun, "changelist"), *about]


def test_a_credential_s_secret_can_be_written_but_not_read(
    admin_client: Client,
) -> None:
    page = Page(admin_client.get(address("credential", "add")))
    given = sent(page, name="app", app_key="key-12345678", app_secret="first-secret")
    assert admin_client.post(address("credential", "add"), given).status_code == 302
    row = models.Credential.objects.get()
    assert row.app_secret == "first-secret"
    page = Page(admin_client.get(change(row)))
    assert "first-secret" not in page.html
    admin_client.post(change(row), sent(page, remark="changed"))
    row.refresh_from_db()
    assert (row.remark, row.app_secret) == ("changed", "first-secret")
    admin_client.post(change(row), sent(page, app_secret="second-secret"))
    row.refresh_from_db()
    assert (row.app_key, row.app_secret) == ("key-12345678", "second-secret")


def test_a_credential_without_a_secret_gets_one(admin_client: Client) -> None:
    page = Page(admin_client.get(address("credential", "add")))
    admin_client.post(address("credential", "add"), sent(page, name="app"))
    row = models.Credential.objects.get()
    assert len(row.app_key) == len(row.app_secret) == 32


def test_a_broken_secret_is_refused_without_being_repeated(
    admin_client: Client,
) -> None:
    page = Page(admin_client.get(address("credential", "add")))
    given = sent(page, name="app", app_secret="bad&secret&")
    page = Page(admin_client.post(address("credential", "add"), given))
    assert page.says("Secret: 8 to 128 characters")
    assert "bad&" not in page.html and "bad&amp;" not in page.html


def test_encrypted_variables_can_be_written_but_not_read(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    row = world.function(encrypted_user_data={"token": "first-value"})
    page = Page(admin_client.get(change(row)))
    assert "first-value" not in page.html
    admin_client.post(change(row), sent(page, description="changed"))
    row.refresh_from_db()
    assert row.description == "changed"
    assert row.encrypted_user_data == {"token": "first-value"}
    text = json.dumps({"token": "second-value"})
    page = Page(
        admin_client.post(
            change(row), sent(page, encrypted_user_data=text), follow=True
        )
    )
    row.refresh_from_db()
    assert row.encrypted_user_data == {"token": "second-value"}
    history = Page(admin_client.get(address("function", "history", row.pk)))
    for secret in ("first-value", "second-value"):
        assert secret not in page.html + history.html + caplog.text


@pytest.mark.parametrize("text", ["[]", '"text"', "{", '{"1a": ""}', '{"a": 1}'])
def test_broken_encrypted_variables_are_refused(
    admin_client: Client, text: str
) -> None:
    row = world.function(encrypted_user_data={"token": "kept"})
    page = Page(admin_client.get(change(row)))
    response = admin_client.post(change(row), sent(page, encrypted_user_data=text))
    assert response.status_code == 200
    row.refresh_from_db()
    assert row.encrypted_user_data == {"token": "kept"}


@pytest.mark.parametrize(
    ("noun", "field", "text"),
    [
        ("function", "user_data", "[1]"),
        ("function", "user_data", '{"a": null}'),
        ("authorizer", "identities", '[{"name": "a"}]'),
        ("authorizer", "identities", '{"a": 1}'),
        ("api", "tags", "[1]"),
        ("api", "tags", '{"a": 1}'),
        ("api", "mock_info", "[1]"),
        ("api", "mock_info", '{"status_code": 99}'),
        ("api", "mock_info", '{"headers": [1]}'),
        ("gatewayresponse", "responses", "[1]"),
        ("gatewayresponse", "responses", '{"AUTH_FAILURE": {}}'),
    ],
)
def test_a_document_that_the_gateway_cannot_load_is_refused(
    admin_client: Client, example: world.Example, noun: str, field: str, text: str
) -> None:
    row = apps.get_model("console", noun).objects.first()
    page = Page(admin_client.get(change(row)))
    response = admin_client.post(change(row), sent(page, **{field: text}))
    assert response.status_code == 200
    assert Page(response).says("Please correct the error")


@pytest.mark.parametrize("noun", NOUNS)
def test_an_empty_form_is_refused_and_says_why(admin_client: Client, noun: str) -> None:
    response = admin_client.post(address(noun, "add"), {"nothing": "1"})
    assert response.status_code in (200, 302, 403)


@pytest.mark.parametrize("noun", ["authorizer", "api", "apigroup", "environment"])
def test_saving_an_admin_page_as_it_is_changes_nothing(
    admin_client: Client, example: world.Example, noun: str
) -> None:
    row = apps.get_model("console", noun).objects.order_by("pk").first()
    before = apps.get_model("console", noun).objects.filter(pk=row.pk).values().get()
    page = Page(admin_client.get(change(row)))
    assert admin_client.post(change(row), sent(page)).status_code == 302
    after = apps.get_model("console", noun).objects.filter(pk=row.pk).values().get()
    assert {k: v for k, v in after.items() if k != "update_time"} == {
        k: v for k, v in before.items() if k != "update_time"
    }


def test_default_and_release_cannot_be_deleted(admin_client: Client) -> None:
    for row in (world.default_group(), world.environment()):
        url = address(str(row._meta.model_name), "delete", row.pk)
        assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert world.default_group() and world.environment()


def test_records_are_neither_added_nor_changed(
    admin_client: Client, example: world.Example
) -> None:
    assert admin_client.get(address("release", "add")).status_code == 403
    assert admin_client.post(change(example.release), {}).status_code == 403


def act(client: Client, noun: str, action: str, row: Any, **more: str) -> Page:
    chosen = {"action": action, "_selected_action": row.pk} | more
    return Page(client.post(address(noun, "changelist"), chosen, follow=True))


def test_its_actions_deploy_publish_and_take_offline(admin_client: Client) -> None:
    function = world.function()
    world.write(function, "new")
    function.save_valid()
    act(admin_client, "function", "deploy", function)
    function.refresh_from_db()
    assert not function.dirty
    api = world.api()
    assert act(admin_client, "api", "publish", api).says("Published in RELEASE.")
    assert api.releases.get().status == 1
    assert act(admin_client, "api", "take_offline", api).says("Offline in RELEASE.")
    assert api.releases.get().status == 2


def test_a_clash_is_said_and_nothing_is_published(admin_client: Client) -> None:
    old = world.published(name="Old", req_uri="/orders")
    old.req_uri = "/moved"
    old.save_valid()
    new = world.api(req_uri="/orders")
    page = act(admin_client, "api", "publish", new)
    assert page.says(f"{old} answers to the same method and path")
    assert not new.releases.exists()


def test_a_published_api_is_not_deleted(admin_client: Client) -> None:
    row = world.published()
    url = address("api", "delete", row.pk)
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    page = act(admin_client, "api", "delete_selected", row, post="yes")
    assert page.status == 403
    publish.take_offline(row, world.environment())
    assert admin_client.post(url, {"post": "yes"}).status_code == 302
    assert not models.Api.objects.exists()


def test_who_is_not_staff_has_no_admin(client: Client) -> None:
    response = client.get(reverse("admin:index"))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")
