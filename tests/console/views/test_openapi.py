"""The pages that import and export OpenAPI documents."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from console import models
from console.models.environment import RELEASE_ID
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db
IMPORT = "/apis/import/"
MOCK = {"type": "MOCK", "mockEndpoints": {"result-content": "x"}}
OPERATION = {"operationId": "orders", "x-apigateway-backend": MOCK}
DOCUMENT = {
    "swagger": "2.0",
    "info": {"title": "Imported"},
    "paths": {"/orders": {"get": OPERATION}, "/bare": {"get": {}}},
}


def send(client: Client, raw: Any = DOCUMENT, **fields: Any) -> Page:
    file = SimpleUploadedFile("apis.json", json.dumps(raw).encode())
    sent = {"file": file, "into": "new", **fields}
    return Page(client.post(IMPORT, sent, follow=True))


def test_a_file_becomes_a_group_and_each_api_says_how_it_went(
    admin_client: Client,
) -> None:
    page = send(admin_client)
    api = models.Api.objects.get(group__name="Imported")
    assert page.says("1 imported · 1 not imported. Nothing was published.")
    assert api.get_absolute_url() in page.hrefs
    assert page.says("x-apigateway-backend is missing.")
    assert page.says("APIG.2001")
    assert page.says("Created")
    api.delete()
    url = reverse("task-detail", args=[models.Task.objects.get().pk])
    assert Page(admin_client.get(url)).says("deleted since")


def test_a_file_goes_into_a_group(admin_client: Client) -> None:
    api = world.api(name="orders", req_uri="/mine")
    into = {"into": "existing", "group": api.group_id, "simple": "on"}
    page = send(admin_client, **into)
    assert page.says("0 imported · 1 not imported · 1 skipped")
    page = send(admin_client, **into, override_apis="on")
    assert page.says("Updated")


@pytest.mark.parametrize(
    ("raw", "fields", "said"),
    [
        ({}, {}, "OpenAPI 2.0 and 3.0 are supported."),
        (DOCUMENT, {"into": "existing"}, "API Group: choose one."),
        (DOCUMENT, {"into": "nowhere"}, "Import: Select a valid choice."),
        (DOCUMENT, {"file": ""}, "File: This field is required."),
        (DOCUMENT | {"info": {"title": "DEFAULT"}}, {}, "name already exists"),
    ],
)
def test_what_is_wrong_is_said(
    admin_client: Client, raw: Any, fields: dict[str, Any], said: str
) -> None:
    page = send(admin_client, raw, **fields)
    assert (page.status, page.says(said)) == (200, True)
    assert not models.Api.objects.exists()
    assert models.ApiGroup.objects.count() == 1


def test_a_group_is_exported(admin_client: Client) -> None:
    api = world.published(name="orders", req_uri="/orders")
    url = reverse("group-export", args=[api.group_id])
    sent = Page(admin_client.get(url)).form_with("define")
    reply = admin_client.get(url, sent)
    assert "DEFAULT-RELEASE-proxy-" in reply["Content-Disposition"]
    operation = reply.json()["paths"]["/orders"]["get"]
    assert operation["x-apigateway-backend"]["type"] == "MOCK"
    yaml = admin_client.get(url, sent | {"type": "yaml", "oas_version": "3.0"})
    assert b"openapi: 3.0.0" in yaml.content


def test_what_cannot_be_exported_is_said(admin_client: Client) -> None:
    api = world.api(name="exact", req_uri="/a")
    world.api(name="prefix", req_uri="/a", match_mode="SWA")
    url = reverse("group-export", args=[api.group_id])
    wanted = {"env": RELEASE_ID, "define": "dev", "oas_version": "2.0", "type": "json"}
    page = Page(admin_client.get(url, wanted))
    assert page.says("have the same method and path")
    page = Page(admin_client.get(url, wanted | {"define": "most"}))
    assert page.says("API Definition: Select a valid choice.")


def test_an_import_needs_every_right_that_a_file_may_use(client_of: MakeClient) -> None:
    client = client_of("add_api", "change_api")
    assert client.get(IMPORT).status_code == 403
    assert send(client).status == 403
