"""Request throttling 2.0."""

import json
from typing import Any

import pytest

from gateway.call import Call
from gateway.policies.orchestration import parse
from gateway.policies.rate_limit import Config
from gateway.policies.throttling import meter
from gateway.snapshot import ReqParam, Throttle
from tests.gateway.policies.plugins import bound
from tests.gateway.world import World, request, signed

MINUTE = {"default_time_unit": "minute"}


def document(api_limit: int = 100, **members: Any) -> dict[str, Any]:
    return MINUTE | {"api_limit": api_limit} | members


def rule(name: str, expression: list[Any], limit: int, **members: Any) -> Any:
    text = json.dumps(expression)
    return {"rule_name": name, "match_regex": text, "limit": limit} | members


def test_the_documented_example_is_understood() -> None:
    parsed = Config.parse(
        {
            "scope": "basic",
            "default_time_unit": "second",
            "default_interval": 60,
            "api_limit": 100,
            "user_limit": 50,
            "app_limit": 50,
            "ip_limit": 20,
            "algorithm": "haht",
            "specials": [{"type": "app", "policies": [{"key": "a1", "limit": 10}]}],
            "parameters": [
                {"id": "3wuj", "type": "header", "name": "Host", "value": "Host"}
            ],
            "rules": [rule("r1", ["Host", "==", "www.abc.com"], 5, interval=2)],
            "unknown": {"to": "us"},
        }
    )
    assert parsed.basic.period == "60 second"
    assert parsed.basic.apps == {"a1": 10}
    assert (parsed.rules[0].interval, parsed.rules[0].unit) == (2, "second")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"api_limit": None}, "api_limit: it is required"),
        ({"api_limit": 0}, "api_limit: a number of calls, or -1"),
        ({"api_limit": "9"}, "api_limit: a whole number"),
        ({"api_limit": 5, "ip_limit": 6}, "ip_limit: at most 5"),
        ({"default_time_unit": "week"}, "default_time_unit: one of second"),
        ({"default_interval": 0}, "default_interval: a whole number"),
        ({"scope": "all"}, "scope: one of basic, share"),
        ({"algorithm": "guess"}, "algorithm: one of counter"),
        ({"specials": [{"type": "ip", "policies": []}]}, r"specials\[0\].type: one of"),
        (
            {"specials": [{"type": "app", "policies": [{"key": "a", "limit": 101}]}]},
            r"specials\[0\].policies\[0\].limit: at most 100",
        ),
        ({"rules": [{"rule_name": "r"}]}, r"rules\[0\].match_regex: it is required"),
        (
            {"rules": [rule("r", ["undeclared", "==", "x"], 1)]},
            r"rules\[0\].match_regex: 'undeclared' is not a declared parameter",
        ),
        ({"rules": [rule("r", ["method", "~~", "("], 1)]}, r"rules\[0\].match_regex"),
        ({"rules": [rule("r", ["method", "==", "GET"], 0)]}, r"rules\[0\].limit"),
        ({"rules": [{}] * 101}, "rules: at most 100 entries"),
    ],
)
def test_a_broken_rule_is_named_with_its_path(
    members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Config.parse({"api_limit": 100} | members)


def test_it_counts_in_place_of_a_traditional_policy(world: World) -> None:
    world.publish(
        throttle=Throttle("t1", "throttle", 1, "minute", 1),
        plugins=bound(rate_limit=document(2)),
    )
    answers = [world.send(request()) for _ in range(3)]
    assert [a.status for a in answers] == [200, 200, 429]
    assert (
        "policy api over ratelimit,limit:2,time:1 minute"
        in answers[2].json["error_msg"]
    )


def test_without_a_limit_for_the_api_others_still_hold(world: World) -> None:
    members = document(-1, ip_limit=1)
    world.publish(plugins=bound(rate_limit=members))
    assert [world.send(request()).status for _ in range(2)] == [200, 429]
    assert world.send(request(client="192.0.2.99")).status == 200


def test_shared_limits_count_all_apis_of_the_policy(world: World) -> None:
    plugins = bound(rate_limit=document(1, scope="share"))
    for path in ("/a", "/b"):
        world.publish(req_uri=path, plugins=plugins)
    assert world.send(request("GET", "/a")).status == 200
    assert world.send(request("GET", "/b")).status == 429


def test_excluded_credentials_have_limits_of_their_own(world: World) -> None:
    specials = [{"type": "app", "policies": [{"key": "c1", "limit": 1}]}]
    members = document(100, app_limit=50, specials=specials)
    world.publish_app(plugins=bound(rate_limit=members))
    assert [world.send(signed()).status for _ in range(2)] == [200, 429]


def test_every_matching_rule_limits_on_top_of_the_basic_limits(world: World) -> None:
    parameters = [{"type": "header", "name": "tier", "value": "X-Tier"}]
    rules = [
        rule("free", ["tier", "==", "free"], 1),
        rule("posts", ["AND", ["method", "==", "POST"], ["tier", "~=", "gold"]], 2),
    ]
    members = document(4, parameters=parameters, rules=rules)
    world.publish(req_method="ANY", plugins=bound(rate_limit=members))

    def status(method: str, tier: str) -> int:
        return world.send(request(method, "/orders", ("x-tier", tier))).status

    assert [status("GET", "free") for _ in range(2)] == [200, 429]
    assert [status("POST", "silver") for _ in range(3)] == [200, 200, 429]
    assert [status("POST", "gold") for _ in range(2)] == [200, 429]


def test_a_rule_may_have_a_period_of_its_own(world: World) -> None:
    rules = [rule("r1", ["method", "==", "GET"], 1, interval=2, time_unit="second")]
    world.publish(plugins=bound(rate_limit=document(rules=rules)))
    assert world.send(request()).status == 200
    refused = world.send(request())
    wanted = "policy r1 over ratelimit,limit:1,time:2 second"
    assert wanted in refused.json["error_msg"]
    world.now += 2
    assert world.send(request()).status == 200


def test_rules_hold_for_authenticated_calls_too(world: World) -> None:
    parameters = [{"type": "system", "name": "app", "value": "appId"}]
    rules = [rule("mine", ["app", "==", "c1"], 1)]
    members = document(parameters=parameters, rules=rules)
    world.publish_app(plugins=bound(rate_limit=members))
    assert [world.send(signed()).status for _ in range(2)] == [200, 429]


def test_a_rule_may_look_at_what_orchestration_produces(world: World) -> None:
    color = {"mapped_param_name": "color", "mapped_param_type": "string"}
    made = parse(
        {
            "orchestration_strategy": "list",
            "orchestration_mapped_param": color | {"mapped_param_location": "header"},
            "orchestration_map": [
                {"map_param_list": ["3"], "mapped_param_value": "red"}
            ],
        }
    )
    parameters = [{"type": "header", "name": "tint", "value": "Color"}]
    rules = [rule("red", ["tint", "==", "red"], 1)]
    world.publish(
        req_params=(ReqParam("tier", "STRING", "QUERY", orchestrations=(made,)),),
        plugins=bound(rate_limit=document(parameters=parameters, rules=rules)),
    )

    def status(target: str, *headers: tuple[str, str]) -> int:
        return world.send(request("GET", target, *headers)).status

    assert [status("/orders?tier=3") for _ in range(2)] == [200, 429]
    # What a caller says itself does not count while a rule decides.
    assert status("/orders?tier=3", ("color", "blue")) == 429
    # Where none does, the call is refused for that, and counted nowhere here.
    assert [status("/orders?tier=4") for _ in range(2)] == [400, 400]


def test_the_gateway_s_strategy_may_make_every_gateway_count_for_itself(
    world: World,
) -> None:
    limited = bound(rate_limit=document(1))
    for local in (False, True):
        own = Throttle("default", "default", 1, "second", 200, local=local)
        api = world.publish(plugins=limited, throttle=own)
        found = meter(api)
        assert found is not None
        assert [
            w.local for w in found.before(Call(request(), world.gateway.services))
        ] == [local]
