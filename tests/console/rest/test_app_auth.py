"""Authorizations through the management API."""

from typing import Any

import pytest

from console import models
from console.models.environment import RELEASE_ID
from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(api: Api) -> dict[str, Any]:
    """A body that binds a credential to an API."""
    app = api("POST", "~/apps", {"name": "client"}).json()
    target = world.api(auth_type="APP")
    return {"env_id": RELEASE_ID, "app_ids": [app["id"]], "api_ids": [target.pk]}


def test_a_pair_is_bound_once(api: Api, pair: dict[str, Any]) -> None:
    reply = api("POST", "~/app-auths", pair)
    assert reply.status_code == 201
    [made] = reply.json()["auths"]
    assert made["auth_result"]["status"] == "SUCCESS"
    assert (made["api_id"], made["app_id"]) == (pair["api_ids"][0], pair["app_ids"][0])
    [again] = api("POST", "~/app-auths", pair).json()["auths"]
    assert (again["id"], again["auth_result"]["status"]) == (made["id"], "SKIPPED")
    assert api("DELETE", f"~/app-auths/{made['id']}").status_code == 204
    assert refused(api("DELETE", f"~/app-auths/{made['id']}")) == (404, "APIG.3009")


def test_one_that_cannot_be_bound_does_not_stop_the_others(
    api: Api, pair: dict[str, Any]
) -> None:
    public = world.api(auth_type="NONE")
    pair["api_ids"].append(public.pk)
    auths = api("POST", "~/app-auths", pair).json()["auths"]
    assert [a["auth_result"]["status"] for a in auths] == ["SUCCESS", "FAILED"]
    assert auths[1]["id"] == ""
    assert models.Authorization.objects.count() == 1


def test_both_sides_see_it(api: Api, pair: dict[str, Any]) -> None:
    app, target = pair["app_ids"][0], pair["api_ids"][0]
    free = f"~/app-auths/unbinded-apis?app_id={app}"
    assert [row["id"] for row in api("GET", free).json()["apis"]] == [target]
    api("POST", "~/app-auths", pair)
    assert api("GET", free).json()["apis"] == []
    bound = api("GET", f"~/app-auths/binded-apis?app_id={app}").json()["auths"]
    assert [(row["api_id"], row["env_name"]) for row in bound] == [(target, "RELEASE")]
    apps = api("GET", f"~/app-auths/binded-apps?api_id={target}").json()["auths"]
    assert [row["app_name"] for row in apps] == ["client"]
    path = f"~/app-auths/binded-apis?app_id={app}&api_name=nothing"
    assert api("GET", path).json()["total"] == 0


def test_apis_are_found_by_their_tags(api: Api, pair: dict[str, Any]) -> None:
    models.Api.objects.update(tags=["shop"])
    app = pair["app_ids"][0]
    free = f"~/app-auths/unbinded-apis?app_id={app}&tags="
    assert api("GET", f"{free}shop").json()["total"] == 1
    assert api("GET", f"{free}other").json()["total"] == 0
    api("POST", "~/app-auths", pair)
    bound = f"~/app-auths/binded-apis?app_id={app}&tags="
    assert api("GET", f"{bound}other,shop").json()["total"] == 1
    assert api("GET", f"{bound}other").json()["total"] == 0


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"env_id": ""}, 400, "APIG.2001"),
        ({"env_id": "0" * 32}, 404, "APIG.3003"),
        ({"app_ids": []}, 400, "APIG.2001"),
        ({"app_ids": [1]}, 400, "APIG.2012"),
        ({"app_ids": ["0" * 32]}, 404, "APIG.3004"),
        ({"api_ids": "x"}, 400, "APIG.2001"),
        ({"api_ids": ["0" * 32]}, 404, "APIG.3002"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, pair: dict[str, Any], fields: dict[str, Any], status: int, code: str
) -> None:
    reply = api("POST", "~/app-auths", pair | fields)
    assert refused(reply) == (status, code)
    assert not models.Authorization.objects.exists()


@pytest.mark.parametrize("path", ["binded-apis", "binded-apps", "unbinded-apis"])
def test_whose_they_are_must_be_said(api: Api, path: str) -> None:
    assert refused(api("GET", f"~/app-auths/{path}")) == (400, "APIG.2001")
