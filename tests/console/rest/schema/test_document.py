"""The description says of each operation of the tables what clients need to know."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from console.models.response import TYPES
from console.rest.schema.document import ALL, document, refuses
from console.rest.table import Operation

GATEWAY = "/v2/{project_id}/apigw/instances/{instance_id}"


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"][operation.route]
    return dict(found[operation.method.lower()])


def refs(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (v for k, v in part.items() if k == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for item in part:
            yield from refs(item)


def test_it_has_the_operations_of_the_tables_and_no_others() -> None:
    found = {
        (item["operationId"], method, path)
        for path, items in document()["paths"].items()
        for method, item in items.items()
        if method != "parameters"
    }
    assert found == {(o.name, o.method.lower(), o.route) for o in ALL}
    assert len(ALL) == 242


@pytest.mark.parametrize("operation", ALL, ids=lambda o: o.name)
def test_each_operation_has_its_parameters_and_answers(operation: Operation) -> None:
    item, own = document()["paths"][operation.route], described(operation)
    in_path = [p["name"] for p in item["parameters"]]
    assert in_path == re.findall(r"\{(\w+)\}", operation.route)
    successes = [status for status in own["responses"] if status < "300"]
    assert len(successes) == (0 if refuses(operation) else 1)
    assert own["responses"].keys() >= {"401", "403", "404"}
    assert "Permission: `console." in own["description"]


def test_every_reference_leads_somewhere() -> None:
    for ref in set(refs(document())):
        part: Any = document()
        for name in ref.removeprefix("#/").split("/"):
            part = part[name]
        assert isinstance(part, dict)


def test_every_shape_is_a_json_schema() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_bodies_obey_the_rules_of_the_models() -> None:
    create = document()["paths"][f"{GATEWAY}/throttles"]["post"]
    assert create["requestBody"]["required"] is True
    ref = create["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    body = document()["components"]["schemas"][ref.rpartition("/")[2]]
    assert body["required"] == [
        *("name", "time_unit", "api_call_limits", "time_interval")
    ]
    limit = body["properties"]["api_call_limits"]
    assert (limit["minimum"], limit["maximum"]) == (1, 2**31 - 1)
    assert body["properties"]["time_unit"]["enum"] == [
        "SECOND",
        "MINUTE",
        "HOUR",
        "DAY",
    ]
    assert body["properties"]["remark"]["maxLength"] == 255
    assert re.search(body["properties"]["name"]["pattern"], "Policy_1")
    assert not re.search(body["properties"]["name"]["pattern"], "1")


def test_what_is_not_supported_says_so() -> None:
    found = document()["paths"][f"{GATEWAY}/eip"]["put"]
    assert "no such cloud resource" in found["description"]
    assert set(found["responses"]) == {"401", "403", "404", "412"}
    assert "requestBody" not in found


def test_a_reply_says_where_the_new_id_leads() -> None:
    created = document()["paths"][f"{GATEWAY}/envs"]["post"]["responses"]["201"]
    assert created["links"]["update_environment_v2"]["parameters"] == {
        "project_id": "$request.path.project_id",
        "instance_id": "$request.path.instance_id",
        "env_id": "$response.body#/id",
    }


def test_a_path_says_what_may_stand_in_it() -> None:
    route = "/api-groups/{group_id}/gateway-responses/{response_id}/{response_type}"
    parameters = document()["paths"][GATEWAY + route]["parameters"]
    assert parameters[-1]["schema"]["enum"] == list(TYPES)


def test_it_says_how_callers_prove_who_they_are() -> None:
    assert document()["security"] == [{"token": []}, {"signature": []}]
    schemes = document()["components"]["securitySchemes"]
    assert schemes["token"]["name"] == "X-Auth-Token"
    assert "SDK-HMAC-SHA256" in schemes["signature"]["description"]
