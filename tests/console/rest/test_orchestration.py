"""Orchestration rules through the management API."""

from typing import Any

import pytest

from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
MAPPED = {
    "mapped_param_name": "color",
    "mapped_param_type": "string",
    "mapped_param_location": "query",
}
BODY = {
    "orchestration_name": "colors",
    "orchestration_strategy": "list",
    "orchestration_mapped_param": MAPPED,
    "is_preprocessing": False,
    "orchestration_map": [{"map_param_list": ["1"], "mapped_param_value": "blue"}],
}


def test_a_rule_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/orchestrations", BODY)
    assert made.status_code == 201
    rule = made.json()
    assert BODY.items() <= rule.items()
    path = f"~/orchestrations/{rule['orchestration_id']}"
    assert api("GET", path).json() == rule
    changed = api("PUT", path, BODY | {"orchestration_name": "colours"})
    assert changed.status_code == 200
    assert changed.json()["orchestration_name"] == "colours"
    query = f"orchestration_name=colo&orchestration_id={rule['orchestration_id']}"
    [listed] = api("GET", f"~/orchestrations?{query}").json()["orchestrations"]
    assert listed["orchestration_mapped_param"] == MAPPED
    assert "orchestration_map" not in listed
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3095")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"orchestration_name": "1"}, "APIG.2012"),
        ({"orchestration_name": None}, "APIG.2001"),
        ({"orchestration_strategy": "concat"}, "APIG.2012"),
        ({"orchestration_mapped_param": "color"}, "APIG.2012"),
        ({"orchestration_mapped_param": {}}, "APIG.2012"),
        ({"is_preprocessing": 1}, "APIG.2012"),
        ({"orchestration_map": [1]}, "APIG.2012"),
        ({"orchestration_map": [{"map_param_list": [1]}]}, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    assert refused(api("POST", "~/orchestrations", BODY | fields)) == (400, code)


def test_a_name_is_taken_once_and_the_parameter_stays(api: Api) -> None:
    rule = api("POST", "~/orchestrations", BODY).json()
    assert refused(api("POST", "~/orchestrations", BODY)) == (400, "APIG.3331")
    other = BODY | {"orchestration_mapped_param": MAPPED | {"mapped_param_name": "x"}}
    reply = api("PUT", f"~/orchestrations/{rule['orchestration_id']}", other)
    assert refused(reply) == (412, "APIG.3713")


def test_one_in_use_is_kept(api: Api) -> None:
    rule = policies.orchestration()
    param = {"name": "id", "type": "STRING", "location": "QUERY"}
    target = world.api(req_params=[param | {"orchestrations": [rule.pk]}])
    path = f"~/orchestrations/{rule.pk}"
    [used] = api("GET", f"{path}/attached-apis").json()["apis"]
    assert (used["api_id"], used["req_uri"]) == (target.pk, target.req_uri)
    assert api("GET", f"{path}/attached-apis?api_name=nothing").json()["total"] == 0
    assert refused(api("DELETE", path)) == (409, "APIG.3716")
