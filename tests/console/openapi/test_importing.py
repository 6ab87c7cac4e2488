"""Documents of others, and what is done with what is there already."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console import limits, models, openapi, publish
from console.openapi.importing import said
from tests.console import policies, world

pytestmark = pytest.mark.django_db
MOCK = {"type": "MOCK", "mockEndpoints": {"result-content": "from the file"}}
OPERATION: dict[str, Any] = {
    "operationId": "orders",
    "x-apigateway-backend": MOCK,
    "responses": {},
}
PETS = """
openapi: 3.0.3
info: {title: Pet Store, version: 1.0.0}
servers: [{url: "http://example.com"}]
paths:
  /pets/{petId}:
    parameters: [{$ref: "#/components/parameters/petId"}]
    get:
      operationId: show pet
      tags: [all pets]
      summary: One pet
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 9}}
        - {name: session, in: cookie, schema: {type: string}}
        - {name: Authorization, in: header, schema: {type: string}}
      responses: {"200": {description: a pet}}
  /pets:
    post: {responses: {}}
components:
  parameters:
    petId: {name: petId, in: path, required: true, schema: {type: string}}
"""


def document(*paths: str, **members: Any) -> dict[str, Any]:
    """One with a Mock at each path."""
    named = {
        path: {"get": OPERATION | {"operationId": f"api_{path.strip('/')}"}}
        for path in paths or ("/orders",)
    }
    return {"swagger": "2.0", "info": {"title": "Imported"}, "paths": named} | members


def load(raw: Any, group: models.ApiGroup | None = None, **mode: Any) -> openapi.Report:
    content = raw if isinstance(raw, str) else json.dumps(raw)
    return openapi.load(content.encode(), openapi.Mode(group, **mode))


def test_a_new_group_is_named_as_the_document() -> None:
    info = {"title": "Imported", "description": "d"}
    report = load(document("/a", "/b", info=info, basePath="/v1/"))
    assert (report.group.name, report.group.remark) == ("Imported", "d")
    assert [done["path"] for done in report.success] == ["/v1/a", "/v1/b"]
    assert {api.req_uri for api in report.group.apis.all()} == {"/v1/a", "/v1/b"}
    assert {done["action"] for done in report.success} == {"create"}


def test_a_file_without_extensions_gets_mocks() -> None:
    report = load(PETS, mock=True)
    assert report.failure == []
    pet = models.Api.objects.get(req_method="GET")
    assert (pet.name, pet.tags, pet.remark) == ("show_pet", ["all_pets"], "One pet")
    assert (pet.req_protocol, pet.auth_type) == ("HTTP", "NONE")
    named = [(p["name"], p["location"], p["max_num"]) for p in pet.req_params]
    assert named == [("petId", "PATH", None), ("limit", "QUERY", 9)]
    assert models.Api.objects.get(req_method="POST").name == "post_pets"


def test_without_backends_nothing_is_imported_unless_it_is_simple() -> None:
    report = load(PETS)
    assert report.success == [] == report.ignore
    assert {failure["error_code"] for failure in report.failure} == {"APIG.2001"}
    report = load(PETS, report.group, simple=True)
    assert report.success == [] == report.failure
    assert report.ignore == [
        {"method": "GET", "path": "/pets/{petId}"},
        {"method": "POST", "path": "/pets"},
    ]


def test_what_is_there_is_kept_or_overridden() -> None:
    api = world.published(name="api_orders", req_uri="/other", remark="mine")
    kept = load(document(), api.group)
    assert [failure["error_code"] for failure in kept.failure] == ["APIG.3202"]
    assert models.Api.objects.get().remark == "mine"
    done = load(document(), api.group, override_apis=True)
    assert [(one["action"], one["id"]) for one in done.success] == [("update", api.pk)]
    changed = models.Api.objects.get()
    assert (changed.req_uri, changed.remark) == ("/orders", "")
    # What callers get is what was published.
    assert changed.releases.get().definition["req_uri"] == "/other"


def test_a_route_is_the_same_whatever_its_parameters_are_called() -> None:
    params = [{"name": "x", "type": "STRING", "location": "PATH"}]
    api = world.api(name="mine", req_uri="/a/{x}", req_params=params)
    named = {"name": "y", "in": "path", "required": True, "type": "string"}
    raw = document()
    raw["paths"] = {"/a/{y}": {"get": OPERATION | {"parameters": [named]}}}
    [failure] = load(raw, api.group).failure
    assert failure == {
        "method": "GET",
        "path": "/a/{y}",
        "error_code": "APIG.3301",
        "error_msg": failure["error_msg"],
    }
    assert failure["error_msg"].endswith("mine")
    [done] = load(raw, api.group, override_apis=True).success
    assert done["id"] == api.pk


@pytest.mark.parametrize("override", [False, True])
def test_of_two_that_clash_in_a_file_the_first_wins(override: bool) -> None:
    raw = document("/a", "/b")
    for item in raw["paths"].values():
        item["get"]["operationId"] = "same"
    report = load(raw, override_apis=override)
    assert [done["path"] for done in report.success] == ["/a"]
    assert [one["path"] for one in report.failure] == ["/b"]
    assert report.failure[0]["error_code"] == "APIG.3202"


def test_extended_items_are_kept_or_overridden() -> None:
    policy = policies.throttle(name="slow", api_call_limits=5)
    rates = {"slow": {"api-limit": 9, "interval": 1, "unit": "HOUR"}}
    raw = document(**{"x-apigateway-ratelimits": rates})
    api = world.published(name="api_orders", req_uri="/orders")
    raw["paths"]["/orders"]["get"] |= {"x-apigateway-ratelimit": "slow"}
    load(raw, api.group, override_apis=True)
    policy.refresh_from_db()
    assert policy.api_call_limits == 5
    # It is bound where the API is live.
    assert policy.bindings.get().api_id == api.pk
    load(raw, api.group, override_apis=True, override_extended=True)
    policy.refresh_from_db()
    assert (policy.api_call_limits, policy.time_unit) == (9, "HOUR")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"security": [{"missing": []}]}, "missing is no scheme"),
        ({"security": [{"oauth": []}]}, "oauth is no scheme"),
        ({"security": [{"app": []}, {"oauth": []}]}, "one entry"),
        ({"security": [{"app": [], "iam": []}]}, "exclude each other"),
        ({"security": "app"}, "one entry"),
        ({"operationId": 7}, "A text is needed"),
        ({"x-apigateway-cors": "yes"}, "true or false"),
        ({"x-apigateway-match-mode": {}}, "not a valid choice"),
        ({"x-apigateway-response": "none"}, "no gateway response none"),
        ({"x-apigateway-backend": {"type": "TCP"}}, "TCP is no type"),
        ({"x-apigateway-backend": []}, "x-apigateway-backend is missing"),
        ({"parameters": {"a": 1}}, "parameters: a list"),
        ({"parameters": [{"$ref": "http://example.com/a"}]}, "not in this file"),
        ({"parameters": [{"$ref": "#/nowhere"}]}, "An object is needed"),
        ({"parameters": [{"name": "a", "in": "query", "type": "array"}]}, "array"),
        ({"parameters": [{"in": "query", "type": "string"}]}, "Parameter Name"),
    ],
)
def test_one_that_is_wrong_does_not_stop_the_others(
    members: dict[str, Any], said: str
) -> None:
    key = {"type": "apiKey", "in": "header", "name": "Authorization"}
    app = key | {"x-apigateway-auth-type": "AppSigv1"}
    iam = key | {"x-apigateway-auth-type": "IAM"}
    schemes = {"app": app, "iam": iam, "oauth": {"type": "oauth2"}}
    raw = document("/a", "/b", securityDefinitions=schemes)
    raw["paths"]["/a"]["get"] |= members
    report = load(raw)
    assert [done["path"] for done in report.success] == ["/b"]
    [failure] = report.failure
    assert said in failure["error_msg"]
    assert [api.req_uri for api in models.Api.objects.all()] == ["/b"]


DEEP = "[" * 100_000
NESTED = "a: " + "[" * 200 + "]" * 200
BOMB = "a: &a [x]\nb: *a\n"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "APIG.3609"),
        (" \n", "APIG.3609"),
        ("just words", "APIG.3600"),
        ("[]", "APIG.3600"),
        ("{", "APIG.3602"),
        (DEEP, "APIG.3602"),
        (BOMB, "APIG.3602"),
        (NESTED, "APIG.3602"),
        ("!!python/object/apply:os.system [x]", "APIG.3602"),
        ({"swagger": "1.2"}, "APIG.3601"),
        ({"openapi": "3.1.0"}, "APIG.3601"),
        ({"swagger": "2.0"}, "APIG.2044"),
        ({"swagger": "2.0", "info": {"title": 1}}, "APIG.2044"),
        ({"openapi": "3.0.0", "info": {"title": "t"}, "servers": {}}, "APIG.2045"),
        ({"swagger": "2.0", "info": {"title": "t"}}, "APIG.3602"),
        (document(paths={"/a": []}), "APIG.3602"),
        (document(info={"title": "1"}), "APIG.2044"),
        (document(info={"title": "DEFAULT"}), "APIG.3201"),
        (document(securityDefinitions="app"), "APIG.2012"),
        (document(**{"x-apigateway-ratelimits": {"r": {"unit": "YEAR"}}}), "APIG.2012"),
        (document(**{"x-apigateway-responses": {"r": {"NONE": {}}}}), "APIG.2012"),
        ({"swagger": "2.0", "x": "x" * 5_300_000}, "APIG.3603"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(raw: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        load(raw)
    assert said(caught.value)[0] == code
    assert models.ApiGroup.objects.count() == 1
    assert not models.Throttle.objects.exists()


def test_a_file_has_so_many_apis(settings: Any) -> None:
    settings.LIMITS = {"API_SWAGGER_NUM_LIMIT": 1}
    assert limits.limit("API_SWAGGER_NUM_LIMIT") == 1
    with pytest.raises(ValidationError) as caught:
        load(document("/a", "/b"))
    assert said(caught.value)[0] == "APIG.3127"
    assert len(load(document("/a")).success) == 1


def test_two_apis_with_one_path_are_exported_one_by_one() -> None:
    first = world.api(name="exact", req_uri="/a")
    second = world.api(name="prefix", req_uri="/a", match_mode="SWA")
    env = world.environment()
    for api in (first, second):
        publish.publish(api, env)
    wanted = openapi.Wanted(first.group, env, first.update_time)
    with pytest.raises(ValidationError) as caught:
        openapi.export(wanted)
    assert said(caught.value)[0] == "APIG.3301"
    wanted.apis = [second.pk]
    assert list(openapi.export(wanted)["paths"]) == ["/a"]
