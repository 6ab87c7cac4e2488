"""Backend policies (reference: api.md section 5)."""

from typing import Any

import pytest

from gateway.http import Request
from gateway.pipeline import plan
from gateway.policies import backend_policy
from gateway.snapshot import Backend, BackendPolicy, Condition, MockInfo, ReqParam
from tests.gateway.world import World, guarded, replying, request

LIMIT = ReqParam("limit", "STRING", "QUERY")
SOURCE = Condition("source", "", "", "198.51.100.0/24, 192.0.2.7")


def policy(
    *conditions: Condition, mode: str = "ANY", name: str = "chosen"
) -> BackendPolicy:
    return BackendPolicy(name, mode, conditions, Backend(MockInfo(200, name)))


def chosen(world: World, sent: Request, *policies: BackendPolicy, **api: Any) -> str:
    """The name of the policy whose backend answers, or `default`."""
    world.publish(
        req_method="ANY",
        backend=Backend(MockInfo(200, "default")),
        req_params=(LIMIT,),
        policies=policies,
        **api,
    )
    return world.send(sent).response.whole.decode()


def applies(world: World, sent: Request, condition: Condition, **api: Any) -> bool:
    return chosen(world, sent, policy(condition), **api) == "chosen"


def test_an_api_without_policies_pays_nothing(world: World) -> None:
    assert backend_policy.choose_backend not in plan(world.publish())


@pytest.mark.parametrize(
    ("kind", "wanted", "value", "met"),
    [
        ("exact", "a", "a", True),
        ("exact", "a", "A", False),
        ("exact", "a", "ab", False),
        ("enum", "a, b,c", "b", True),
        ("enum", "a,b", "a,b", False),
        ("pattern", "^a.c$", "abc", True),
        ("pattern", "b", "abc", True),
        ("pattern", "^b", "abc", False),
        ("pattern", "^广", "%E5%B9%BF", True),
    ],
)
def test_a_condition_compares_as_its_type_says(
    world: World, kind: str, wanted: str, value: str, met: bool
) -> None:
    condition = Condition("param", "LIMIT", kind, wanted)
    assert applies(world, request("GET", f"/orders?limit={value}"), condition) is met


def test_any_of_a_parameter_s_values_may_meet_a_condition(world: World) -> None:
    condition = Condition("param", "limit", "exact", "2")
    assert applies(world, request("GET", "/orders?limit=1&limit=2"), condition)
    assert world.send(request()).response.body == b"default"


@pytest.mark.parametrize(
    ("client", "met"),
    [
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("198.51.100.200", True),
        ("::ffff:198.51.100.200", True),
        ("2001:db8::1", False),
        ("unix", False),
    ],
)
def test_a_source_is_an_address_or_a_range(
    world: World, client: str, met: bool
) -> None:
    assert applies(world, request(client=client), SOURCE) is met


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        (Condition("system", "req_method", "exact", "POST"), True),
        (Condition("system", "req_method", "enum", "GET,PUT"), False),
        (Condition("system", "req_path", "exact", "/a/b"), True),
        (Condition("system", "req_path", "pattern", r"^/a/\w$"), True),
        (Condition("system", "req_path", "exact", "/a/b?x=1"), False),
    ],
)
def test_method_and_decoded_path_are_known_without_being_declared(
    world: World, condition: Condition, met: bool
) -> None:
    sent = request("POST", "/%61/b?x=1")
    assert applies(world, sent, condition, req_uri="/a/b") is met


@pytest.mark.parametrize(
    ("lines", "met"),
    [
        ([], False),
        (["session=1"], True),
        (["a=2; session=1;b=3"], True),
        (["a=2", 'session="1"'], True),
        (["Session=1"], False),
        (["session=10"], False),
        (["session"], False),
    ],
)
def test_a_cookie_is_found_among_others(
    world: World, lines: list[str], met: bool
) -> None:
    sent = request("GET", "/orders", *(("cookie", line) for line in lines))
    assert applies(world, sent, Condition("cookie", "session", "exact", "1")) is met


@pytest.mark.parametrize(
    ("name", "wanted", "met"),
    [
        ("user", "u1", True),
        ("user", "U1", False),
        ("User", "u1", False),
        ("admin", "true", True),
        ("admin", "TRUE", True),
        ("admin", "false", False),
        ("level", "3", True),
        ("absent", "", False),
    ],
)
def test_what_the_frontend_authorizer_said_can_decide(
    world: World, name: str, wanted: str, met: bool
) -> None:
    code = replying(
        """{"statusCode": 200, "body": json.dumps({
            "status": "allow",
            "context": {"user": "u1", "admin": True, "level": 3},
        })}"""
    )
    sent = guarded(world, code)
    condition = Condition("frontend_authorizer", name, "exact", wanted)
    world.change(policies=(policy(condition),))
    body = world.send(sent).response.body
    assert (body == b"chosen") is met


@pytest.mark.parametrize(
    ("mode", "target", "met"),
    [
        ("ANY", "/orders?limit=1", True),
        ("ANY", "/orders?limit=2", True),
        ("ALL", "/orders?limit=1", True),
        ("ALL", "/orders?limit=2", False),
    ],
)
def test_any_or_all_conditions_are_met(
    world: World, mode: str, target: str, met: bool
) -> None:
    both = SOURCE, Condition("param", "limit", "exact", "1")
    found = chosen(world, request("GET", target), policy(*both, mode=mode))
    assert (found == "chosen") is met


def test_the_first_policy_that_applies_decides_and_the_trace_names_it(
    world: World,
) -> None:
    never = policy(Condition("param", "limit", "exact", "x"), name="never")
    first, second = policy(SOURCE, name="first"), policy(SOURCE, name="second")
    assert chosen(world, request(), never, first, second) == "first"
    step = world.trace(request()).step("backend policy")
    assert step.detail == {"policy": "first"}


def test_a_call_keeps_to_the_default_backend_when_none_applies(world: World) -> None:
    assert chosen(world, request(client="203.0.113.1"), policy(SOURCE)) == "default"
    step = world.trace(request(client="203.0.113.1")).step("backend policy")
    assert "default" in step.detail["policy"]


def test_a_pattern_made_to_backtrack_holds_nobody_up(world: World) -> None:
    condition = Condition("param", "limit", "pattern", "^(a+)+$")
    sent = request("GET", f"/orders?limit={'a' * 20_000}b")
    assert not applies(world, sent, condition)
