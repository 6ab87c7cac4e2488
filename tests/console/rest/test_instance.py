"""The gateway itself through the management API."""

from typing import Any

import pytest
from django.conf import settings

from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


def test_the_gateway_is_listed_shown_and_renamed(api: Api) -> None:
    [listed] = api("GET", "/instances").json()["instances"]
    shown = api("GET", "~").json()
    assert listed.items() <= shown.items()
    assert (shown["id"], shown["status"]) == (settings.INSTANCE_ID, "Running")
    assert (shown["instance_status"], shown["type"]) == (6, "apig")
    changed = api("PUT", "~", {"instance_name": "mine", "description": "d"}).json()
    assert (changed["instance_name"], changed["description"]) == ("mine", "d")
    assert api("GET", "/instances?instance_name=min").json()["total"] == 1
    assert api("GET", "/instances?instance_name=other").json()["total"] == 0
    assert api("GET", "/instances?status=Frozen").json()["total"] == 0


def test_it_is_ready_and_unrestricted_in_its_one_zone(api: Api) -> None:
    progress = api("GET", "~/progress").json()
    assert (progress["progress"], progress["status"]) == (100, "success")
    assert api("GET", "~/restriction").json()["restrict_cidrs"] == []
    assert len(api("GET", "/available-zones").json()["available_zones"]) == 1


def test_it_is_neither_made_nor_deleted(api: Api) -> None:
    assert refused(api("POST", "/instances", {})) == (412, "APIG.3458")
    assert refused(api("DELETE", "~")) == (412, "APIG.3458")


def change(api: Api, action: str, *tags: tuple[str, str]) -> Any:
    pairs = [{"key": key, "value": value} for key, value in tags]
    return api("POST", "~/instance-tags/action", {"action": action, "tags": pairs})


def test_tags_are_added_replaced_found_and_removed(api: Api) -> None:
    assert change(api, "create", ("team", "a"), ("cost", "1")).status_code == 204
    change(api, "create", ("team", "b"))
    tags = api("GET", "~/instance-tags").json()["tags"]
    assert {tag["key"]: tag["value"] for tag in tags} == {"team": "b", "cost": "1"}
    assert {"key": "team", "values": ["b"]} in api("GET", "/instance-tags").json()[
        "tags"
    ]
    query = {"tags": [{"key": "team", "values": ["b", "c"]}]}
    found = api("POST", "/resource-instances/filter", query).json()
    assert [row["resource_id"] for row in found["resources"]] == [settings.INSTANCE_ID]
    query = {"tags": [{"key": "team", "values": ["z"]}]}
    assert api("POST", "/resource-instances/count", query).json()["total_count"] == 0
    untagged = {"without_any_tag": True}
    assert api("POST", "/resource-instances/count", untagged).json()["total_count"] == 0
    change(api, "delete", ("team", ""), ("cost", ""))
    assert api("GET", "~/instance-tags").json()["tags"] == []


def test_tags_that_cannot_be_are_refused(api: Api) -> None:
    assert refused(change(api, "rename", ("k", "v"))) == (400, "APIG.2012")
    assert refused(change(api, "create", ("_sys_k", "v"))) == (400, "APIG.2012")
    reply = api("POST", "~/instance-tags/action", {"action": "create"})
    assert refused(reply) == (400, "APIG.2001")
