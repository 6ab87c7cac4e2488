"""Publishing through the management API."""

import pytest

from console.models.environment import RELEASE_ID
from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_an_api_goes_online_and_offline(api: Api) -> None:
    row = world.api()
    body = {"action": "online", "env_id": RELEASE_ID, "api_id": row.pk, "remark": "r"}
    reply = api("POST", "~/apis/action", body)
    assert reply.status_code == 201
    made = reply.json()
    assert (made["api_id"], made["env_id"], made["remark"]) == (row.pk, RELEASE_ID, "r")
    assert [live.id for live in world.live().apis] == [row.pk]
    gone = api("POST", "~/apis/action", body | {"action": "offline"})
    assert (gone.status_code, gone.json()["version_id"]) == (201, made["version_id"])
    again = api("POST", "~/apis/action", body | {"action": "offline"})
    assert refused(again) == (404, "APIG.3015")


def test_of_many_each_says_how_it_went(api: Api) -> None:
    rows = [world.api(), world.api()]
    body = {"apis": [rows[0].pk, "0" * 32, rows[1].pk], "env_id": RELEASE_ID}
    reply = api("POST", "~/apis/publish?action=online", body)
    assert reply.status_code == 200
    done = reply.json()
    assert [item["api_id"] for item in done["success"]] == [row.pk for row in rows]
    assert [item["error_code"] for item in done["failure"]] == ["APIG.3002"]
    body = {"group_id": world.default_group().pk, "env_id": RELEASE_ID}
    gone = api("POST", "~/apis/publish?action=offline", body).json()
    assert (len(gone["success"]), gone["failure"]) == (2, [])
    once_more = api("POST", "~/apis/publish?action=offline", body).json()
    assert {item["error_code"] for item in once_more["failure"]} == {"APIG.3015"}


@pytest.mark.parametrize(
    ("query", "body", "code"),
    [
        ("", {"apis": ["x"]}, (400, "APIG.2001")),
        ("?action=away", {"apis": ["x"], "env_id": RELEASE_ID}, (400, "APIG.2012")),
        ("?action=online", {"env_id": RELEASE_ID}, (400, "APIG.2001")),
        ("?action=online", {"apis": [], "env_id": RELEASE_ID}, (400, "APIG.2001")),
        ("?action=online", {"apis": ["x"], "env_id": "no"}, (404, "APIG.3003")),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, query: str, body: dict[str, object], code: tuple[int, str]
) -> None:
    assert refused(api("POST", f"~/apis/publish{query}", body)) == code


def test_versions_are_listed_shown_and_switched(api: Api) -> None:
    row = world.published(name="first")
    row.name = "second"
    row.save_valid()
    world.publish.publish(row, world.environment())
    listed = api("GET", f"~/apis/publish/{row.pk}?env_name=RELEASE").json()
    assert [item["status"] for item in listed["api_versions"]] == [1, 2]
    old = listed["api_versions"][1]["version_id"]
    shown = api("GET", f"~/apis/versions/{old}").json()
    assert (shown["name"], shown["version_id"]) == ("first", old)
    switched = api("PUT", f"~/apis/publish/{row.pk}", {"version_id": old})
    assert (switched.status_code, switched.json()["version_id"]) == (200, old)
    runtime = api("GET", f"~/apis/runtime/{row.pk}").json()
    assert runtime["name"] == "first"
    assert "mock_info" not in runtime
    assert api("DELETE", f"~/apis/versions/{old}").status_code == 204
    assert refused(api("GET", f"~/apis/runtime/{row.pk}")) == (404, "APIG.3015")
    assert refused(api("PUT", f"~/apis/publish/{row.pk}", {})) == (400, "APIG.2001")
    nothing = {"version_id": "0" * 32}
    reply = api("PUT", f"~/apis/publish/{row.pk}", nothing)
    assert refused(reply) == (404, "APIG.3022")
