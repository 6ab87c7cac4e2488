"""Which API a call reaches: host, environment, method and path."""

import pytest

from tests.gateway.backends import wire
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
    world.publish_app(group_id="g2", req_uri="/other")
    call = request("GET", "/other", ("host", "127.0.0.1"))
    assert world.send(call).status == 404
    world.limit(app_route=True)
    assert world.send(call).status == 401
    # A host name still means its own group alone.
    assert world.send(request("GET", "/other")).status == 404
    assert world.send(request("GET", "/none", ("host", "127.0.0.1"))).status == 404


def test_by_the_plain_address_other_groups_answer_apps_alone(world: World) -> None:
    world.limit(app_route=True)
    world.publish(group_id="g2")
    assert reached(world, "127.0.0.1") == "404"
    world.change(auth_type="APP")
    assert reached(world, "127.0.0.1") == "401"
    world.publish()
    assert reached(world, "127.0.0.1") == "mock 2"


@pytest.mark.parametrize(
    ("kept", "sent", "got"),
    [
        (False, "/orders/a%2Fb", "/orders/a/b"),
        (True, "/orders/a%2Fb", "/orders/a%2Fb"),
        (True, "/orders/a%20b/c", "/orders/a%20b/c"),
        (True, "/orders/%2e%2e/c", "400"),
        (True, "/orders/..%2Fc", "400"),
    ],
)
def test_a_path_may_be_handed_on_as_it_came(
    world: World, kept: bool, sent: str, got: str
) -> None:
    async def main() -> str:
        serving, peered = wire.serving(world), wire.backend(wire.sending(wire.OK))
        async with serving as port, peered as peer:
            wire.publish(world, peer, match_mode="SWA")
            world.limit(uri_no_escape=kept)
            answer = await wire.call(port, wire.request("GET", sent))
        return peer.seen[0].line.split()[1] if peer.seen else str(answer.status)

    assert world.runner.run(main()) == got
