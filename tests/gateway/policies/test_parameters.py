"""Validation of request parameters (reference: api.md section 4.1)."""

from typing import Any

import pytest

from gateway.call import Call
from gateway.http import Request
from gateway.pipeline import plan
from gateway.policies import domain, parameters, routing
from gateway.snapshot import ReqParam, ResponseRule
from tests.gateway.world import World, request


def query(**fields: Any) -> ReqParam:
    return ReqParam(**{"name": "limit", "type": "STRING", "location": "QUERY"} | fields)


def number(**fields: Any) -> ReqParam:
    return query(type="NUMBER", valid_enable=True, **fields)


def header(**fields: Any) -> ReqParam:
    return query(name="X-Limit", location="HEADER", **fields)


def cookie(**fields: Any) -> ReqParam:
    return query(name="tier", location="COOKIE", **fields)


def checked(world: World, sent: Request, *params: ReqParam, **api: Any) -> Call:
    """A call whose parameters were found to be right."""
    world.publish(req_params=params, **api)
    call = Call(sent, world.gateway.services)
    routing.load_configuration(call)
    domain.match_host(call)
    routing.match_route(call)
    parameters.check_parameters(call)
    return call


def test_an_api_without_parameters_pays_nothing(world: World) -> None:
    assert parameters.check_parameters not in plan(world.publish())
    assert parameters.check_parameters in plan(world.publish(req_params=(query(),)))


@pytest.mark.parametrize(
    ("param", "target", "headers"),
    [
        (query(), "/orders", ()),
        (query(), "/orders?limit=&limit=x", ()),
        (query(required=True), "/orders?limit=", ()),
        (header(required=True), "/orders", (("x-limit", "1"),)),
        (cookie(required=True), "/orders", (("cookie", "a=1; tier=2"),)),
        (number(min_num=-1.5, max_num=5), "/orders?limit=-1.5", ()),
        (number(min_num=-1.5, max_num=5), "/orders?limit=5.0", ()),
        (number(), "/orders?limit=1e3", ()),
        (
            query(valid_enable=True, min_size=2, max_size=3),
            "/orders?limit=%E5%80%BCab",
            (),
        ),
        (query(valid_enable=True, enumerations=("a", "b")), "/orders?limit=b", ()),
        # Without the switch only presence and type count.
        (query(max_size=1, enumerations=("a",)), "/orders?limit=abc", ()),
    ],
)
def test_a_request_that_is_as_declared_passes(
    world: World, param: ReqParam, target: str, headers: Any
) -> None:
    world.publish(req_params=(param,))
    assert world.send(request("GET", target, *headers)).status == 200


@pytest.mark.parametrize(
    ("param", "target", "said"),
    [
        (query(required=True), "/orders?Limit=1", "query limit is missing"),
        (header(required=True), "/orders?x-limit=1", "header X-Limit is missing"),
        (cookie(required=True), "/orders?tier=1", "cookie tier is missing"),
        (number(), "/orders?limit=", "query limit is not a number"),
        (number(), "/orders?limit=1x", "is not a number"),
        (number(), "/orders?limit=1_0", "is not a number"),
        (number(), "/orders?limit=%201", "is not a number"),
        (number(), "/orders?limit=nan", "is not a number"),
        (number(), "/orders?limit=Infinity", "is not a number"),
        (number(), "/orders?limit=%D9%A1", "is not a number"),
        (number(min_num=2), "/orders?limit=1.99", "query limit is below 2"),
        (number(max_num=2), "/orders?limit=1&limit=3", "query limit is above 2"),
        (
            query(valid_enable=True, min_size=2),
            "/orders?limit=a",
            "query limit is below 2 characters",
        ),
        (
            query(valid_enable=True, max_size=2),
            "/orders?limit=abc",
            "query limit is above 2 characters",
        ),
        (
            query(valid_enable=True, enumerations=("a", "b")),
            "/orders?limit=c",
            "query limit is none of a, b",
        ),
        (
            number(enumerations=("1", "2")),
            "/orders?limit=3",
            "query limit is none of 1, 2",
        ),
    ],
)
def test_another_request_is_refused_as_documented(
    world: World, param: ReqParam, target: str, said: str
) -> None:
    world.publish(req_params=(param,))
    answer = world.send(request("GET", target))
    assert (answer.status, answer.json["error_code"]) == (400, "APIG.0201")
    assert answer.json["error_msg"].startswith("API request error: ")
    assert said in answer.json["error_msg"]
    assert world.trace(request("GET", target)).step("parameters").decision == "refused"


def test_a_path_value_is_checked_too(world: World) -> None:
    param = number(name="id", location="PATH", required=True, max_num=9)
    world.publish(req_uri="/a/{id}", req_params=(param,))
    assert world.send(request("GET", "/a/9")).status == 200
    assert world.send(request("GET", "/a/10")).status == 400


def test_the_values_are_kept_for_what_comes_later(world: World) -> None:
    params = query(default_value="10"), header(), number(name="n", default_value="5")
    sent = request("GET", "/orders?limit=1&limit=2", ("x-limit", "\xff"))
    call = checked(world, sent, *params)
    assert call.parameters == {"limit": ["1", "2"], "x-limit": ["\xff"], "n": ["5"]}
    assert parameters.lookup(call, "LIMIT") == ["1", "2"]
    assert parameters.lookup(call, "other") == []


def test_of_two_locations_the_first_declared_has_the_name(world: World) -> None:
    sent = request("GET", "/orders?x-limit=query", ("x-limit", "header"))
    call = checked(world, sent, header(), query(name="x-limit"))
    assert call.parameters == {"x-limit": ["header"]}


def test_a_refusal_goes_through_its_gateway_response(world: World) -> None:
    world.publish(req_params=(query(required=True),))
    rule = ResponseRule(422, "$context.error.type")
    world.customise({"REQUEST_PARAMETERS_FAILURE": rule})
    answer = world.send(request())
    assert (answer.status, answer.response.body) == (422, b"REQUEST_PARAMETERS_FAILURE")
