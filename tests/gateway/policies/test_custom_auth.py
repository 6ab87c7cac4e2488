"""The custom authorizer: when it is asked, what it is told, what its word counts."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.snapshot import Authorizer, Identity, ResponseRule, Target
from tests.gateway.world import (
    STRANGER,
    STRANGER_SECRET,
    Answer,
    World,
    function,
    guard,
    guarded,
    replying,
    request,
    signed,
)
from tests.packages import put

TOKEN = (Identity("HEADER", "token"),)
# Allows the token "good", and counts its calls.
COUNTING = """
import json
calls = 0
def handler(event, context):
    global calls
    calls += 1
    status = "allow" if event["headers"]["token"] == "good" else "deny"
    body = {"status": status, "context": {"calls": calls}}
    return {"statusCode": 200, "body": json.dumps(body)}
"""
# Fails for good at its first call, then allows.
FAILING_ONCE = """
import json
calls = 0
def handler(event, context):
    global calls
    calls += 1
    if calls == 1:
        raise ValueError("not yet")
    return {"statusCode": 200, "body": '{"status": "allow"}'}
"""
MIRROR = """
import json
def handler(event, context):
    body = {"status": "allow", "context": {"event": json.dumps(event)}}
    return {"statusCode": 200, "body": json.dumps(body)}
