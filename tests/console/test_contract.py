"""What the gateway would make of a reply."""

import json
from typing import Any

import pytest

from console.contract import check


def reply(**answer: Any) -> str:
    return json.dumps({"statusCode": 200, "body": json.dumps(answer)})


def test_allow_with_its_context() -> None:
    found = check(reply(status="allow", context={"user": "a", "n": 1}), ok=True)
    assert (found.verdict, found.context) == ("allow", {"user": "a", "n": "1"})


def test_deny() -> None:
    assert check(reply(status="deny"), ok=True).verdict == "deny"


@pytest.mark.parametrize(
    "result",
    [
        "nothing",
        "[]",
        "{}",
        '{"statusCode": 200, "body": {}}',
        '{"statusCode": 200, "body": "[]"}',
        reply(status="maybe"),
        json.dumps({"statusCode": 403, "body": '{"status": "allow"}'}),
        reply(status="allow", context=[]),
        reply(status="allow", context={"9": "x"}),
        reply(status="allow", context={"a": {}}),
        json.dumps("x" * (1 << 20)),
    ],
)
def test_every_way_to_be_malformed_has_a_remedy(result: str) -> None:
    found = check(result, ok=True)
    assert found.verdict == "malformed"
    assert found.reason and found.remedy


def test_a_failed_call_is_malformed() -> None:
    assert check(reply(status="allow"), ok=False).verdict == "malformed"
