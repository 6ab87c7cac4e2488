"""Response headers set, added, appended, skipped and deleted by a policy."""

from typing import Any

import pytest

from gateway.policies.set_resp_headers import Config
from gateway.snapshot import Backend, MockInfo
from tests.gateway.policies.plugins import bound
from tests.gateway.world import Answer, World, request

MOCK = Backend(MockInfo(200, "{}", (("X-A", "1"), ("x-a", "2"), ("X-B", "b"))))


def change(name: str, action: str, value: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "action": action, "value": value} | more


def call(world: World, *entries: dict[str, Any], **fields: Any) -> Answer:
    document = {"response_headers": list(entries)}
    world.publish(backend=MOCK, plugins=bound(set_resp_headers=document), **fields)
    return world.send(request())


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        (change("X-A", "override", "9"), ["9"]),
        (change("x-A", "OVERRIDE", "9"), ["9"]),
        (change("X-A", "append", "9"), ["1,9", "2"]),
        (change("X-A", "add", "9"), ["1", "2", "9"]),
        (change("X-A", "skip", "9"), ["1", "2"]),
        (change("X-A", "delete", "ignored"), []),
    ],
)
def test_an_action_does_what_it_is_called(
    world: World, entry: dict[str, Any], left: list[str]
) -> None:
    assert call(world, entry).headers("X-A") == left


@pytest.mark.parametrize("action", ["override", "append", "add", "skip"])
def test_a_header_that_is_not_there_is_created(world: World, action: str) -> None:
    assert call(world, change("X-New", action, "v")).headers("X-New") == ["v"]


def test_refusals_get_the_headers_too(world: World) -> None:
    entry = change("X-New", "add", "v")
    answer = call(world, entry, auth_type="APP")
    assert answer.status == 401
    assert answer.headers("X-New") == ["v"]


def test_one_call_s_headers_are_not_the_next_one_s(world: World) -> None:
    call(world, change("X-A", "add", "9"))
    assert world.send(request()).headers("X-A") == ["1", "2", "9"]


def test_the_cache_s_doing_is_told_only_when_there_is_a_cache(world: World) -> None:
    entry = change(
        "X-Cache", "add", "$context.cacheStatus", value_type="system_parameter"
    )
    assert call(world, entry).headers("X-Cache") == []


def test_a_value_cannot_end_its_line(world: World) -> None:
    entry = change("X-New", "add", "a\r\nSet-Cookie: b")
    assert call(world, entry).headers("X-New") == ["a  Set-Cookie: b"]


def test_the_trace_has_a_line_for_it_only_where_it_is_bound(world: World) -> None:
    world.publish()
    assert "response headers" not in [s.phase for s in world.trace(request()).trace]
    entry = change("X-New", "add", "v")
    world.change(plugins=bound(set_resp_headers={"response_headers": [entry]}))
    answer = world.trace(request())
    assert answer.trace[-1].phase == "response headers"
    assert answer.headers("X-New") == ["v"]


def test_a_document_nobody_can_read_refuses_the_call(world: World) -> None:
    world.publish(plugins=bound(set_resp_headers={"response_headers": 1}))
    for answer in (world.send(request()), world.trace(request())):
        assert answer.status == 500
        assert answer.json["error_code"] == "APIG.0104"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (change("X A", "add"), "response_headers[0].name: 1 to 32 letters"),
        (change("X" * 33, "add"), "response_headers[0].name: 1 to 32 letters"),
        (change("X-Apig-Mode", "add"), "X-Apig-Mode cannot be changed"),
        (change("x-request-id", "delete"), "x-request-id cannot be changed"),
        (change("Access-Control-Allow-Origin", "add"), "cannot be changed"),
        (change("Content-Length", "override", "5"), "cannot be changed"),
        (change("X-A", "replace"), "response_headers[0].action: one of override"),
        (change("X-A", "add", "x" * 256), "response_headers[0].value: at most 255"),
        (change("X-A", "add", value_type="other"), "value_type: one of custom_value"),
        (
            change("X-A", "add", "$context.x", value_type="system_parameter"),
            "a system parameter is $context.cacheStatus",
        ),
    ],
)
def test_a_bad_entry_is_named_with_its_rule(
    entry: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse({"response_headers": [entry]})
    assert message in str(refused.value)


def test_a_name_stands_once_and_ten_entries_are_the_most() -> None:
    twice = [change("X-A", "add"), change("x-a", "delete")]
    with pytest.raises(ValueError, match=r"response_headers\[1\].name: each name once"):
        Config.parse({"response_headers": twice})
    many = [change(f"X-{number}", "add") for number in range(11)]
    with pytest.raises(ValueError, match="at most 10"):
        Config.parse({"response_headers": many})


def test_what_the_console_keeps_in_a_document_is_no_error() -> None:
    entry = change("X-A", "add", "1", id=4, disabled=False)
    assert len(Config.parse({"response_headers": [entry], "x": 1}).changes) == 1
