"""The request that a backend gets (reference: api.md sections 3, 4, 5)."""

from typing import Any

import pytest

from gateway.call import Call
from gateway.errors import BadRequest
from gateway.outgoing import Outgoing
from gateway.policies import domain, mapping, orchestration, parameters, routing
from gateway.snapshot import (
    Backend,
    BackendApi,
    BackendParam,
    FuncInfo,
    Orchestration,
    ReqParam,
)
from gateway.snapshot.orchestration import Mapped
from tests.gateway.world import World, request

HTTP = BackendApi("127.0.0.1")


def mapped(
    world: World,
    target: str,
    to: Any = HTTP,
    method: str = "GET",
    *headers: tuple[str, str],
    send: tuple[BackendParam, ...] = (),
    **api: Any,
) -> Outgoing:
    world.publish(req_method="ANY", backend=Backend(to, send), **api)
    call = Call(request(method, target, *headers), world.gateway.services)
    routing.load_configuration(call)
    domain.match_host(call)
    routing.match_route(call)
    if call.api.req_params:
        parameters.check_parameters(call)
    if param := orchestration.orchestrated(call.api):
        orchestration.orchestrate(param, call)
    mapping.build_outgoing(call)
    assert call.outgoing is not None
    return call.outgoing


@pytest.mark.parametrize(
    ("front", "mode", "back", "target", "sent"),
    [
        ("/a", "NORMAL", "/b", "/a", "/b"),
        ("/a", "NORMAL", "/b", "/a?x=1&&y", "/b?x=1&&y"),
        ("/a/{p}", "NORMAL", "/b/{p}", "/a/1", "/b/1"),
        ("/a/{p}", "NORMAL", "/b/x-{p}.json", "/a/1%2B%20", "/b/x-1+%20.json"),
        ("/a/{p+}", "NORMAL", "/b/{p}", "/a/1/2", "/b/1/2"),
        ("/test/", "SWA", "/test2/", "/test/AA/CC", "/test2/AA/CC"),
        ("/test", "SWA", "/test2", "/test/AA/CC", "/test2/AA/CC"),
        ("/test", "SWA", "/", "/test/AA%2FCC%3F", "/AA/CC%3F"),
        ("/test", "SWA", "/test2", "/test", "/test2"),
        ("/u/{id}", "SWA", "/v/{id}/w", "/u/7/x", "/v/7/w/x"),
    ],
)
def test_the_backend_path_is_filled_and_continued(
    world: World, front: str, mode: str, back: str, target: str, sent: str
) -> None:
    to = BackendApi("127.0.0.1", req_uri=back)
    outgoing = mapped(world, target, to, req_uri=front, match_mode=mode)
    assert outgoing.target == sent


@pytest.mark.parametrize(
    ("configured", "sent"), [("ANY", "PATCH"), ("POST", "POST"), ("GET", "GET")]
)
def test_any_forwards_the_callers_method(
    world: World, configured: str, sent: str
) -> None:
    to = BackendApi("127.0.0.1", req_method=configured)
    assert mapped(world, "/orders", to, "PATCH").method == sent


def test_a_function_gets_the_request_as_it_came(world: World) -> None:
    sent = mapped(world, "/a%2F1?q=1", FuncInfo(None), "PUT", req_uri="/a/{p}")
    assert (sent.method, sent.target) == ("PUT", "/a%2F1?q=1")
    assert sent.path_parameters == {"p": "1"}


@pytest.mark.parametrize("target", ["/a/..", "/a/x/%2e%2e/y", "/a/.%2Fx"])
def test_a_step_out_of_the_backend_path_is_refused(world: World, target: str) -> None:
    with pytest.raises(BadRequest):
        mapped(
            world, target, BackendApi("h", req_uri="/b"), req_uri="/a", match_mode="SWA"
        )


def query(name: str = "limit", **fields: Any) -> ReqParam:
    return ReqParam(**{"name": name, "type": "STRING", "location": "QUERY"} | fields)


