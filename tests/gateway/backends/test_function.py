"""Functions as backends: the event they get, and what their reply may be."""

import asyncio
import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from gateway.backends import function as backend
from gateway.backends.function import MalformedReply, interpret
from gateway.http import Request
from gateway.snapshot import Backend, BackendParam, FuncInfo, Target
from tests.gateway.world import Answer, World, function, replying, request

ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""
SLEEPING = "import time\ndef handler(event, context): time.sleep(9)"
DYING = "import os\ndef handler(event, context): os._exit(1)"


def publish(world: World, code: str, **fields: Any) -> FuncInfo:
    """POST /shop/{id} ends at a function of its own."""
    to = FuncInfo(Target(function(code, f"backend{uuid4().hex}")), **fields)
    params = (BackendParam("X-Made", "HEADER", "CONSTANT", "here"),)
    world.publish(
        req_method="ANY",
        req_uri="/shop/{id}",
        backend=Backend(to, params),
    )
    return to


def post(body: bytes = b"", *headers: tuple[str, str]) -> Request:
    return request("POST", "/shop/7%208?a=1&a=2&b=%20", *headers, body=body)


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["error_code"]


def test_it_gets_the_trigger_event_of_the_built_request(world: World) -> None:
    publish(world, ECHO)
    event = world.send(post(b"\xff\x00", ("x-in", "1"), ("x-in", "2"))).json
    assert event["httpMethod"] == "POST"
    assert event["path"] == "/shop/7 8"
    assert event["pathParameters"] == {"id": "7 8"}
    assert event["queryStringParameters"] == {"a": ["1", "2"], "b": " "}
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff\x00"
    assert event["headers"]["x-in"] == ["1", "2"]
    assert event["headers"]["x-made"] == "here"
    assert event["headers"]["x-real-ip"] == "192.0.2.7"
    context = event["requestContext"]
    assert context["stage"] == "RELEASE"
    assert context["requestId"] == event["headers"]["x-request-id"]


def test_the_body_is_clear_text_without_base64(world: World) -> None:
    publish(world, ECHO)
    world.change(is_send_fg_body_base64=False)
    event = world.send(post('{"é":1}'.encode())).json
    assert (event["body"], event["isBase64Encoded"]) == ('{"é":1}', False)


def test_its_reply_is_the_answer(world: World) -> None:
    publish(
        world,
        replying(
            "{'statusCode': 201, 'headers': {'X-A': ['1', '2'], 'Content-Type': 'a/b'},"
            " 'body': '/wA=', 'isBase64Encoded': True}"
        ),
    )
    answer = world.send(post())
    assert (answer.status, answer.response.body) == (201, b"\xff\x00")
    assert answer.headers("x-a") == ["1", "2"]
    assert answer.headers("content-type") == ["a/b"]
    assert answer.headers("content-length") == ["2"]


def test_the_json_text_of_a_reply_is_one_too(world: World) -> None:
    publish(world, replying("json.dumps({'statusCode': 200, 'body': 'hi'})"))
    answer = world.send(post())
    assert (answer.status, answer.response.body) == (200, b"hi")


@pytest.mark.parametrize(
    "reply",
    [
        "nonsense",
        "null",
        "[]",
        "{}",
        '{"body": ""}',
        '{"statusCode": "200"}',
        '{"statusCode": true}',
        '{"statusCode": 99}',
        '{"statusCode": 600}',
        '{"statusCode": 200, "body": {}}',
        '{"statusCode": 200, "headers": []}',
        '{"statusCode": 200, "headers": {"X A": "1"}}',
        '{"statusCode": 200, "headers": {"X-A": 1}}',
        '{"statusCode": 200, "isBase64Encoded": "true"}',
        '{"statusCode": 200, "isBase64Encoded": true, "body": "no base64"}',
    ],
)
def test_anything_else_is_malformed(reply: str) -> None:
    with pytest.raises(MalformedReply):
        interpret(reply)


def test_a_reply_cannot_reframe_the_message() -> None:
    headers = {"Content-Length": "9", "X-A": "1\r\nX-B: 2", "Transfer-Encoding": "x"}
    found = interpret(json.dumps({"statusCode": 200, "headers": headers}))
    assert dict(found.headers) == {
        b"X-A": b"1  X-B: 2",
        b"Content-Type": b"application/json",
    }


@pytest.mark.parametrize(
    ("code", "fields", "refused"),
    [
        (replying("'nonsense'"), {}, (500, "APIG.0601")),
        (replying("1 / 0"), {}, (500, "APIG.0601")),
        (SLEEPING, {"timeout": 300}, (504, "APIG.0203")),
        (DYING, {}, (502, "APIG.0202")),
    ],
    ids=["malformed", "exception", "late", "dead"],
)
def test_a_failing_function_has_a_documented_code(
    world: World, code: str, fields: dict[str, Any], refused: tuple[int, str]
) -> None:
    publish(world, code, **fields)
    assert code_of(world.send(post())) == refused


def test_a_function_that_is_gone_is_500(world: World) -> None:
    world.publish(backend=Backend(FuncInfo(None)))
    assert code_of(world.send(request())) == (500, "APIG.0103")


def test_an_alias_may_send_a_share_of_calls_to_a_second_version(world: World) -> None:
    first = function(replying("{'statusCode': 200, 'body': '1'}"), "first")
    second = function(replying("{'statusCode': 200, 'body': '2'}"), "second")
    target = Target(first, second, 100)
    world.publish(backend=Backend(FuncInfo(target)))
    assert world.send(request()).response.body == b"2"


def test_an_async_call_is_answered_at_once_and_made_later(world: World) -> None:
    publish(world, ECHO, invocation_type="async", timeout=1)
    answer = world.send(post())
    (request_id,) = answer.headers("x-request-id")
    assert (answer.status, answer.json) == (202, {"request_id": request_id})

    async def finish() -> None:
        await asyncio.gather(*backend._running)

    world.runner.run(finish())
    (record,) = world.gateway.services.records.take()
    assert (record["request_id"], record["ok"]) == (request_id, True)


def test_a_call_leaves_a_record_and_a_line_of_the_trace(world: World) -> None:
    to = publish(world, ECHO)
    assert to.target is not None
    answer = world.trace(post())
    detail = answer.step("backend").detail
    assert detail["function"] == to.target.function.qualified_urn
    assert detail["event"]["path"] == "/shop/7 8"
    (record,) = world.gateway.services.records.take()
    assert [record["request_id"]] == answer.headers("x-request-id")
    assert record["api_id"] == "a1"


@pytest.mark.parametrize(("kind", "size"), [("sync", 4_800_000), ("async", 200_000)])
def test_a_body_over_the_functions_limit_is_413(
    world: World, kind: str, size: int
) -> None:
    publish(world, ECHO, invocation_type=kind)
    assert code_of(world.send(post(b"x" * size))) == (413, "APIG.0201")
