"""Plug-ins on pages: the form and the script of every type, from the same parse."""

import json
from typing import Any

import pytest
from django.test import Client

from console import bindings, models
from gateway.policies import registry
from tests.console import policies, world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

BACK = "1" * 32
KINDS = sorted(registry.PLUGINS)
# What a form needs beside its defaults.
NEEDED: dict[str, dict[str, str]] = {
    "jwt_auth": {"jwks_service.uri": "https://idp.example/keys"},
    "kafka_log": {"broker_list": "kafka:9092", "topic": "calls"},
    "oidc_auth": {
        "client_id": "me",
        "client_secret": "hush",
        "discovery": "https://idp.example/.well-known/openid-configuration",
        "redirect_api_id": BACK,
    },
    "proxy_cache": {"cache_key.parameters": "q"},
    "proxy_mirror": {"host": "mirror:80"},
    "third_auth": {"auth_request.url_domain": "auth:80"},
}


@pytest.fixture(autouse=True)
def redirect_api() -> models.Api:
    """Where logins come back to."""
    return world.api(id=BACK, auth_type="NONE", req_protocol="HTTPS")


def url(kind: str) -> str:
    return f"/policies/plugin/create/?type={kind}"


def form(client: Client, address: str) -> dict[str, str]:
    return Page(client.get(address)).form_with("plugin_name")


