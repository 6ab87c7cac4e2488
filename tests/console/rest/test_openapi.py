"""Import and export through the management API."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from console import models, roles
from console.models.environment import RELEASE_ID
from tests.console import world
from tests.console.rest.conftest import GATEWAY, Api, refused

pytestmark = pytest.mark.django_db
MOCK = {"type": "MOCK", "mockEndpoints": {"result-content": "x"}}
OPERATION = {"operationId": "orders", "x-apigateway-backend": MOCK}
DOCUMENT = {
    "swagger": "2.0",
    "info": {"title": "Imported"},
    "paths": {"/orders": {"get": OPERATION}},
}


def upload(user: User, path: str = "import", raw: Any = DOCUMENT, **parts: Any) -> Any:
    client = APIClient()
    client.force_authenticate(user)
    content = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    file = SimpleUploadedFile("apis.json", content)
    body = {"file_name": file, **parts}
    return client.post(f"{GATEWAY}/openapi/{path}", body, format="multipart")


def exported(**fields: Any) -> dict[str, Any]:
    return {"env_id": RELEASE_ID, "group_id": world.default_group().pk, **fields}


def test_a_file_is_imported_into_a_new_group(admin_user: User) -> None:
    reply = upload(admin_user)
    assert reply.status_code == 200
    told = reply.json()
    group = models.ApiGroup.objects.get(name="Imported")
    assert told["group_id"] == group.pk
    api = group.apis.get()
    made = {"id": api.pk, "method": "GET", "path": "/orders", "action": "create"}
    assert told["success"] == [made]
    assert told["failure"] == [] == told["ignore"]
    assert told["swagger"]["result"] == "Success"
    assert refused(upload(admin_user)) == (400, "APIG.3201")


def test_modes_are_texts_of_a_form(admin_user: User) -> None:
    api = world.api(name="orders", req_uri="/mine")
    into = {"is_create_group": "false", "group_id": api.group_id}
    told = upload(admin_user, **into).json()
    assert [one["error_code"] for one in told["failure"]] == ["APIG.3202"]
    told = upload(admin_user, **into, api_mode="override", mock_mode="True").json()
    assert [one["action"] for one in told["success"]] == ["update"]


@pytest.mark.parametrize(
    ("raw", "parts", "error"),
    [
        (b"", {}, (400, "APIG.3609")),
        (b"{", {}, (400, "APIG.3602")),
        ({"swagger": "1.0"}, {}, (400, "APIG.3601")),
        (DOCUMENT, {"is_create_group": "false"}, (400, "APIG.2001")),
        (DOCUMENT, {"is_create_group": "maybe"}, (400, "APIG.2012")),
        (DOCUMENT, {"api_mode": "replace"}, (400, "APIG.2012")),
        (
            DOCUMENT,
            {"is_create_group": "false", "group_id": "0" * 32},
            (404, "APIG.3001"),
        ),
    ],
)
def test_what_is_wrong_is_named(
    admin_user: User, raw: Any, parts: dict[str, Any], error: tuple[int, str]
) -> None:
    assert refused(upload(admin_user, raw=raw, **parts)) == error
    assert not models.Api.objects.exists()


def test_a_file_has_to_be_there(api: Api) -> None:
    assert refused(api("POST", "~/openapi/import", {})) == (400, "APIG.2001")
    text = api("POST", "~/openapi/import", {"file_name": "apis.json"})
    assert refused(text) == (400, "APIG.2012")


@pytest.mark.parametrize("kind", ["json", "yaml", "yml"])
def test_an_export_is_a_file(api: Api, kind: str) -> None:
    world.published(name="orders", req_uri="/orders")
    body = exported(type=kind, define="proxy", version="7")
    reply = api("POST", "~/openapi/export?oas_version=3.0", body)
    assert reply.status_code == 200
    assert kind in reply["Content-Disposition"]
    assert "DEFAULT-RELEASE-proxy-" in reply["Content-Disposition"]
    text = reply.content.decode()
    assert ("openapi: 3.0.0" in text) == (kind != "json")
    if kind == "json":
        document = json.loads(text)
        assert document["info"] == {"title": "DEFAULT", "version": "7"}
        assert document["paths"]["/orders"]["get"]["operationId"] == "orders"


def test_an_export_has_what_is_published(api: Api) -> None:
    live = world.published(name="orders", req_uri="/orders")
    world.api(name="draft", req_uri="/draft")

    def paths(**fields: Any) -> list[str]:
        return list(api("POST", "~/openapi/export", exported(**fields)).json()["paths"])

    assert paths() == ["/orders"]
    assert sorted(paths(define="dev")) == ["/draft", "/orders"]
    assert paths(define="dev", apis=[live.pk]) == ["/orders"]


@pytest.mark.parametrize(
    ("path", "fields", "error"),
    [
        ("export", {"env_id": None}, (400, "APIG.2001")),
        ("export", {"env_id": "x"}, (404, "APIG.3003")),
        ("export", {"group_id": "x"}, (404, "APIG.3001")),
        ("export", {"define": "most"}, (400, "APIG.2012")),
        ("export", {"type": "xml"}, (400, "APIG.2012")),
        ("export", {"apis": ["x"]}, (404, "APIG.3002")),
        ("export?oas_version=4", {}, (400, "APIG.2012")),
    ],
)
def test_what_cannot_be_exported_is_named(
    api: Api, path: str, fields: dict[str, Any], error: tuple[int, str]
) -> None:
    given = {k: v for k, v in exported(**fields).items() if v is not None}
    assert refused(api("POST", f"~/openapi/{path}", given)) == error


def test_tasks_tell_later_how_it_went(api: Api, admin_user: User) -> None:
    def asked(reply: Any) -> tuple[str, str, Any]:
        assert reply.status_code == 202
        task = api("GET", f"~/async-tasks/{reply.json()['task_id']}").json()
        result = json.loads(task["task_result"])
        return task["task_type"], task["task_status"], result

    kind, status, result = asked(upload(admin_user, "async-import"))
    assert (kind, status) == ("import_api", "succeed")
    assert [one["path"] for one in result["success"]] == ["/orders"]
    kind, status, result = asked(upload(admin_user, "async-import"))
    assert (kind, status, result["error_code"]) == ("import_api", "failed", "APIG.3201")
    body = exported(define="dev")
    kind, status, result = asked(api("POST", "~/openapi/async-export", body))
    assert (kind, status, result["FileType"]) == ("export_api", "succeed", ".json")
    assert result["FileName"].startswith("DEFAULT-RELEASE-dev-")
    assert json.loads(result["Comment"])["info"]["title"] == "DEFAULT"
    assert refused(api("GET", f"~/async-tasks/{'0' * 32}")) == (404, "APIG.3072")


def test_a_task_that_fails_leaves_nothing(admin_user: User) -> None:
    raw = DOCUMENT | {"x-apigateway-responses": {"own": {"NONE": {}}}}
    assert upload(admin_user, "async-import", raw).status_code == 202
    assert models.Task.objects.get().status == "failed"
    assert models.ApiGroup.objects.count() == 1


def test_readers_export_and_do_not_import(django_user_model: Any) -> None:
    reader = django_user_model.objects.create_user("reader")
    roles.give(reader, roles.READER)
    assert refused(upload(reader)) == (403, "APIG.1005")
    client = APIClient()
    client.force_authenticate(reader)
    path = f"{GATEWAY}/openapi/export"
    assert client.post(path, exported(), format="json").status_code == 200


def test_whoever_may_not_change_what_a_file_makes_does_not_import(
    django_user_model: Any,
) -> None:
    user = django_user_model.objects.create_user("some")
    rights = roles.permissions()[roles.DEVELOPER].exclude(codename="add_throttle")
    user.user_permissions.set(rights)
    assert refused(upload(user)) == (403, "APIG.1005")
