"""Debug calls through the management API."""

from typing import Any

import pytest

from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db(transaction=True)
CALL = {"mode": "DEVELOPER", "scheme": "HTTPS", "method": "GET", "path": "/debugged"}


def test_a_draft_is_called_and_the_messages_are_shown(api: Api) -> None:
    row = world.api(req_uri="/debugged")
    reply = api("POST", f"~/apis/debug/{row.pk}", CALL | {"query": {"a": ["1"]}})
    assert reply.status_code == 200
    shown = reply.json()
    assert shown["request"].startswith("GET /debugged?a=1 HTTP/1.1\n")
    assert shown["response"].startswith("HTTP/1.1 200 OK\n")
    assert shown["response"].endswith("mock")
    assert type(shown["latency"]) is int


def test_a_consumer_signs_with_a_credential(api: Api) -> None:
    row = world.published(req_uri="/debugged")
    app = world.credential()
    world.bind(app, row)
    body = CALL | {"mode": "CONSUMER", "app_key": app.app_key}
    right = api("POST", f"~/apis/debug/{row.pk}", body | {"app_secret": app.app_secret})
    assert right.json()["response"].startswith("HTTP/1.1 200")
    wrong = api("POST", f"~/apis/debug/{row.pk}", body | {"app_secret": "x" * 32})
    assert wrong.json()["response"].startswith("HTTP/1.1 401")


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": "MARKET"},
        {"path": "debugged"},
        {"method": "ANY"},
        {"header": {"x-stage": ["a"]}},
        {"header": {"a": ["b\n"]}},
        {"header": {"a": "b"}},
        {"query": {"[": ["a"]}},
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any]) -> None:
    row = world.api(req_uri="/debugged")
    reply = api("POST", f"~/apis/debug/{row.pk}", CALL | fields)
    assert refused(reply) == (400, "APIG.2012")