def test_a_passed_parameter_goes_on_and_another_does_not(world: World) -> None:
    hidden = (
        query("a", pass_through=False),
        query("X-A", location="HEADER", pass_through=False),
    )
    sent = mapped(
        world,
        "/orders?%61=1&b=2&&a=3&A=4",
        HTTP,
        "GET",
        ("x-a", "1"),
        ("x-b", "2"),
        req_params=(*hidden, query("b")),
    )
    assert sent.query == "b=2&A=4"
    assert (sent.header(b"x-a"), sent.header(b"x-b")) == (None, b"2")


@pytest.mark.parametrize(
    ("target", "sent"), [("/orders", "limit=10"), ("/orders?limit=5", "limit=5")]
)
def test_a_default_goes_on_where_nothing_came(
    world: World, target: str, sent: str
) -> None:
    limit = query(default_value="10")
    assert mapped(world, target, req_params=(limit,)).query == sent
    header = query("X-Limit", location="HEADER", default_value="10")
    outgoing = mapped(world, "/orders", req_params=(header,))
    assert outgoing.header(b"x-limit") == b"10"


def test_what_does_not_pass_has_no_default_to_send(world: World) -> None:
    limit = query(default_value="10", pass_through=False)
    assert mapped(world, "/orders", req_params=(limit,)).query == ""


def test_a_request_parameter_is_mapped_to_any_place(world: World) -> None:
    places = ("PATH", "QUERY", "HEADER")
    send = tuple(BackendParam("to", place, "REQUEST", "LIMIT") for place in places)
    to = BackendApi("h", req_uri="/x-{to}")
    outgoing = mapped(
        world, "/orders?limit=a%26b&limit=2", to, req_params=(query(),), send=send
    )
    assert outgoing.path == "/x-a&b"
    assert outgoing.query == "limit=a%26b&limit=2&to=a%26b&to=2"
    assert [v for k, v in outgoing.headers if k == b"to"] == [b"a&b", b"2"]


def test_an_absent_parameter_is_sent_nowhere_but_its_default_is(world: World) -> None:
    send = (BackendParam("to", "QUERY", "REQUEST", "limit"),)
    absent = mapped(world, "/orders", req_params=(query(),), send=send)
    assert absent.query == ""
    hidden = query(default_value="10", pass_through=False)
    assert mapped(world, "/orders", req_params=(hidden,), send=send).query == "to=10"


def test_a_backend_parameter_takes_the_place_of_what_has_its_name(
    world: World,
) -> None:
    send = (
        BackendParam("a", "QUERY", "CONSTANT", "ours"),
        BackendParam("X-A", "HEADER", "CONSTANT", "ours"),
    )
    outgoing = mapped(world, "/orders?a=1&b=2", HTTP, "GET", ("x-a", "1"), send=send)
    assert outgoing.query == "b=2&a=ours"
    assert outgoing.header(b"x-a") == b"ours"


@pytest.mark.parametrize(
    ("place", "value", "sent"),
    [
        ("QUERY", "a=b&c #%?/:", "a%3Db%26c%20%23%25?/:"),
        ("QUERY", '<[\\]^`{|}">+', "%3C%5B%5C%5D%5E%60%7B%7C%7D%22%3E%2B"),
        ("QUERY", "广", "%E5%B9%BF"),
        ("PATH", "a b?>%41/c", "a%20b%3F%3E%41/c"),
        ("PATH", "#", "%23"),
        ("PATH", "广\x7f", "%E5%B9%BF%7F"),
    ],
)
def test_a_constant_is_encoded_as_documented(
    world: World, place: str, value: str, sent: str
) -> None:
    to = BackendApi("h", req_uri="/{p}")
    send = (BackendParam("p", place, "CONSTANT", value),)
    assert mapped(world, "/orders", to, send=send).target.endswith(f"{sent}")


def test_a_system_parameter_is_sent_and_an_empty_one_is_not(world: World) -> None:
    send = (
        BackendParam("X-Ip", "HEADER", "SYSTEM", "$context.sourceIp"),
        BackendParam("X-App", "HEADER", "SYSTEM", "$context.appId"),
    )
    outgoing = mapped(world, "/orders", send=send)
    assert outgoing.header(b"x-ip") == b"192.0.2.7"
    assert outgoing.header(b"x-app") is None


