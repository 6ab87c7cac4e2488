"""Which API a call reaches: host, environment, method and path."""

from dataclasses import replace

import pytest

from tests.gateway.world import HOST, World, request


def reached(world: World, host: str, *headers: tuple[str, str]) -> str:
    """What the Mock said, or the status of the refusal."""
    answer = world.send(request("GET", "/orders", ("host", host), *headers))
    response = answer.response
    return response.whole.decode() if answer.status == 200 else str(answer.status)


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


def test_by_the_plain_address_every_group_answers_when_that_is_on(
    world: World,
) -> None:
    world.publish(group_id="g2", req_uri="/other")
    call = request("GET", "/other", ("host", "127.0.0.1"))
    assert world.send(call).status == 404
    settings = replace(world.snapshot.settings, app_route=True)
    world.snapshot = replace(world.snapshot, settings=settings).prepare()
    assert world.send(call).status == 200
    # A host name still means its own group alone.
    assert world.send(request("GET", "/other")).status == 404
    assert world.send(request("GET", "/none", ("host", "127.0.0.1"))).status == 404
