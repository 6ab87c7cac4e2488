"""Circuit breakers: when one opens, what answers meanwhile, when it closes."""

import asyncio
import json
from typing import Any

import pytest

from gateway.policies.breaker import Config
from gateway.snapshot import Function, Plugin, Target
from tests.gateway.backends.wire import (
    OK,
    Exchange,
    Peer,
    Reply,
    backend,
    call,
    publish,
    request,
    sending,
    serving,
)
from tests.gateway.policies.plugins import bound
from tests.gateway.world import World, function

BAD = b"HTTP/1.1 500 Broken\r\nContent-Length: 3\r\n\r\nbad"
COUNTER: dict[str, Any] = {
    "breaker_type": "condition",
    "breaker_mode": "counter",
    "unhealthy_condition": '["$context.statusCode","in","500,501"]',
    "unhealthy_threshold": 2,
    "time_window": 15,
    "open_breaker_time": 30,
}
SHARE = COUNTER | {
    "breaker_mode": "percentage",
    "min_call_threshold": 4,
    "unhealthy_percentage": 50,
}
MOCK = {"type": "mock", "mock_info": {"status_code": 203, "result_content": "later"}}


def document(condition: dict[str, Any] = COUNTER, **more: Any) -> dict[str, Any]:
    return {"breaker_condition": condition} | more


async def statuses(port: int, *paths: str) -> list[int]:
    return [(await call(port, request("GET", path))).status for path in paths]


def run(world: World, answer: bytes, policy: dict[str, Any], *calls: str) -> list[int]:
    """The statuses of calls, one after the other."""

    async def main() -> list[int]:
        async with serving(world) as port, backend(sending(answer)) as peer:
            publish(world, peer, plugins=bound(breaker=policy))
            return await statuses(port, *calls)

    return world.runner.run(main())


def test_by_count_it_opens_at_once_and_refuses_with_503(world: World) -> None:
    async def main() -> Reply:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            publish(world, peer, plugins=bound(breaker=document()))
            assert await statuses(port, *["/orders"] * 2) == [500, 500]
            reply = await call(port)
            assert len(peer.seen) == 2
            return reply

    reply = world.runner.run(main())
    assert reply.status == 503
    assert json.loads(reply.body)["error_code"] == "APIG.0614"