"""


def reply(status: Any = "allow", code: Any = 200, **body: Any) -> str:
    return json.dumps(
        {"statusCode": code, "body": json.dumps({"status": status} | body)}
    )


def ask(world: World, token: str = "good", path: str = "/orders") -> Answer:
    return world.trace(signed(path=path, headers={"token": token}))


def calls(answer: Answer) -> str:
    """How often the function had been called when it gave this verdict."""
    count: str = answer.step("custom authorizer").detail["context"]["calls"]
    return count


@pytest.mark.parametrize(
    "spoil",
    [
        {"secret": "wrong"},
        {"key": "nobody"},
        {"key": STRANGER, "secret": STRANGER_SECRET},
    ],
)
def test_the_function_is_not_called_when_the_first_factor_fails(
    world: World, spoil: dict[str, Any]
) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN, ttl=30))
    refused = world.trace(signed(headers={"token": "good"}, **spoil))
    assert refused.trace[-1].phase in ("app signature", "credential authorization")
    assert calls(ask(world)) == "1"


def test_both_factors_right_reach_the_backend(world: World) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN))
    assert ask(world).response.body == b"mock 1"


def test_custom_authentication_alone_needs_no_signature(world: World) -> None:
    world.publish(auth_type="AUTHORIZER", authorizer=guard(COUNTING))
    assert world.send(request("GET", "/orders", ("token", "good"))).status == 200
    assert world.send(request("GET", "/orders", ("token", "bad"))).status == 401


def test_without_a_cache_the_function_is_called_each_time(world: World) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN))
    assert [calls(ask(world)) for _ in range(3)] == ["1", "2", "3"]


def test_a_cached_verdict_is_used_until_it_expires(world: World) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN, ttl=30))
    assert calls(ask(world)) == "1"
    world.monotonic += 29
    hit = ask(world)
    assert calls(hit) == "1"
    detail = hit.step("custom authorizer").detail
    assert (detail["cache"], detail["seconds_left"]) == ("hit", 1.0)
    world.monotonic += 1
    assert calls(ask(world)) == "2"


def test_a_denial_is_cached_as_well(world: World) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN, ttl=30))
    answers = [ask(world, "bad") for _ in range(2)]
    assert [(a.status, calls(a)) for a in answers] == [(401, "1"), (401, "1")]


def test_each_identity_has_a_verdict_of_its_own(world: World) -> None:
    sources = (*TOKEN, Identity("QUERY", "q"))
    world.publish_app(authorizer=guard(COUNTING, identities=sources, ttl=30))
    seen = []
    for token, q in [("good", "1"), ("bad", "1"), ("good", "2"), ("good", "1")]:
        answer = world.trace(signed(query=[("q", q)], headers={"token": token}))
        seen.append((answer.status, calls(answer)))
    assert seen == [(200, "1"), (401, "2"), (200, "3"), (200, "1")]


def test_long_identities_differ_by_their_last_character(world: World) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN, ttl=30))
    long = "x" * 20_000
    answers = [ask(world, long + end) for end in ("a", "b", "a")]
    assert [calls(answer) for answer in answers] == ["1", "2", "1"]


def test_a_malfunction_is_never_cached(world: World) -> None:
    world.publish_app(authorizer=guard(FAILING_ONCE, identities=TOKEN, ttl=30))
    assert [ask(world).status for _ in range(3)] == [500, 200, 200]


def test_changed_code_is_asked_anew(world: World) -> None:
    first = guard(replying(reply("deny").__repr__()), identities=TOKEN, ttl=30)
    world.publish_app(authorizer=first)
    assert ask(world).status == 401
    assert first.target is not None
    deployed = replace(first.target.function, code_hash=put(COUNTING))
    world.change(authorizer=replace(first, target=Target(deployed)))
    assert ask(world).status == 200


def test_a_changed_authorizer_is_asked_anew(world: World) -> None:
    first = guard(COUNTING, identities=TOKEN, ttl=30)
    world.publish_app(authorizer=first)
    ask(world)
    world.change(authorizer=replace(first, revision="2"))
    assert calls(ask(world)) == "2"


def test_apis_that_share_an_authorizer_do_not_share_its_verdicts(world: World) -> None:
    shared = guard(COUNTING, identities=TOKEN, ttl=30)
    world.publish_app(authorizer=shared)
    world.publish_app(authorizer=shared, req_uri="/other")
    answers = [ask(world, path=path) for path in ("/orders", "/other", "/orders")]
    assert [calls(answer) for answer in answers] == ["1", "2", "1"]


def test_one_callers_context_never_reaches_another_call(world: World) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=TOKEN, ttl=30))
    rule = ResponseRule(401, "<$context.authorizer.frontend.calls>")
    world.customise({"AUTHORIZER_IDENTITIES_FAILURE": rule, "AUTHORIZER_FAILURE": rule})
    ask(world)
    assert ask(world, "bad").response.body == b"<2>"
    assert world.send(signed()).response.body == b"<>"


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        (Identity("HEADER", "TOKEN"), True),
        (Identity("HEADER", "token", "^go+d$"), True),
        (Identity("HEADER", "token", "^go$"), False),
        (Identity("HEADER", "name", "^[é广]{2}$"), True),
        (Identity("QUERY", "q", "^é &$"), True),
        (Identity("QUERY", "Q"), False),
        (Identity("QUERY", "r", "^1$"), True),
        (Identity("QUERY", "empty"), True),
        (Identity("HEADER", "q"), False),
        (Identity("HEADER", "token", "("), False),
    ],
)
def test_identity_sources_are_found_and_validated(
    world: World, source: Identity, passes: bool
) -> None:
    world.publish_app(authorizer=guard(COUNTING, identities=(source,)))
    query: list[tuple[str, Any]] = [("q", "é &"), ("r", "1"), ("r", "2"), ("empty", "")]
    answer = world.trace(signed(query=query, headers={"Token": "good", "Name": "é广"}))
    assert (answer.status == 200) is passes
    assert ("event" in answer.step("custom authorizer").detail) is passes


def mirrored(answer: Answer) -> Any:
    """The event that a MIRROR function saw."""
    return json.loads(answer.step("custom authorizer").detail["context"]["event"])


def test_the_event_is_the_documented_one(world: World) -> None:
    world.publish_app(
        authorizer=guard(MIRROR, user_data="for the function"),
        req_method="POST",
        req_uri="/users/{id}",
        match_mode="SWA",
    )
    call = signed(
        "POST",
        "/users/7/a b",
        [("k", ["2", "1"]), ("Test", "user@123"), ("plus", "a b")],
        {"X-Token": "é", "X-Real-IP": "203.0.113.9"},
        b"secret body",
    )
    answer = world.trace(call)
    event = mirrored(answer)
    headers = event.pop("headers")
    [request_id] = answer.headers("X-Request-Id")
    assert event == {
        "isBase64Encoded": True,
        "httpMethod": "POST",
        "path": "/users/7/a b",
        "body": "",
        "pathParameters": {"id": "7", "": "a b"},
        "requestContext": {
            "apiId": "a1",
            "requestId": request_id,
            "sourceIp": "192.0.2.7",
            "stage": "RELEASE",
        },
        "queryStringParameters": {"k": ["1", "2"], "Test": "user@123", "plus": "a b"},
        "user_data": "for the function",
    }
    assert {
        name: headers.pop(name) for name in ("host", "x-token", "authorization")
    } == {
        "host": "g1.apig.localhost",
        "x-token": "é",
        "authorization": call.headers.get(b"authorization"),
    }
    assert headers == {
        "x-sdk-date": "20240102T030405Z",
        "x-real-ip": "192.0.2.7",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-port": "80",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "g1.apig.localhost",
        "x-request-id": request_id,
    }


def test_the_body_goes_to_the_function_only_when_it_is_needed(world: World) -> None:
    world.publish_app(req_method="POST", authorizer=guard(MIRROR, need_body=True))
    event = mirrored(world.trace(signed("POST", body=b"\xffbytes")))
    assert event["body"] == base64.b64encode(b"\xffbytes").decode()
    world.change(is_send_fg_body_base64=False)
    event = mirrored(world.trace(signed("POST", body="é".encode())))
    assert (event["isBase64Encoded"], event["body"]) == (False, "é")


@pytest.mark.parametrize("retries", [0, 1])
def test_a_failed_call_is_repeated_as_often_as_configured(
    world: World, retries: int
) -> None:
    world.publish_app(authorizer=guard(FAILING_ONCE, retry_attempts=retries))
    assert world.send(signed()).status == (200 if retries else 500)


CRASH = "import os\ndef handler(event, context): os._exit(1)\n"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (CRASH, 200),
        (replying("1 / 0"), 500),
        (replying("'not json'"), 500),
        (replying(repr(reply(code=500))), 500),
        (replying(repr(reply("deny"))), 401),
    ],
)
def test_relaxed_mode_lets_through_only_when_the_service_fails(
    world: World, code: str, status: int
) -> None:
    call = guarded(world, code, auth_downgrade_enabled=True)
    answer = world.trace(call)
    assert answer.status == status
    if status == 200:
        assert answer.step("custom authorizer").detail["relaxed"]


def test_relaxed_mode_lets_through_without_a_context_and_without_a_cache(
    world: World,
) -> None:
    relaxed = guard(CRASH, auth_downgrade_enabled=True, identities=TOKEN, ttl=30)
    world.publish_app(authorizer=relaxed)
    assert ask(world).status == 200
    assert len(world.gateway.services.verdicts) == 0


def test_relaxed_mode_does_not_excuse_a_function_that_was_never_deployed(
    world: World,
) -> None:
    call = guarded(world, "", target=None, auth_downgrade_enabled=True)
    assert world.send(call).status == 500


@pytest.mark.parametrize("ttl", [0, 30])
def test_two_versions_behind_an_alias_share_the_calls(world: World, ttl: int) -> None:
    """Each has its own verdict, remembered or not."""
    allows = function(f"def handler(event, context): return {reply()!r}", "guard")
    denying = f"def handler(event, context): return {reply('deny')!r}"
    denies = function(denying, "guard", version="v2")
    shared = Target(allows, denies, 50)
    world.publish_app(authorizer=guard("", target=shared, identities=TOKEN, ttl=ttl))
    answers = [ask(world) for _ in range(40)]
    assert {answer.status for answer in answers} == {200, 401}
    for answer in answers:
        detail = answer.step("custom authorizer").detail
        ran = allows if answer.status == 200 else denies
        assert detail["function"] == ran.qualified_urn
        assert detail["code_hash"] == ran.code_hash


def test_the_trace_shows_event_reply_log_and_what_ran(world: World) -> None:
    code = "import json\ndef handler(event, context):\n    print('hello')\n"
    code += f"    return {reply(context={'user': 'u'})!r}\n"
    own: Authorizer = guard(code)
    world.publish_app(authorizer=own)
    detail = world.trace(signed()).step("custom authorizer").detail
    assert "hello" in detail["log"]
    assert detail["reply"] == reply(context={"user": "u"})
    assert own.target is not None
    assert detail["code_hash"] == own.target.function.code_hash
    assert (detail["cache"], detail["cold"]) == ("off", True)
    assert (detail["status"], detail["context"]) == ("allow", {"user": "u"})
    assert detail["function_ms"] > 0
