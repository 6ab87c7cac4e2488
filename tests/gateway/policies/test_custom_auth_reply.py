"""The reply of a custom authorizer: what counts as its word, and what does not."""

import json
from typing import Any

import pytest

from gateway.policies.custom_auth import MalformedReply, Verdict, interpret
from tests.gateway.world import World, guarded, replying

LOOP = "def handler(event, context):\n    while True: pass\n"


def reply(status: Any = "allow", code: Any = 200, **body: Any) -> str:
    return json.dumps(
        {"statusCode": code, "body": json.dumps({"status": status} | body)}
    )


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (reply(), Verdict(True, {})),
        (json.dumps(reply()), Verdict(True, {})),
        (reply("deny", 401), Verdict(False, {})),
        (reply("deny", None), Verdict(False, {})),
        ('{"body":"{\\"status\\":\\"deny\\"}"}', Verdict(False, {})),
        (reply(context=None), Verdict(True, {})),
        (reply("deny", context={"code": "E1"}), Verdict(False, {"code": "E1"})),
        (
            reply(context={"n": 7, "f": 1.5, "yes": True, "no": False, "s": ""}),
            Verdict(
                True, {"n": "7", "f": "1.5", "yes": "true", "no": "false", "s": ""}
            ),
        ),
        (reply(context={"a" * 32: "é"}), Verdict(True, {"a" * 32: "é"})),
    ],
)
def test_a_reply_of_the_contract_is_a_verdict(text: str, verdict: Verdict) -> None:
    assert interpret(text) == verdict


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the reply is not JSON"),
        ("allow", "the reply is not JSON"),
        ("[]", "the reply is not a JSON object"),
        ("{}", "body must be a JSON string"),
        ('{"statusCode":200,"body":{"status":"allow"}}', "body must be a JSON string"),
        ('{"statusCode":200,"body":"allow"}', "body is not JSON"),
        ('{"statusCode":200,"body":"[]"}', "body is not a JSON object"),
        ('{"statusCode":200,"body":"{}"}', "status must be allow or deny"),
        (reply("Allow"), "status must be allow or deny"),
        (reply(True), "status must be allow or deny"),
        (reply(code=201), "statusCode is 201, not 200"),
        (reply(code="200"), "statusCode is '200', not 200"),
        (reply(context="user"), "context must be an object"),
        (reply(context={"user": {"id": 1}}), "context.user must be a string"),
        (reply(context={"user": None}), "context.user must be a string"),
        (reply(context={"1st": "x"}), "context has the key '1st'"),
        (reply(context={"a" * 33: "x"}), "context has the key"),
        (reply("deny", context={"": "x"}), "context has the key ''"),
        ("[" * 100_000, "the reply is not JSON"),
        (reply(context={"x": "y" * 1024 * 1024}), "larger than"),
        (json.dumps({"body": "é" * 600_000}, ensure_ascii=False), "larger than"),
    ],
)  # fmt: skip
def test_any_other_reply_is_malformed(text: str, why: str) -> None:
    with pytest.raises(MalformedReply) as error:
        interpret(text)
    assert why in str(error.value)


@pytest.mark.parametrize(
    ("code", "fields", "why"),
    [
        (replying("'not json'"), {}, "malformed reply: the reply is not JSON"),
        (replying("1 / 0"), {}, "ZeroDivisionError"),
        (LOOP, {"timeout": 300}, "timed out after 0.30 seconds"),
        ("", {"target": None}, "has no live function"),
    ],
)
def test_a_malfunction_is_explained_in_the_trace_only(
    world: World, code: str, fields: dict[str, Any], why: str
) -> None:
    answer = world.trace(guarded(world, code, **fields))
    assert answer.status == 500
    assert why in answer.step("custom authorizer").detail["reason"]
    assert answer.json["error_msg"] == "Internal server error."


def test_a_reply_of_exactly_1_mb_is_accepted() -> None:
    spare = 1024 * 1024 - len(reply(pad=""))
    assert interpret(reply(pad="x" * spare)) == Verdict(True, {})
