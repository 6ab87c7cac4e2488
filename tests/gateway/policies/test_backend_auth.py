"""Backend authorizers (reference: api.md section 5, auth.md section 5)."""

from typing import Any

import pytest

from gateway.pipeline import plan
from gateway.policies import backend_auth
from gateway.snapshot import (
    Authorizer,
    Backend,
    BackendPolicy,
    Condition,
    MockInfo,
    ResponseRule,
)
from tests.gateway.world import World, guard, replying, request

ALLOW = replying("""{"statusCode": 200, "body": json.dumps({"status": "allow"})}""")
DENY = replying(
    """{"statusCode": 200, "body": json.dumps(
        {"status": "deny", "context": {"why": event["user_data"]}})}"""
)


def behind(code: str, **fields: Any) -> Backend:
    return Backend(
        MockInfo(200, "reached"), authorizer=guard(code, type="BACKEND", **fields)
    )


def test_an_api_without_backend_authorizers_pays_nothing(world: World) -> None:
    assert backend_auth.authorize not in plan(world.publish())


def test_an_allowed_call_reaches_its_backend(world: World) -> None:
    world.publish(backend=behind(ALLOW))
    assert world.send(request()).response.body == b"reached"


def test_a_denial_names_the_backend_authorizer(world: World) -> None:
    world.publish(backend=behind(DENY))
    answer = world.send(request())
    assert (answer.status, answer.json["error_code"]) == (401, "APIG.0305")
    assert answer.json["error_msg"] == (
        "Incorrect authentication information: backend authorizer"
    )


def test_a_denial_s_context_can_stand_in_the_response(world: World) -> None:
    world.publish(backend=behind(DENY, user_data="because"))
    body = "$context.authorizer.backend.why|$context.authorizer.frontend.why"
    world.customise({"AUTHORIZER_FAILURE": ResponseRule(418, body)})
    assert world.send(request()).response.body == b"because|"


@pytest.mark.parametrize(
    "code", [replying("'nonsense'"), replying("1/0"), replying("{'statusCode': 500}")]
)
def test_one_that_does_not_work_refuses_the_call(world: World, code: str) -> None:
    world.publish(backend=behind(code))
    answer = world.send(request())
    assert (answer.status, answer.json["error_code"]) == (500, "APIG.0601")


def test_one_that_is_gone_refuses_the_call(world: World) -> None:
    world.publish(backend=Backend(MockInfo(), authorizer=Authorizer.gone("x")))
    assert world.send(request()).status == 500


def test_its_answer_is_remembered(world: World) -> None:
    world.publish(backend=behind(ALLOW, ttl=30))
    for cache in ("miss", "hit"):
        step = world.trace(request()).step("backend authorizer")
        assert step.detail["cache"] == cache
    world.monotonic += 31
    step = world.trace(request()).step("backend authorizer")
    assert step.detail["cache"] == "miss"


def test_only_the_backend_in_force_is_guarded(world: World) -> None:
    condition = Condition("source", "", "", "203.0.113.1")
    free = BackendPolicy("free", "ANY", (condition,), Backend(MockInfo(200, "free")))
    world.publish(backend=behind(DENY), policies=(free,))
    assert world.send(request(client="203.0.113.1")).response.body == b"free"
    assert world.send(request()).status == 401
    step = world.trace(request(client="203.0.113.1")).step("backend authorizer")
    assert step.decision == "skipped"
