"""API groups through the management API."""

import pytest

from console import models
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


def test_a_group_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/api-groups", {"name": "orders", "remark": "r"})
    assert made.status_code == 201
    group = made.json()
    assert group["name"] == "orders"
    assert (group["status"], group["on_sell_status"], group["is_default"]) == (1, 2, 2)
    assert group["sl_domain"].startswith(group["id"])
    path = f"~/api-groups/{group['id']}"
    assert api("GET", path).json() == group
    changed = api("PUT", path, {"name": "orders2"})
    assert (changed.status_code, changed.json()["name"]) == (200, "orders2")
    assert changed.json()["remark"] == "r"
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3001")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "APIG.2001"),
        ({"name": ""}, "APIG.2001"),
        ({"name": None}, "APIG.2001"),
        ({"name": "a"}, "APIG.2012"),
        ({"name": 12345}, "APIG.2012"),
        ({"name": "abc", "remark": "r" * 1001}, "APIG.2006"),
        (b"{", "APIG.2000"),
        (b"[1]", "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(api: Api, body: object, code: str) -> None:
    assert refused(api("POST", "~/api-groups", body)) == (400, code)


def test_the_wrong_parameter_is_named_in_the_text(api: Api) -> None:
    text = api("POST", "~/api-groups", {}).json()["error_msg"]
    assert "parameterName:name." in text


def test_a_name_is_taken_once(api: Api) -> None:
    api("POST", "~/api-groups", {"name": "orders"})
    again = api("POST", "~/api-groups", {"name": "orders"})
    assert refused(again) == (400, "APIG.3201")
    assert refused(api("POST", "~/api-groups/check", {"group_name": "orders"})) == (
        400,
        "APIG.3201",
    )
    assert api("POST", "~/api-groups/check", {"group_name": "free"}).status_code == 204


def test_a_list_has_pages_and_filters(api: Api) -> None:
    for number in range(5):
        models.ApiGroup(name=f"group{number}").save_valid()
    page = api("GET", "~/api-groups?limit=2&offset=1&name=group").json()
    assert (page["total"], page["size"], len(page["groups"])) == (5, 2, 2)
    precise = api("GET", "~/api-groups?name=group&precise_search=name").json()
    assert precise == {"total": 0, "size": 0, "groups": []}