def create(client: Client, kind: str, **fields: str) -> models.Plugin:
    sent = form(client, url(kind)) | NEEDED.get(kind, {}) | fields
    response = client.post(url(kind), sent)
    assert response.status_code == 302, Page(response).text
    return models.Plugin.objects.get(plugin_name=sent["plugin_name"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_makes_a_document_that_the_gateway_takes(
    admin_client: Client, kind: str
) -> None:
    row = create(admin_client, kind, plugin_name="first_one")
    registry.check(kind, row.document)
    page = Page(admin_client.get(row.get_absolute_url()))
    assert page.says(registry.PLUGINS[kind].TITLE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_sent_back_unchanged_changes_nothing(
    admin_client: Client, kind: str
) -> None:
    row = create(admin_client, kind)
    before = row.document
    address = f"/policies/plugin/{row.pk}/edit/"
    response = admin_client.post(address, form(admin_client, address))
    assert response.status_code == 302, Page(response).text
    row.refresh_from_db()
    assert row.document == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_script_is_the_same_document(admin_client: Client, kind: str) -> None:
    row = create(admin_client, kind)
    address = f"/policies/plugin/{row.pk}/edit/"
    sent = form(admin_client, address) | {"mode": "script"}
    assert json.loads(sent["script"]) == row.masked_document
    changed = json.loads(sent["script"]) | {"of_the_console": {"id": 7}}
    admin_client.post(address, sent | {"script": json.dumps(changed)})
    row.refresh_from_db()
    assert row.document["of_the_console"] == {"id": 7}
    # A form that shows nothing of it leaves it alone.
    admin_client.post(address, form(admin_client, address))
    row.refresh_from_db()
    assert row.document["of_the_console"] == {"id": 7}


def test_rows_of_a_table_are_objects_and_keep_what_no_column_shows(
    admin_client: Client,
) -> None:
    header = {"name": "X-A", "value": "1", "action": "add", "id": 5, "disabled": False}
    row = policies.plugin("set_resp_headers", response_headers=[header])
    address = f"/policies/plugin/{row.pk}/edit/"
    sent = form(admin_client, address)
    sent |= {"response_headers-1-name": "X-B", "response_headers-1-action": "delete"}
    assert admin_client.post(address, sent).status_code == 302
    row.refresh_from_db()
    first, second = row.document["response_headers"]
    assert (first["id"], first["disabled"], first["value"]) == (5, False, "1")
    assert second["name"] == "X-B"


def test_a_mistake_is_shown_beside_its_field(admin_client: Client) -> None:
    sent = form(admin_client, url("cors")) | {"max_age": "172801"}
    page = Page(admin_client.post(url("cors"), sent))
    assert page.says("Maximum Age: a whole number from 0 to 172800")
    assert not models.Plugin.objects.exists()


def test_a_mistake_in_a_script_has_its_path(admin_client: Client) -> None:
    bad = {"breaker_condition": {"breaker_type": "x"}}
    sent = form(admin_client, url("breaker"))
    sent |= {"mode": "script", "script": json.dumps(bad)}
    page = Page(admin_client.post(url("breaker"), sent))
    assert page.says("Policy Content: breaker_condition.breaker_type: one of timeout")
    page = Page(admin_client.post(url("breaker"), sent | {"script": "{"}))
    assert page.says("Policy Content: it is not JSON")


def test_a_mistake_in_a_table_marks_its_row(admin_client: Client) -> None:
    sent = form(admin_client, url("set_resp_headers"))
    sent |= {"response_headers-0-name": "X A", "response_headers-0-action": "add"}
    page = Page(admin_client.post(url("set_resp_headers"), sent))
    assert page.says("response_headers[0].name: 1 to 32 letters")


def test_a_secret_is_written_and_not_shown(admin_client: Client) -> None:
    secured = {
        "sasl_config.security_protocol": "SASL_PLAINTEXT",
        "sasl_config.sasl_username": "me",
        "sasl_config.sasl_password": "hush-hush",
    }
    row = create(admin_client, "kafka_log", **secured)
    address = f"/policies/plugin/{row.pk}/edit/"
    for page in (address, row.get_absolute_url()):
        html = admin_client.get(page).content.decode()
        assert "hush-hush" not in html
    admin_client.post(address, form(admin_client, address) | {"topic": "other"})
    row.refresh_from_db()
    assert row.document["topic"] == "other"
    assert row.document["sasl_config"]["sasl_password"] == "hush-hush"


def test_an_unknown_type_is_404(admin_client: Client) -> None:
    assert admin_client.get(url("magic")).status_code == 404


def test_the_types_are_offered_with_what_they_do(admin_client: Client) -> None:
    page = Page(admin_client.get("/policies/create/"))
    for kind in registry.PLUGINS.values():
        assert page.says(kind.TITLE) and page.says(kind.ABOUT)


def test_a_bound_policy_is_not_deleted(admin_client: Client) -> None:
    row: Any = policies.plugin()
    bindings.bind(row, [world.published()], world.environment())
    response = admin_client.post(f"/policies/plugin/{row.pk}/delete/")
    assert response.status_code == 409
    assert models.Plugin.objects.exists()


def test_the_api_of_a_login_and_the_function_of_a_breaker_are_not_deleted(
    admin_client: Client, redirect_api: models.Api
) -> None:
    create(admin_client, "oidc_auth", plugin_name="the_login")
    function = world.example().authorizer.function
    info = {"function_urn": function.func_urn}
    stand_in = json.dumps({"type": "function", "func_info": info})
    create(
        admin_client, "breaker", plugin_name="the_breaker", downgrade_default=stand_in
    )
    delete = f"{redirect_api.get_absolute_url()}delete/"
    page = Page(admin_client.post(delete))
    assert page.says("A login of policy the_login needs it")
    sent = {"api": [redirect_api.pk], "confirmed": "1"}
    admin_client.post("/apis/batch/delete/", sent)
    assert models.Api.objects.filter(pk=redirect_api.pk).exists()
    page = Page(admin_client.get(f"{function.get_absolute_url()}delete/"))
    assert page.says("Policy the_breaker")


@pytest.mark.parametrize(
    "field",
    [
        {"auth_type": "APP"},
        {"req_protocol": "HTTP"},
        {"req_method": "POST"},
        {"match_mode": "SWA"},
    ],
)
def test_a_login_comes_back_to_an_api_that_lets_it(
    admin_client: Client, redirect_api: models.Api, field: dict[str, str]
) -> None:
    def said(**more: str) -> Page:
        sent = form(admin_client, url("oidc_auth")) | NEEDED["oidc_auth"] | more
        return Page(admin_client.post(url("oidc_auth"), sent))

    for name, value in field.items():
        setattr(redirect_api, name, value)
    redirect_api.save()
    assert said().says("Select a valid choice")
    script = {"mode": "script", "script": json.dumps(NEEDED["oidc_auth"])}
    assert said(**script).says("must be GET over HTTPS, matched exactly")
    redirect_api.delete()
    assert said(**script).says(f"there is no API {BACK}")
