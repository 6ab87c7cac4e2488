"""What is exported and imported again is what it was."""

import datetime
from typing import Any

import pytest

from console import bindings, models, openapi, publish
from console.openapi import files
from tests.console import policies, world

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 1, 31, 5, 5, 7)
LOST = ("id", "register_time", "update_time", "group", "response")
PARAMS: list[dict[str, Any]] = [
    {"name": "id", "type": "STRING", "location": "PATH"},
    {
        "name": "limit",
        "type": "NUMBER",
        "location": "QUERY",
        "default_value": "5",
        "valid_enable": 1,
        "min_num": 1,
        "max_num": 10,
        "remark": "how many",
        "sample_value": "3",
    },
    {
        "name": "color",
        "type": "STRING",
        "location": "HEADER",
        "required": 1,
        "valid_enable": 1,
        "enumerations": "red,blue",
        "pass_through": 2,
    },
]
CONDITION = {
    "condition_origin": "param",
    "condition_type": "enum",
    "condition_value": "red,blue",
    "req_param_name": "color",
}
SYSTEM = {
    "condition_origin": "system",
    "condition_type": "pattern",
    "condition_value": "^/a",
    "sys_param_name": "req_path",
}
SOURCE = {"condition_origin": "source", "condition_value": "192.0.2.0/24"}
MAPPED = [
    {"name": "id", "location": "PATH", "origin": "REQUEST", "value": "id"},
    {
        "name": "stage",
        "location": "HEADER",
        "origin": "SYSTEM",
        "value": "$context.stage",
    },
    {"name": "fix", "location": "QUERY", "origin": "CONSTANT", "value": "1"},
]
COMMON: dict[str, Any] = {
    "name": "orders",
    "type": 2,
    "req_uri": "/orders/{id}",
    "req_protocol": "BOTH",
    "remark": "all of them",
    "tags": ["shop", "beta"],
    "cors": True,
    "content_type": "application/json",
    "is_send_fg_body_base64": False,
    "result_normal_sample": '{"ok": 1}',
    "result_failure_sample": "no",
    "req_params": PARAMS,
}


def http() -> dict[str, Any]:
    backend = {
        "url_domain": "192.0.2.1:8000",
        "req_protocol": "HTTPS",
        "req_method": "ANY",
        "req_uri": "/back/{id}",
        "timeout": 900,
        "retry_count": "2",
        "remark": "b",
    }
    policy = backend | {
        "name": "other",
        "effect_mode": "ANY",
        "conditions": [CONDITION, SYSTEM, SOURCE],
        "backend_params": MAPPED,
    }
    return {
        "backend_type": "HTTP",
        "backend_api": backend,
        "backend_params": MAPPED,
        "policy_https": [policy],
    }


def by_channel() -> dict[str, Any]:
    backend = {
        "vpc_channel_status": 1,
        "vpc_channel_info": {"vpc_channel_id": world.channel().pk},
        "req_protocol": "HTTP",
        "req_method": "POST",
        "req_uri": "/",
        "timeout": 5000,
    }
    return {"backend_type": "HTTP", "backend_api": backend}


def by_group() -> dict[str, Any]:
    channel = world.channel()
    info = {"vpc_channel_id": channel.pk, "vpc_channel_proxy_host": "h.example.com"}
    url = {"req_protocol": "HTTPS", "req_method": "PUT", "req_uri": "/group"}
    url["member_group_id"] = channel.member_groups.get().pk
    found = by_channel()
    found["backend_api"] |= {
        "vpc_channel_status": 4,
        "vpc_channel_info": info,
        "member_group_url_infos": [url],
    }
    return found


def by_function() -> dict[str, Any]:
    info = {
        "function_urn": world.function().func_urn,
        "invocation_type": "sync",
        "network_type": "V1",
        "timeout": 700,
    }
    return {"backend_type": "FUNCTION", "func_info": info}


def mock() -> dict[str, Any]:
    headers = [{"name": "X-Why", "value": "because"}]
    info = {"status_code": 201, "result_content": "made", "headers": headers}
    return {"backend_type": "MOCK", "mock_info": info}


def guarded() -> dict[str, Any]:
    return mock() | {"auth_type": "APP", "authorizer": world.authorizer()}


def custom() -> dict[str, Any]:
    fields = {"auth_type": "AUTHORIZER", "authorizer": world.authorizer()}
    return mock() | fields | {"req_method": "ANY", "match_mode": "SWA"}


def simple() -> dict[str, Any]:
    code = {"app_code_auth_type": "HEADER"}
    return mock() | {"auth_type": "APP", "auth_opt": code}


def orchestrated() -> dict[str, Any]:
    rule = policies.orchestration()
    params = [PARAMS[0] | {"orchestrations": [rule.pk]}, PARAMS[1]]
    return mock() | {"auth_type": "IAM", "req_params": params}


