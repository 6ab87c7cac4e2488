"""Which API a call reaches: host, environment, method and path."""

import pytest

from gateway.policies.routing import host_name
from tests.gateway.world import HOST, OTHER_HOST, World, request


def reached(world: World, host: str, *headers: tuple[str, str]) -> str:
    """What the Mock said, or the status of the refusal."""
    answer = world.send(request("GET", "/orders", ("host", host), *headers))
    return answer.response.body.decode() if answer.status == 200 else str(answer.status)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("a.test", "a.test"),
        ("A.Test:8080", "a.test"),
        ("a.test.", "a.test"),
        ("a.test.:80", "a.test"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("[::1]:8443", "::1"),
        ("[::1]", "::1"),
        ("[::1", "::1"),
        ("", ""),
        (":80", ""),
    ],
)
def test_a_host_is_named_without_port_in_lower_case(host: str, name: str) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(
    "host",
    [
        HOST,
        HOST.upper(),
        f"{HOST}:8080",
        f"{HOST}.",
        "localhost",
        "localhost:8080",
        "127.0.0.1:8080",
        "192.0.2.1",
        "[::1]:8443",
        "",
    ],
)
def test_the_default_group_answers_to_its_name_and_to_a_plain_address(
    world: World, host: str
) -> None:
    world.publish()
    assert reached(world, host) == "mock 1"


def test_another_group_answers_to_its_name_only(world: World) -> None:
    world.publish(group_id="g2")
    assert reached(world, OTHER_HOST) == "mock 1"
    assert reached(world, HOST) == "404"
    assert reached(world, "127.0.0.1") == "404"
    assert reached(world, "localhost") == "404"


@pytest.mark.parametrize("host", ["apig.localhost", "x.g1.apig.localhost", "g1", "é"])
def test_no_group_answers_to_another_name(world: World, host: str) -> None:
    world.publish()
    assert reached(world, host) == "404"


def test_a_request_without_host_reaches_the_default_group(world: World) -> None:
    world.publish()
    call = request()
    call.headers = type(call.headers)([])
    assert world.send(call).status == 200


def test_x_stage_chooses_the_environment(world: World) -> None:
    world.publish()
    world.publish(stage="TEST")
    assert reached(world, HOST) == "mock 1"
    assert reached(world, HOST, ("x-stage", "RELEASE")) == "mock 1"
    assert reached(world, HOST, ("x-stage", "TEST")) == "mock 2"
    assert reached(world, HOST, ("x-stage", "test")) == "404"
    assert reached(world, HOST, ("x-stage", "")) == "mock 1"


def test_any_serves_every_method(world: World) -> None:
    world.publish(req_method="ANY")
    for method in ("GET", "POST", "PATCH", "OPTIONS", "PURGE"):
        assert world.send(request(method)).status == 200


def test_the_trace_names_group_environment_and_api(world: World) -> None:
    world.publish()
    detail = world.trace(request()).step("match route").detail
    assert detail == {"group": "DEFAULT", "environment": "RELEASE", "api": "api1"}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (request("GET", "/x", ("host", "a.test")), "no API group answers to the host"),
        (request("GET", "/x", ("x-stage", "T")), "no published API in environment T"),
        (request("GET", "/x"), "no API matches GET /x in RELEASE"),
        (request("POST"), "the path exists, but not with this method: POST /orders"),
    ],
)
def test_the_trace_says_why_nothing_matched(
    world: World, call: object, reason: str
) -> None:
    world.publish()
    answer = world.trace(call)  # type: ignore[arg-type]
    assert reason in answer.step("match route").detail["reason"]
