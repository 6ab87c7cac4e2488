"""Environments through the management API."""

import pytest

from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


def test_an_environment_is_created_changed_listed_and_deleted(api: Api) -> None:
    made = api("POST", "~/envs", {"name": "DEV", "remark": "r"})
    assert made.status_code == 201
    assert set(made.json()) == {"id", "name", "remark", "create_time"}
    path = f"~/envs/{made.json()['id']}"
    assert api("PUT", path, {"name": "DEV2"}).json()["name"] == "DEV2"
    assert "DEV2" in [env["name"] for env in api("GET", "~/envs").json()["envs"]]
    assert api("DELETE", path).status_code == 204
    assert refused(api("PUT", path, {"name": "DEV3"})) == (404, "APIG.3003")


def test_a_name_is_taken_once(api: Api) -> None:
    api("POST", "~/envs", {"name": "DEV"})
    assert refused(api("POST", "~/envs", {"name": "DEV"})) == (400, "APIG.3205")