def document(api: models.Api, define: str, oas_version: str) -> dict[str, Any]:
    env = world.environment()
    wanted = openapi.Wanted(api.group, env, NOW, define, oas_version, "", [api.pk])
    return openapi.export(wanted)


def fields(api: models.Api) -> dict[str, Any]:
    """What there is to an API, but for its identity."""
    kept = (f for f in models.Api._meta.concrete_fields if f.name not in LOST)
    return {f.name: getattr(api, f.attname) for f in kept}


@pytest.mark.parametrize("oas_version", ["2.0", "3.0"])
@pytest.mark.parametrize("kind", ["json", "yaml"])
@pytest.mark.parametrize(
    "make",
    [
        http,
        by_channel,
        by_group,
        by_function,
        mock,
        guarded,
        custom,
        simple,
        orchestrated,
    ],
)
def test_an_api_comes_back_as_it_was(make: Any, kind: str, oas_version: str) -> None:
    api = world.api(**COMMON | {"auth_type": "NONE"} | make())
    text = files.write(document(api, "dev", oas_version), kind)
    other = models.ApiGroup(name="another")
    other.save_valid()
    report = openapi.load(text.encode(), openapi.Mode(other))
    assert report.failure == []
    [done] = report.success
    assert (done["method"], done["path"]) == (api.req_method, api.req_uri)
    again = models.Api.objects.get(pk=done["id"])
    assert fields(again) == fields(api)
    assert again.response.name == api.response.name
    assert not again.releases.exists()


@pytest.mark.parametrize("oas_version", ["2.0", "3.0"])
def test_what_is_bound_comes_with_all(oas_version: str) -> None:
    api = world.api(**COMMON | guarded())
    own = {"THROTTLED": {"status": 503, "body": "{}", "headers": []}}
    response = models.GatewayResponse(group=api.group, name="own", responses=own)
    response.save_valid()
    api.response = response
    api.save_valid()
    env = world.environment()
    publish.publish(api, env)
    throttle = policies.throttle(name="slow", app_call_limits=7, type=2)
    acl = policies.acl(acl_name="near", acl_type="DENY")
    for policy in (throttle, acl, policies.plugin()):
        bindings.bind(policy, [api], env)
    text = files.write(document(api, "all", oas_version), "json")
    guard = api.authorizer
    assert guard is not None
    api.releases.all().delete()
    models.Api.objects.all().delete()
    for row in (guard, throttle, acl, response):
        row.delete()
    report = openapi.load(text.encode(), openapi.Mode(api.group))
    assert report.failure == []
    again = models.Api.objects.get()
    assert again.authorizer is not None
    left = ("id", "create_time", "update_time")
    for new, old in (
        (again.authorizer, guard),
        (models.Throttle.objects.get(name="slow"), throttle),
        (models.Acl.objects.get(acl_name="near"), acl),
    ):
        values = {f.attname: getattr(old, f.attname) for f in old._meta.concrete_fields}
        for name in values.keys() - set(left):
            assert getattr(new, name) == values[name], name
    assert (again.response.name, again.response.responses) == ("own", own)


def test_a_gateway_response_comes_along() -> None:
    own = {"THROTTLED": {"status": 503, "body": "{}", "headers": []}}
    api = world.api(**COMMON | mock())
    row = models.GatewayResponse(group=api.group, name="own", responses=own)
    row.save_valid()
    api.response = row
    api.save_valid()
    text = files.write(document(api, "dev", "3.0"), "yaml")
    report = openapi.load(text.encode(), openapi.Mode(world.group()))
    again = models.Api.objects.get(pk=report.success[0]["id"])
    assert (again.response.name, again.response.responses) == ("own", own)


@pytest.mark.parametrize("define", ["spec", "proxy"])
def test_less_than_all_says_less(define: str) -> None:
    api = world.api(**COMMON | guarded())
    publish.publish(api, world.environment())
    [operation] = document(api, define, "2.0")["paths"]["/orders/{id}"].values()
    assert ("x-apigateway-backend" in operation) == (define == "proxy")
    [scheme] = document(api, define, "2.0")["securityDefinitions"].values()
    assert scheme["x-apigateway-authorizer"].keys() == {"name", "type"}


def test_a_factor_that_is_not_there_is_not_left_out() -> None:
    api = world.api(**COMMON | guarded())
    text = files.write(document(api, "dev", "2.0"), "json")
    models.Api.objects.all().delete()
    models.Authorizer.objects.all().delete()
    report = openapi.load(text.encode(), openapi.Mode(api.group))
    assert (report.success, len(report.failure)) == ([], 1)
    assert "the custom authorizer" in report.failure[0]["error_msg"]
    assert not models.Api.objects.exists()
