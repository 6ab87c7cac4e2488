"""APIs through the management API."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from console import models
from tests.console import world
from tests.console.rest.conftest import GATEWAY, Api, refused

pytestmark = pytest.mark.django_db


def definition(**fields: Any) -> dict[str, Any]:
    """A body that creates an API with a parameter, a Mock backend and a policy."""
    return {
        "group_id": world.default_group().pk,
        "name": "orders",
        "type": 1,
        "req_protocol": "HTTPS",
        "req_method": "GET",
        "req_uri": "/orders/{id}",
        "auth_type": "NONE",
        "backend_type": "MOCK",
        "mock_info": {"status_code": 200, "result_content": "mock"},
        "req_params": [
            {"name": "id", "type": "STRING", "location": "PATH"},
            {"name": "limit", "type": "NUMBER", "location": "QUERY", "max_num": 9},
        ],
        "tags": ["shop"],
        "remark": "r",
        **fields,
    }


def test_an_api_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/apis", definition())
    assert made.status_code == 201
    shown = made.json()
    assert (shown["status"], shown["version"], shown["match_mode"]) == (
        1,
        "V0.0.1",
        "NORMAL",
    )
    assert shown["mock_info"]["result_content"] == "mock"
    assert "backend_api" not in shown
    assert shown["group_name"] == "DEFAULT"
    assert [len(param["id"]) for param in shown["req_params"]] == [32, 32]
    path = f"~/apis/{shown['id']}"
    assert api("GET", path).json() == shown
    changed = api("PUT", path, definition(name="orders2", remark=None))
    assert changed.status_code == 200
    # What is left out of a definition gets its default.
    assert (changed.json()["name"], changed.json()["remark"]) == ("orders2", "")
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3002")


def test_what_refers_to_a_parameter_says_which(api: Api) -> None:
    param = {"name": "n", "location": "QUERY", "origin": "REQUEST", "value": "limit"}
    condition = {
        "condition_origin": "param",
        "req_param_name": "limit",
        "condition_type": "exact",
        "condition_value": "5",
    }
    policy = {"name": "five", "effect_mode": "ALL", "conditions": [condition]}
    made = api("POST", "~/apis", definition(policy_mocks=[policy])).json()
    limit = made["req_params"][1]["id"]
    [found] = made["policy_mocks"][0]["conditions"]
    assert (found["req_param_id"], found["req_param_location"]) == (limit, "QUERY")
    http = definition(
        name="other",
        req_uri="/other/{id}",
        backend_type="HTTP",
        backend_params=[param],
        backend_api={
            "url_domain": "192.0.2.1",
            "req_protocol": "HTTP",
            "req_method": "GET",
            "req_uri": "/",
            "timeout": 5000,
        },
    )
    made = api("POST", "~/apis", http).json()
    assert made["backend_params"][0]["req_param_id"] == made["req_params"][1]["id"]
    assert made["backend_api"]["url_domain"] == "192.0.2.1"
    assert "mock_info" not in made


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"name": None}, 400, "APIG.2001"),
        ({"name": 5}, 400, "APIG.2012"),
        ({"type": "1"}, 400, "APIG.2012"),
        ({"auth_type": "MAGIC"}, 400, "APIG.2012"),
        ({"auth_opt": [1]}, 400, "APIG.2012"),
        ({"auth_type": "AUTHORIZER"}, 400, "APIG.2012"),
        ({"group_id": "0" * 32}, 404, "APIG.3001"),
        ({"group_id": 1}, 400, "APIG.2012"),
        ({"authorizer_id": "0" * 32}, 404, "APIG.3081"),
        ({"req_params": []}, 400, "APIG.2026"),
        ({"req_params": "x"}, 400, "APIG.2012"),
        ({"backend_params": {}}, 400, "APIG.2012"),
        ({"mock_info": [1]}, 400, "APIG.2012"),
        ({"tags": ["1"]}, 400, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, fields: dict[str, Any], status: int, code: str
) -> None:
    reply = api("POST", "~/apis", definition(**fields))
    assert refused(reply) == (status, code), reply.json()
    assert not models.Api.objects.exists()


def test_names_and_routes_are_taken_once(api: Api) -> None:
    made = api("POST", "~/apis", definition()).json()
    same_name = definition(req_uri="/else/{id}")
    assert refused(api("POST", "~/apis", same_name)) == (400, "APIG.3202")
    same_route = definition(name="other")
    assert refused(api("POST", "~/apis", same_route)) == (400, "APIG.3301")

    def check(**body: Any) -> int:
        return int(api("POST", "~/apis/check", body).status_code)

    route = {"type": "path", "req_method": "GET", "req_uri": "/orders/{any}"}
    assert check(type="name", name="orders") == 400
    assert check(type="name", name="free") == 204
    assert check(**route) == 400
    assert check(**route, api_id=made["id"]) == 204
    assert check(type="path") == 400


def test_an_api_stays_in_its_group(api: Api) -> None:
    made = api("POST", "~/apis", definition()).json()
    moved = definition(group_id=world.group().pk)
    reply = api("PUT", f"~/apis/{made['id']}", moved)
    assert refused(reply) == (400, "APIG.2012")


def test_a_published_api_is_not_deleted(api: Api) -> None:
    row = world.published()
    assert refused(api("DELETE", f"~/apis/{row.pk}")) == (409, "APIG.3416")
    shown = api("GET", f"~/apis/{row.pk}").json()
    assert shown["run_env_name"] == "RELEASE"
    assert shown["publish_id"]


def test_a_list_has_filters_and_modes(api: Api) -> None:
    api("POST", "~/apis", definition())
    live = world.published(name="live", tags=[])

    def names(query: str) -> list[str]:
        return [row["name"] for row in api("GET", f"~/apis?{query}").json()["apis"]]

    assert names("name=ord") == ["orders"]
    assert names("name=ord&precise_search=name") == []
    assert names("tags=shop") == ["orders"]
    assert names("tags=%23no_tags%23") == ["live"]
    assert names("env_id=DEFAULT_ENVIRONMENT_RELEASE_ID") == ["live"]
    assert api("GET", "~/tags").json()["tags"] == ["shop"]
    [row] = api("GET", f"~/apis?id={live.pk}").json()["apis"]
    assert "req_params" not in row
    mode = "return_data_mode=include_group_backend"
    [row] = api("GET", f"~/apis?id={live.pk}&{mode}").json()["apis"]
    assert row["api_group_info"]["name"] == "DEFAULT"
    assert row["req_params"] == []


def signed(key: models.AccessKey, query: dict[str, str]) -> Any:
    """GET ~/apis as an official client signs it."""
    path, pairs = f"{GATEWAY}/apis", sorted(query.items())
    sdk = SdkRequest(
        "GET",
        host="testserver",
        resource_path=path,
        query_params=pairs,
        header_params={},
    )
    signer = BasicCredentials(key.access, key.secret, settings.PROJECT_ID)
    Signer(signer).sign(sdk)
    return Client().get(path, query, headers=sdk.header_params)


def test_a_page_of_ten_thousand_needs_few_queries(admin_user: User) -> None:
    key, api = world.access_key(admin_user), world.published(tags=["t"])
    queries = [{"limit": "20"}, {"limit": "20", "name": "a", "tags": "t"}]

    def counts() -> list[int]:
        found = []
        for query in queries:
            with CaptureQueriesContext(connection) as context:
                reply = signed(key, query)
            assert reply.json()["size"] == min(20, models.Api.objects.count())
            found.append(len(context))
        return found

    few = counts()
    shared = {"group": api.group, "response": api.response, "tags": ["t"]}
    shared |= {"mock_info": api.mock_info}
    models.Api.objects.bulk_create(
        models.Api(name=f"api_{n}", req_uri=f"/n/{n}", **shared) for n in range(10_000)
    )
    many = counts()
    assert max(many) <= 12
    # The first page tells how many there are in all when it is the only one.
    assert [high - low for low, high in zip(few, many, strict=True)] == [1, 1]


def test_a_channel_may_have_urls_by_group(api: Api) -> None:
    channel = world.channel()
    url = {
        "member_group_id": channel.member_groups.get().pk,
        "req_protocol": "HTTP",
        "req_method": "GET",
        "req_uri": "/b/{id}",
    }
    backend = {
        "req_protocol": "HTTP",
        "req_method": "GET",
        "req_uri": "/",
        "timeout": 5000,
        "vpc_channel_status": 4,
        "vpc_channel_info": {"vpc_channel_id": channel.pk},
        "member_group_url_infos": [url],
    }
    body = definition(backend_type="HTTP", backend_api=backend)
    assert refused(api("POST", "~/apis", body)) == (400, "APIG.2027")
    path = {"name": "id", "location": "PATH", "origin": "REQUEST", "value": "id"}
    shown = api("POST", "~/apis", body | {"backend_params": [path]}).json()
    made = shown["backend_api"]
    assert (made["vpc_channel_status"], made["url_domain"]) == (4, channel.pk)
    assert made["vpc_channel_info"]["vpc_channel_port"] == channel.port
    assert made["member_group_url_infos"] == [url]
