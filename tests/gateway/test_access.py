"""What is told about a call that is over."""

from typing import Any

import pytest

from gateway import access
from tests.gateway.world import World, guard, replying, request, signed

ALLOW = "{'statusCode': 200, 'body': json.dumps({'status': 'allow'})}"


def told(world: World) -> dict[str, Any]:
    (note,) = world.gateway.services.records.take_calls(10)
    return dict(zip(access.FIELDS, access.row(note), strict=True))


def test_a_call_is_told_with_the_documented_fields(world: World) -> None:
    api = world.publish_app()
    answer = world.send(signed(headers={"User-Agent": "test/1"}))
    record = told(world)
    assert record["request_id"] == answer.headers("X-Request-Id")[0]
    assert (record["request_method"], record["router_uri"]) == ("GET", "/orders")
    assert (record["api_id"], record["api_name"]) == (api.id, api.name)
    assert (record["env_name"], record["auth_type"]) == ("RELEASE", "APP")
    assert (record["status"], record["apig_err_code"]) == (200, "")
    assert record["http_user_agent"] == "test/1"
    assert record["app_id"] and record["bytes_sent"] > 0
    assert 0 < record["request_time"] < 60
    assert record["authorizer_time"] is None


def test_what_the_gateway_parameter_names_is_told(world: World) -> None:
    world.publish()
    world.limit(custom_logs=(("header", "X-A"), ("query", "q"), ("cookie", "c")))
    call = request("GET", '/orders?q=a"b', ("x-a", "1+1"), ("cookie", "b=0"))
    world.send(call)
    assert told(world)["custom_data_log"] == "X-A: 1 1\nq: a\\x22b\nc: "


def test_a_refusal_is_told_with_its_phase_and_reason(world: World) -> None:
    world.publish_app()
    world.send(request("GET", "/orders"))
    record = told(world)
    assert (record["status"], record["apig_err_code"]) == (401, "APIG.0303")
    assert record["error_type"] == "AUTH_HEADER_MISSING"
    assert record["phase"] == "app signature"
    assert "missing" in record["reason"]


def test_what_a_signature_covers_is_told_to_its_caller_only(world: World) -> None:
    world.publish_app()
    answer = world.send(signed(headers={"token": "hush"}, secret="wrong"))
    assert "|token:hush|" in answer.json["error_msg"]
    assert "another secret" in (reason := told(world)["reason"])
    assert "hush" not in reason


def test_an_authorizer_s_time_is_told_and_0_when_remembered(world: World) -> None:
    own = guard(replying(ALLOW), ttl=60)
    world.publish(auth_type="AUTHORIZER", authorizer=own)
    sent = request("GET", "/orders", ("token", "t"))
    world.send(sent)
    assert told(world)["authorizer_time"] > 0
    world.send(sent)
    record = told(world)
    assert record["authorizer_time"] == 0
    assert record["authorizer_id"] == own.id


def test_no_time_is_told_when_there_was_nobody_to_ask(world: World) -> None:
    lost = guard("", target=None)
    world.publish(auth_type="AUTHORIZER", authorizer=lost)
    assert world.send(request("GET", "/orders")).status == 500
    assert told(world)["authorizer_time"] is None


def test_hostile_texts_are_cut_and_never_fail(world: World) -> None:
    world.publish()
    hostile = "x" * 5000 + "\x1b[31m"
    world.send(request("GET", "/" + "é" * 2000, ("user-agent", hostile)))
    record = told(world)
    assert len(record["http_user_agent"]) < 1100
    assert len(record["router_uri"]) < 1100


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("cookie", True), ("x-auth-token", True), ("x-note", False)],
)
def test_what_lets_others_call_is_left_out(
    world: World, name: str, hidden: bool
) -> None:
    world.publish()
    world.send(request("GET", "/orderz?a=1", (name, "the-value")))
    (one,) = world.gateway.services.records.take_kept()
    text = access.evidence(one.call)
    assert text.startswith("GET /orderz?a=1 HTTP/1.1\r\n")
    assert ("the-value" not in text) == hidden


def test_what_a_signature_covers_stays(world: World) -> None:
    world.publish_app(traced=100)
    world.send(signed(headers={"cookie": "the-value"}))
    (one,) = world.gateway.services.records.take_kept()
    text = access.evidence(one.call)
    assert "cookie: the-value" in text and "Signature=" in text


def test_an_answer_hides_the_session_it_opens() -> None:
    assert access.header_line(b"Set-Cookie", b"id=the-value") == "Set-Cookie: ***"
    assert access.header_line(b"X-Note", b"v") == "X-Note: v"
