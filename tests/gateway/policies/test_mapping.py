"""The request that a backend gets (reference: api.md sections 3, 4, 5)."""

from typing import Any

import pytest

from gateway.call import Call
from gateway.errors import BadRequest
from gateway.outgoing import Outgoing
from gateway.policies import domain, mapping, routing
from gateway.snapshot import Backend, BackendApi, FuncInfo
from tests.gateway.world import World, request


def mapped(
    world: World, target: str, to: Any, method: str = "GET", **api: Any
) -> Outgoing:
    world.publish(req_method="ANY", backend=Backend(to), **api)
    call = Call(request(method, target), world.gateway.services)
    routing.load_configuration(call)
    domain.match_host(call)
    routing.match_route(call)
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
