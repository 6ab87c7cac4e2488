"""The event of a function (reference: auth.md section 5.3)."""

from typing import Any

import pytest

from gateway.call import Call
from gateway.events import build_event, forwarding_headers, path_parameters
from gateway.http import Headers, Request
from gateway.policies import domain, routing
from tests.gateway.world import HOST, World, request


def routed(world: World, call_request: Request, **api: Any) -> Call:
    """A call that has found its API."""
    world.publish(req_method="ANY", **api)
    call = Call(call_request, world.gateway.services)
    routing.load_configuration(call)
    domain.match_host(call)
    routing.match_route(call)
    return call


@pytest.mark.parametrize(
    ("template", "mode", "path", "values"),
    [
        ("/a", "NORMAL", "/a", {}),
        ("/a/{b}/{c+}", "NORMAL", "/a/1/x/y", {"b": "1", "c": "x/y"}),
        ("/PathParameterTest", "SWA", "/PathParameterTest/a/B", {"": "a/B"}),
        ("/u/{id}", "SWA", "/u/7", {"id": "7", "": ""}),
        ("/u/{id}", "NORMAL", "/u/%E5%B9%BF%20", {"id": "广 "}),
    ],
)
def test_path_parameters_have_their_names_and_a_remainder_none(
    world: World, template: str, mode: str, path: str, values: dict[str, str]
) -> None:
    call = routed(world, request("GET", path), req_uri=template, match_mode=mode)
    assert path_parameters(call) == values


def test_repeated_headers_and_queries_are_lists(world: World) -> None:
    call = routed(
        world,
        request(
            "GET", "/orders?k=2&k=1&j=", ("x-a", "2"), ("x-b", "\xff"), ("x-a", "1")
        ),
    )
    event = build_event(call, with_body=False)
    assert event["queryStringParameters"] == {"k": ["2", "1"], "j": ""}
    assert (event["headers"]["x-a"], event["headers"]["x-b"]) == (["2", "1"], "\xff")


def test_the_caller_cannot_choose_the_forwarding_headers(world: World) -> None:
    forged = ("x-real-ip", "x-forwarded-for", "x-forwarded-proto", "x-request-id")
    call = routed(
        world, request("GET", "/orders", *((name, "forged") for name in forged))
    )
    headers = build_event(call, with_body=False)["headers"]
    assert "forged" not in headers.values()
    assert headers["x-request-id"] == call.request_id


def test_forwarding_headers_say_where_the_call_came_in(world: World) -> None:
    received = request(scheme="https", client="2001:db8::7", port=8443)
    assert forwarding_headers(routed(world, received)) | {"x-request-id": ""} == {
        "x-real-ip": "2001:db8::7",
        "x-forwarded-for": "2001:db8::7",
        "x-forwarded-port": "8443",
        "x-forwarded-proto": "https",
        "x-forwarded-host": HOST,
        "x-request-id": "",
    }


@pytest.mark.parametrize(
    ("base64", "with_body", "body", "expected"),
    [
        (True, True, b"\xff\x00", "/wA="),
        (True, True, b"", ""),
        (True, False, b"hidden", ""),
        (False, True, "é".encode(), "é"),
        (False, True, b"\xff", "\xff"),
        (False, False, b"hidden", ""),
    ],
)
def test_the_body_is_base64_text_or_absent(
    world: World, base64: bool, with_body: bool, body: bytes, expected: str
) -> None:
    call = routed(world, request("POST", body=body), is_send_fg_body_base64=base64)
    event = build_event(call, with_body=with_body)
    assert (event["isBase64Encoded"], event["body"]) == (base64, expected)


def test_the_path_is_decoded_and_has_no_query(world: World) -> None:
    call = routed(world, request("GET", "/aa%2Faa?x=1"), req_uri="/aa/aa")
    assert build_event(call, with_body=False)["path"] == "/aa/aa"


def test_a_request_without_host_is_described_too(world: World) -> None:
    received = request()
    received.headers = Headers([])
    assert forwarding_headers(routed(world, received))["x-forwarded-host"] == ""
