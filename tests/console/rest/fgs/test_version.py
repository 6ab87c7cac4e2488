"""Versions and aliases through the management API."""

from typing import Any

import pytest

from tests.console.rest.conftest import Api, refused
from tests.console.rest.fgs.conftest import Make, encoded

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(api: Api, make: Make) -> str:
    """A function with the versions v1 and v2."""
    found = f"fgs/functions/{make()['func_urn']}"
    assert api("POST", f"{found}/versions", {"version": "v1"}).status_code == 200
    body = {"code_type": "inline", "func_code": {"file": encoded("x = 2\n")}}
    api("PUT", f"{found}/code", body)
    api("POST", f"{found}/versions", {"version": "v2", "description": "second"})
    return found


def test_versions_are_frozen_and_listed(api: Api, path: str) -> None:
    listed = api("GET", f"{path}/versions").json()
    assert [v["version"] for v in listed["versions"]] == ["v2", "v1"]
    one = path.removesuffix("latest") + "v1"
    config = api("GET", f"{one}/config").json()
    assert config["version"] == "v1"
    assert config["digest"] != api("GET", f"{path}/config").json()["digest"]
    assert api("DELETE", one).status_code == 204
    assert refused(api("GET", f"{one}/config")) == (404, "FSS.1052")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"version": "v1"}, 409, "FSS.1062"),
        ({"version": "latest"}, 400, "FSS.1015"),
        ({"version": "v3", "digest": "0"}, 400, "FSS.0400"),
    ],
)
def test_a_version_that_cannot_be_is_refused(
    api: Api, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    changed = {"code_type": "inline", "func_code": {"file": encoded("x = 3\n")}}
    api("PUT", f"{path}/code", changed)
    assert refused(api("POST", f"{path}/versions", body)) == (status, code)


def test_nothing_changed_is_nothing_to_publish(api: Api, path: str) -> None:
    assert refused(api("POST", f"{path}/versions", {})) == (400, "FSS.1016")


def test_an_alias_names_a_version_and_shares_calls(api: Api, path: str) -> None:
    body = {
        "name": "prod",
        "version": "v1",
        "additional_version_weights": {"v2": 20},
        "description": "d",
    }
    made = api("POST", f"{path}/aliases", body).json()
    assert made["alias_urn"].endswith(":orders:!prod")
    assert made["additional_version_weights"] == {"v2": 20}
    assert api("GET", f"{path}/aliases").json() == [made]
    assert api("GET", f"{path}/aliases/prod").json() == made
    changed = api("PUT", f"{path}/aliases/prod", {"version": "v2"}).json()
    assert (changed["version"], changed["additional_version_weights"]) == ("v2", {})
    assert api("DELETE", f"{path}/aliases/prod").status_code == 204
    assert refused(api("GET", f"{path}/aliases/prod")) == (404, "FSS.1053")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "prod", "version": "v1"}, 409, "FSS.1063"),
        ({"name": "b c", "version": "v1"}, 400, "FSS.1014"),
        ({"version": "v1"}, 400, "FSS.1014"),
        ({"name": "b", "version": "v9"}, 404, "FSS.1052"),
        ({"name": "b", "additional_version_weights": {"v1": "x"}}, 400, "FSS.1092"),
        ({"name": "b", "additional_version_weights": {"v1": 101}}, 400, "FSS.1092"),
        (
            {"name": "b", "version": "v1", "additional_version_weights": {"v1": 5}},
            400,
            "FSS.1093",
        ),
        (
            {"name": "b", "additional_version_weights": {"v1": 5, "v2": 5}},
            400,
            "FSS.1091",
        ),
    ],
)
def test_an_alias_that_cannot_be_is_refused(
    api: Api, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    api("POST", f"{path}/aliases", {"name": "prod", "version": "v1"})
    assert refused(api("POST", f"{path}/aliases", body)) == (status, code)