def test_it_closes_again_after_its_time_and_counts_from_nothing(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            publish(world, peer, plugins=bound(breaker=document()))
            assert await statuses(port, *["/orders"] * 3) == [500, 500, 503]
            world.now += 31
            assert await statuses(port, *["/orders"] * 3) == [500, 500, 503]

    world.runner.run(main())


def test_calls_that_went_well_do_not_count(world: World) -> None:
    assert run(world, OK, document(), *["/orders"] * 5) == [200] * 5


def test_by_percentage_it_is_decided_when_the_window_ends(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            publish(world, peer, plugins=bound(breaker=document(SHARE)))
            assert await statuses(port, *["/orders"] * 5) == [500] * 5
            world.now += 16
            assert await statuses(port, "/orders") == [503]

    world.runner.run(main())


def test_too_few_calls_decide_nothing(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            publish(world, peer, plugins=bound(breaker=document(SHARE)))
            assert await statuses(port, *["/orders"] * 3) == [500] * 3
            world.now += 16
            assert await statuses(port, "/orders") == [500]

    world.runner.run(main())


def test_a_timeout_counts_where_only_timeouts_do(world: World) -> None:
    only = document(COUNTER | {"breaker_type": "timeout", "unhealthy_threshold": 1})

    async def hang(exchange: Exchange) -> None:
        await asyncio.sleep(1)

    async def main() -> None:
        async with serving(world) as port, backend(sending(BAD)) as broken:
            publish(world, broken, plugins=bound(breaker=only))
            assert await statuses(port, *["/orders"] * 3) == [500] * 3
        async with serving(world) as port, backend(hang) as slow:
            plugins = bound(breaker=only)
            more = {"timeout": 20, "retry_count": 0, "plugins": plugins}
            publish(world, slow, "/slow", **more)
            assert await statuses(port, "/slow", "/slow") == [504, 503]

    world.runner.run(main())


def test_a_slow_answer_can_be_unhealthy(world: World) -> None:
    slow = COUNTER | {"unhealthy_condition": '["$context.backendResponseTime",">",0]'}
    assert run(world, OK, document(slow), *["/orders"] * 3) == [200, 200, 503]


def test_refusals_before_the_backend_do_not_count(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            every = COUNTER | {"unhealthy_condition": '["$context.statusCode",">",0]'}
            plugins = bound(breaker=document(every))
            publish(world, peer, plugins=plugins, auth_type="APP")
            assert await statuses(port, *["/orders"] * 4) == [401] * 4

    world.runner.run(main())


def downgraded(world: World, stand_in: dict[str, Any], **more: Any) -> Reply:
    """The answer of what stands in once the breaker is open."""

    async def main() -> Reply:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            policy = document(downgrade_default=stand_in) | more
            publish(world, peer, plugins=bound(breaker=policy))
            await statuses(port, "/orders", "/orders")
            return await call(port)

    return world.runner.run(main())


def test_a_mock_may_stand_in(world: World) -> None:
    reply = downgraded(world, MOCK)
    assert (reply.status, reply.body) == (203, b"later")


def test_another_backend_may_stand_in(world: World) -> None:
    async def main() -> None:
        async with (
            serving(world) as port,
            backend(sending(BAD)) as peer,
            backend(sending(OK)) as other,
        ):
            info = {"address": other.address, "scheme": "HTTP", "path": "/spare"}
            stand_in = {"type": "http", "http_info": info | {"method": "GET"}}
            policy = document(downgrade_default=stand_in)
            publish(world, peer, plugins=bound(breaker=policy))
            assert await statuses(port, *["/orders?a=1"] * 3) == [500, 500, 200]
            assert other.seen[0].line == "GET /spare?a=1 HTTP/1.1"
            assert other.seen[0].header("host") == [other.address]

    world.runner.run(main())


def test_the_backend_itself_may_be_told(world: World) -> None:
    async def main() -> Peer:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            told = [{"name": "X-Degraded", "value": "yes"}]
            stand_in = {"type": "passthrough", "passthrough_infos": told}
            policy = document(downgrade_default=stand_in)
            publish(world, peer, plugins=bound(breaker=policy))
            await statuses(port, *["/orders"] * 3)
            return peer

    seen = world.runner.run(main()).seen
    assert [one.header("x-degraded") for one in seen] == [[], [], ["yes"]]


def test_a_function_may_stand_in(world: World) -> None:
    code = "def handler(e, c): return {'statusCode': 202, 'body': e['path']}"
    found: Function = function(code, "spare")
    info = {"function_urn": found.urn}
    policy = document(downgrade_default={"type": "function", "func_info": info})
    plugin = Plugin("p", "p", "breaker", json.dumps(policy), {found.urn: Target(found)})

    async def main() -> Reply:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            publish(world, peer, plugins={"breaker": plugin})
            await statuses(port, "/orders", "/orders")
            return await call(port)

    reply = world.runner.run(main())
    assert (reply.status, reply.body) == (202, b"/orders")


def test_a_function_that_is_gone_is_an_error_of_the_policy_until_it_closes(
    world: World,
) -> None:
    stand_in = {"type": "function", "func_info": {"function_urn": "urn:gone"}}

    async def main() -> None:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            policy = document(downgrade_default=stand_in)
            publish(world, peer, plugins=bound(breaker=policy))
            assert await statuses(port, "/orders", "/orders") == [500, 500]
            reply = await call(port)
            assert (reply.status, len(peer.seen)) == (500, 2)
            assert json.loads(reply.body)["error_code"] == "APIG.0104"
            world.now += 60
            await call(port)
            assert len(peer.seen) == 3

    world.runner.run(main())


def test_the_first_rule_that_matches_has_its_own_breaker_and_stand_in(
    world: World,
) -> None:
    rule = {
        "rule_name": "vip",
        "match_regex": '["user","==","vip"]',
        "breaker_condition": COUNTER | {"unhealthy_threshold": 1},
        "downgrade_backend": MOCK,
    }
    declared = [{"type": "query", "name": "user", "value": "u"}]
    policy = document(downgrade_parameters=declared, downgrade_rules=[rule])
    calls = ["/orders?u=vip", "/orders?u=vip", "/orders", "/orders", "/orders"]
    assert run(world, BAD, policy, *calls) == [500, 203, 500, 500, 503]


@pytest.mark.parametrize(("scope", "second"), [("basic", 500), ("share", 503)])
def test_apis_share_a_breaker_only_where_they_shall(
    world: World, scope: str, second: int
) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(BAD)) as peer:
            plugins = bound(breaker=document(scope=scope))
            publish(world, peer, plugins=plugins)
            publish(world, peer, "/other", plugins=plugins)
            assert await statuses(port, *["/orders"] * 3) == [500, 500, 503]
            assert await statuses(port, "/other") == [second]

    world.runner.run(main())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"breaker_condition": None}, "breaker_condition: it is required"),
        (document(COUNTER | {"breaker_type": "x"}), "breaker_condition.breaker_type"),
        (
            document(COUNTER | {"unhealthy_threshold": 0}),
            "breaker_condition.unhealthy_threshold: a whole number",
        ),
        (
            document(COUNTER | {"unhealthy_condition": '["a","==","b"]'}),
            "breaker_condition.unhealthy_condition: 'a' is not a declared",
        ),
        (
            document(SHARE | {"unhealthy_percentage": 101}),
            "breaker_condition.unhealthy_percentage: a whole number from 1 to 100",
        ),
        ({"downgrade_default": {"type": "x"}}, "downgrade_default.type: one of http"),
        (
            {"downgrade_default": {"type": "http"}},
            "downgrade_default.http_info: it is required",
        ),
        (
            {"downgrade_default": {"type": "http", "http_info": {"address": "a/b"}}},
            "downgrade_default.http_info.address: host:port",
        ),
        (
            {"downgrade_default": {"type": "mock", "mock_info": {"status_code": 99}}},
            "downgrade_default.mock_info.status_code: a whole number",
        ),
        (
            {"downgrade_default": {"type": "function", "func_info": {}}},
            "downgrade_default.func_info.function_urn: it is required",
        ),
        (
            {"downgrade_rules": [{"rule_name": "a", "match_regex": '["b","==","c"]'}]},
            "downgrade_rules[0].match_regex: 'b' is not a declared parameter",
        ),
        ({"scope": "all"}, "scope: one of basic, share"),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(document() | change)
    assert message in str(refused.value)