def test_a_mapped_header_cannot_end_its_own_line(world: World) -> None:
    send = (BackendParam("X-A", "HEADER", "REQUEST", "limit"),)
    outgoing = mapped(world, "/orders?limit=a%0d%0ab", req_params=(query(),), send=send)
    assert outgoing.header(b"x-a") == b"a  b"


def test_a_function_gets_its_parameters_too(world: World) -> None:
    send = (
        BackendParam("id", "PATH", "CONSTANT", "7"),
        BackendParam("q", "QUERY", "CONSTANT", "1"),
    )
    outgoing = mapped(world, "/a/b", FuncInfo(None), req_uri="/a/{p}", send=send)
    assert outgoing.path_parameters == {"p": "b", "id": "7"}
    assert outgoing.target == "/a/b?q=1"


@pytest.mark.parametrize(
    ("given", "length", "sent"),
    [
        ("text/html", "1", b"application/json"),
        ("Application/JSON; charset=utf-8", "1", b"Application/JSON; charset=utf-8"),
        ("text/html", "0", b"text/html"),
    ],
)
def test_the_declared_body_format_is_declared_to_the_backend(
    world: World, given: str, length: str, sent: bytes
) -> None:
    headers = ("content-type", given), ("content-length", length)
    outgoing = mapped(
        world, "/orders", HTTP, "POST", *headers, content_type="application/json"
    )
    assert outgoing.header(b"content-type") == sent


def test_the_trace_shows_what_is_sent_on_top(world: World) -> None:
    send = (BackendParam("a", "QUERY", "CONSTANT", "1"),)
    world.publish(backend=Backend(FuncInfo(None), send))
    step = world.trace(request("GET", "/orders?b=2")).step("parameter mapping")
    assert step.detail == {
        "method": "GET",
        "target": "/orders?b=2&a=1",
        "parameters": {"query a": ["1"]},
    }


def test_what_a_rule_produces_goes_to_its_own_location_alone(world: World) -> None:
    red, grey = Mapped(values=("1",), result="red"), Mapped(result="grey")
    rules = (
        Orchestration("1", "red", "list", False, "color", "query", (red,)),
        Orchestration("2", "grey", "default", False, "color", "header", (grey,)),
    )
    tier = ReqParam("tier", "STRING", "QUERY", orchestrations=rules)
    listed = mapped(world, "/orders?tier=1", req_params=(tier,))
    assert (listed.query, listed.header(b"color")) == ("tier=1&color=red", None)
    other = mapped(world, "/orders?tier=2", req_params=(tier,))
    assert (other.query, other.header(b"color")) == ("tier=2", b"grey")


def cookie(**fields: Any) -> ReqParam:
    return query("tier", location="COOKIE", **fields)


@pytest.mark.parametrize(
    ("param", "came", "sent"),
    [
        (cookie(), "a=1; tier=2", b"a=1; tier=2"),
        (cookie(pass_through=False), "a=1; tier=2", b"a=1"),
        (cookie(pass_through=False), "tier=2", None),
        (cookie(default_value="a;b"), "a=1", b"a=1; tier=a%3Bb"),
        (cookie(default_value="3"), "tier=2", b"tier=2"),
    ],
)
def test_a_cookie_goes_on_as_its_parameter_says(
    world: World, param: ReqParam, came: str, sent: bytes | None
) -> None:
    pair = ("cookie", came)
    outgoing = mapped(world, "/orders", HTTP, "GET", pair, req_params=(param,))
    assert outgoing.header(b"cookie") == sent


def test_a_cookie_is_mapped_to_another_place(world: World) -> None:
    send = (BackendParam("X-Tier", "HEADER", "REQUEST", "tier"),)
    pair = ("cookie", "tier=2")
    outgoing = mapped(
        world, "/orders", HTTP, "GET", pair, req_params=(cookie(),), send=send
    )
    assert outgoing.header(b"x-tier") == b"2"
