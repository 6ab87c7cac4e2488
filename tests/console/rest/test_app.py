"""Credentials through the management API."""

from typing import Any

import pytest

from console import models
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


def test_a_credential_is_made_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/apps", {"name": "client", "remark": "r"})
    assert made.status_code == 201
    app = made.json()
    assert len(app["app_key"]) == len(app["app_secret"]) == 32
    assert (app["creator"], app["status"], app["app_type"]) == ("USER", 1, "apig")
    path = f"~/apps/{app['id']}"
    assert api("GET", path).json() == app
    changed = api("PUT", path, {"name": "client2"}).json()
    assert (changed["name"], changed["app_secret"]) == ("client2", app["app_secret"])
    checked = api("GET", f"~/apps/validation/{app['id']}").json()
    assert checked == {"id": app["id"], "name": "client2", "remark": "r"}
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3004")


def test_key_and_secret_may_be_given_and_the_key_stays(api: Api) -> None:
    body = {"name": "client", "app_key": "my-key-01", "app_secret": "my$ecret1"}
    app = api("POST", "~/apps", body).json()
    assert (app["app_key"], app["app_secret"]) == ("my-key-01", "my$ecret1")
    path = f"~/apps/{app['id']}"
    other = {"name": "client", "app_key": "my-key-02"}
    assert refused(api("PUT", path, other)) == (400, "APIG.2012")
    assert models.Credential.objects.get().app_key == "my-key-01"


def test_a_secret_is_reset(api: Api) -> None:
    app = api("POST", "~/apps", {"name": "client"}).json()
    path = f"~/apps/secret/{app['id']}"
    new = api("PUT", path, {"app_secret": "an0ther-secret"}).json()["app_secret"]
    assert new == models.Credential.objects.get().app_secret == "an0ther-secret"
    assert len(api("PUT", path, {}).json()["app_secret"]) == 32
    assert refused(api("PUT", path, {"app_secret": "-"})) == (400, "APIG.2012")
    assert refused(api("PUT", path, {"app_secret": 1})) == (400, "APIG.2012")


def test_a_list_masks_secrets_and_counts_bindings(api: Api) -> None:
    app = api("POST", "~/apps", {"name": "client"}).json()
    api("POST", "~/apps", {"name": "other"})
    listed = api("GET", "~/apps?name=client").json()
    assert (listed["total"], listed["size"]) == (1, 1)
    row = listed["apps"][0]
    assert (row["id"], row["bind_num"]) == (app["id"], 0)
    assert app["app_secret"] not in str(listed)
    assert api("GET", "~/apps?status=2").json()["apps"] == []
    assert api("GET", "~/apps?creator=MARKET").json()["apps"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "APIG.2001"),
        ({"name": "1a"}, "APIG.2012"),
        ({"name": "taken"}, "APIG.3203"),
        ({"name": "abc", "app_key": "short"}, "APIG.2012"),
        ({"name": "abc", "app_key": "known-key"}, "APIG.3310"),
        ({"name": "abc", "app_secret": "-bad-secret"}, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(api: Api, body: dict[str, Any], code: str) -> None:
    api("POST", "~/apps", {"name": "taken", "app_key": "known-key"})
    reply = api("POST", "~/apps", body)
    assert refused(reply) == (400, code)
    assert "bad-secret" not in reply.json()["error_msg"]
