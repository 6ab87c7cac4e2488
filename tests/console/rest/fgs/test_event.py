"""Test events through the management API."""

import base64
from typing import Any

import pytest

from tests.console.rest.conftest import Api, refused
from tests.console.rest.fgs.conftest import Make, encoded

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(make: Make) -> str:
    return f"fgs/functions/{make()['func_urn']}/events"


def test_an_event_is_made_shown_changed_and_deleted(api: Api, path: str) -> None:
    made = api("POST", path, {"name": "one", "content": encoded('{"a": 1}')}).json()
    assert set(made) == {"id", "name"}
    one = f"{path}/{made['id']}"
    assert base64.b64decode(api("GET", one).json()["content"]) == b'{"a": 1}'
    api("PUT", one, {"content": encoded('{"a": 2}')})
    assert base64.b64decode(api("GET", one).json()["content"]) == b'{"a": 2}'
    assert api("GET", path).json()["count"] == 1
    assert api("DELETE", one).status_code == 204
    assert refused(api("GET", one)) == (404, "FSS.1070")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "one", "content": encoded("{}")}, 403, "FSS.1073"),
        ({"name": "two", "content": "!"}, 400, "FSS.1074"),
        ({"name": "two"}, 400, "FSS.1074"),
        ({"name": "two", "content": encoded("{")}, 400, "FSS.1074"),
        ({"name": "two", "content": encoded(f'"{"x" * 5000}"')}, 403, "FSS.1069"),
        ({"content": encoded("{}")}, 400, "FSS.1014"),
    ],
)
def test_an_event_that_cannot_be_is_refused(
    api: Api, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    api("POST", path, {"name": "one", "content": encoded("{}")})
    assert refused(api("POST", path, body)) == (status, code)


def test_there_are_at_most_ten(api: Api, path: str) -> None:
    for number in range(10):
        api("POST", path, {"name": f"e{number}", "content": encoded("{}")})
    reply = api("POST", path, {"name": "more", "content": encoded("{}")})
    assert refused(reply) == (403, "FSS.1068")
