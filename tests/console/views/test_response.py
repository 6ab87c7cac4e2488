"""Gateway responses by page."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import GatewayResponse
from console.models.response import TYPES
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db
BODY = '{"why": "$context.error.message"}'


def sent(client: Client, url: str, **fields: str) -> dict[str, str]:
    return Page(client.get(url)).form_with("body") | fields


def test_a_type_is_edited_beside_its_variables_and_restored(
    admin_client: Client,
) -> None:
    row = world.default_group().gateway_responses.get(default=True)
    url = reverse("response-type", args=[row.pk, "AUTH_FAILURE"])
    page = Page(admin_client.get(url))
    assert page.form_with("body")["status"] == "401"
    assert page.says("$context.authorizer.frontend.<name>")
    filled = sent(admin_client, url, status="418", body=BODY)
    filled |= {"headers-0-key": "x-why", "headers-0-value": "$context.error.code"}
    page = Page(admin_client.post(url, filled, follow=True))
    assert page.says("Authentication Failure: callers get it from now on.")
    assert page.says("customised")
    row.refresh_from_db()
    assert row.responses["AUTH_FAILURE"] == {
        "status": 418,
        "body": BODY,
        "headers": [{"key": "x-why", "value": "$context.error.code"}],
    }
    restore = reverse("response-restore", args=[row.pk])
    page = Page(admin_client.post(restore, {"type": "AUTH_FAILURE"}, follow=True))
    assert page.says("Authentication Failure is as the product sends it.")
    row.refresh_from_db()
    assert row.responses == {}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("status", "", "Status Code: This field is required."),
        ("status", "444", "Status Code: a number from 200 to 599, but not 444."),
        ("status", "99", "Status Code: Ensure this value is greater"),
        ("body", "no JSON", "Response Body: JSON, variables in quotes."),
        ("headers-0-key", "a b", "Response Headers: a key of 1 to 128"),
    ],
)
def test_a_broken_rule_is_named(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    row = world.response()
    url = reverse("response-type", args=[row.pk, "AUTH_FAILURE"])
    filled = sent(admin_client, url) | {"headers-0-value": "x"} | {field: value}
    filled.setdefault("headers-0-key", "x")
    filled["headers-0-key"] = filled["headers-0-key"] or "x"
    assert Page(admin_client.post(url, filled)).says(said)
    row.refresh_from_db()
    assert row.responses == {}


def test_defaults_of_the_rest_keep_the_error_s_own_status(admin_client: Client) -> None:
    row = world.response()
    url = reverse("response-type", args=[row.pk, "DEFAULT_5XX"])
    admin_client.post(url, sent(admin_client, url, body=BODY))
    row.refresh_from_db()
    assert row.responses["DEFAULT_5XX"]["status"] is None


def test_every_documented_type_has_its_page(admin_client: Client) -> None:
    row = world.response()
    page = Page(admin_client.get(row.get_absolute_url()))
    for name, kind in TYPES.items():
        assert page.says(kind.label)
        assert reverse("response-type", args=[row.pk, name]) in page.hrefs
    url = reverse("response-type", args=[row.pk, "NONE_SUCH"])
    assert admin_client.get(url).status_code == 404


def test_a_group_gets_another_response_and_loses_it(admin_client: Client) -> None:
    group = world.default_group()
    url = reverse("response-create", args=[group.pk])
    assert Page(admin_client.post(url, {"name": "a b"})).says("Name: 1 to 64 letters")
    page = Page(admin_client.post(url, {"name": "default"}))
    assert page.says("The group has a response with this name.")
    admin_client.post(url, {"name": "strict"})
    row = GatewayResponse.objects.get(name="strict")
    api = world.api(response=row)
    delete = reverse("response-delete", args=[row.pk])
    page = Page(admin_client.post(delete))
    assert (page.status, page.says(f"API {api}")) == (409, True)
    api.delete()
    assert admin_client.post(delete).status_code == 302
    assert not GatewayResponse.objects.filter(name="strict").exists()
    default = group.gateway_responses.get(default=True)
    delete = reverse("response-delete", args=[default.pk])
    assert admin_client.post(delete).status_code == 409
