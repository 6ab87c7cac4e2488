"""What clients get wrong: a documented error each time, and nothing half done."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.test import Client
from rest_framework.test import APIClient

from console import models, tokens
from console.rest.schema.document import ALL
from console.rest.table import Operation
from tests.console.rest.conftest import Api, refused

WRITES = [o for o in ALL if o.method in ("POST", "PUT")]
# A body may be absent, or of any JSON type, with members of any type.
BODIES: list[object] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"text"',
    b"7",
    {"name": [], "body": {}, "tags": 5, "apis": {}, "action": [], "env_id": {}},
    b'{"name": "\\ud800", "remark": "\\u0000", "group_name": "\\u0000", "type": true}',
    {"unknown": 1},
]


@pytest.mark.django_db
@pytest.mark.parametrize("body", BODIES, ids=str)
def test_no_body_is_a_failure_of_the_product(api: Api, body: object) -> None:
    for operation in WRITES:
        reply = api(operation.method, path_of(operation), body)
        assert reply.status_code < 500, (operation.name, reply.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["limit=x", "limit=-9&offset=-1", "offset=" + "9" * 30]
)
def test_no_page_is_a_failure_of_the_product(api: Api, query: str) -> None:
    for operation in ALL:
        if operation.method == "GET":
            reply = api("GET", f"{path_of(operation)}?{query}&name=%00&id=%00")
            assert reply.status_code < 500, (operation.name, reply.content)


def path_of(operation: Operation) -> str:
    path = re.sub(r"\{\w+\}", "0" * 32, operation.path)
    if operation.root.endswith("/fgs"):
        return f"fgs{path}"
    return path.replace("/instances/" + "0" * 32, f"/instances/{settings.INSTANCE_ID}")


DEEP = b"[" * 100_000
READS = {"~/envs": (400, "APIG.2000"), "fgs/functions": (406, "FSS.0406")}
TOO_MUCH = [
    (b'{"name": ' + DEEP, "application/json"),
    (b'{"name": ' + b"[" * 70 + b"]" * 70 + b"}", "application/json"),
    (b'{"name": NaN}', "application/json"),
    (b"name=DEV", "application/x-www-form-urlencoded"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("body", "kind"), TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_what_cannot_be_read_is_refused_as_documented(
    api: Api, body: bytes, kind: str
) -> None:
    for service, refusal in READS.items():
        reply = api("POST", service, body, **{"content-type": kind})
        assert refused(reply) == refusal


@pytest.mark.django_db
def test_too_many_parameters_are_refused_as_documented(api: Api) -> None:
    for service, refusal in READS.items():
        assert refused(api("GET", f"{service}?{'a=1&' * 1500}")) == refusal


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_refused_as_documented(
    client: Client, admin_user: User
) -> None:
    token, _ = tokens.issue(admin_user)
    reply = client.post(
        f"/v2/{settings.PROJECT_ID}/fgs/functions",
        b'{"func_name": "' + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}',
        content_type="application/json",
        headers={"x-auth-token": token},
    )
    assert refused(reply) == (406, "FSS.0406")


@pytest.mark.django_db
def test_the_reply_is_json_whatever_is_asked_for(api: Api) -> None:
    reply = api("GET", "~/envs?format=xml", accept="text/html")
    assert (reply.status_code, reply["Content-Type"]) == (200, "application/json")


@pytest.mark.django_db
def test_half_a_character_goes_nowhere(api: Api) -> None:
    api("POST", "fgs/functions", {"func_name": "echo", "runtime": "Python3.9"})
    lone = b'{"a": "\\ud800"}'
    reply = api("POST", "fgs/functions/echo/invocations", lone)
    assert refused(reply) == (406, "FSS.0406")
    text = {"user_data": lone.decode()}
    reply = api("PUT", "fgs/functions/echo/config", text)
    assert refused(reply) == (400, "FSS.1009")


@pytest.mark.django_db
def test_a_configuration_nested_too_deeply_is_none(api: Api) -> None:
    config = {"name": "ratelimit", "enable": True, "config": DEEP.decode()}
    assert refused(api("POST", "~/features", config)) == (400, "APIG.2012")


@pytest.mark.django_db
def test_nothing_else_is_below_the_api_s_path(client: Client) -> None:
    for path in ("/v2/nobody", f"/v2/{settings.PROJECT_ID}/apigw/instances/a/b/c/d"):
        assert refused(client.get(path)) == (404, "APIG.0101")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_create_one_name_at_once_one_wins(admin_user: User) -> None:
    def create(_: int) -> int:
        client = APIClient()
        client.force_authenticate(admin_user)
        url = f"/v2/{settings.PROJECT_ID}/apigw/instances/{settings.INSTANCE_ID}/envs"
        try:
            return int(client.post(url, {"name": "TEST"}, format="json").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(create, range(4))) == [201, 400, 400, 400]
    assert models.Environment.objects.filter(name="TEST").count() == 1


@pytest.mark.django_db
def test_the_database_has_the_last_word(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(self: models.Environment) -> None:
        raise IntegrityError("UNIQUE constraint failed: console_environment.name")

    monkeypatch.setattr(models.Environment, "save_valid", late)
    assert refused(api("POST", "~/envs", {"name": "DEV"})) == (400, "APIG.3205")
