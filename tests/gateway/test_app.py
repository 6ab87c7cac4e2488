"""The gateway as ASGI servers and real clients see it."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.app import Gateway
from gateway.functions.pool import Pool
from gateway.http import Headers, Request
from gateway.snapshot import Identity
from gateway.source import Fixed
from tests.gateway.world import (
    HOST,
    KEY,
    World,
    guard,
    replying,
    request,
    signed,
)
from tests.packages import STORE

ALLOW = replying("""{"statusCode": 200, "body": '{"status": "allow"}'}""")


def asgi_scope(**changes: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "https",
        "raw_path": b"/orders",
        "query_string": b"",
        "headers": [(b"host", HOST.encode())],
        "client": None,
        "server": None,
    } | changes


def call_asgi(world: World, scope: dict[str, Any], *messages: Any) -> list[Any]:
    """What the gateway sends."""
    incoming, sent = list(messages), []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    world.runner.run(world.gateway(scope, receive, send))
    return sent


def test_an_answer_is_one_start_and_one_body(world: World) -> None:
    world.publish(req_protocol="HTTPS")
    start, body = call_asgi(world, asgi_scope())
    assert (start["type"], start["status"]) == ("http.response.start", 200)
    assert (b"Content-Length", b"6") in start["headers"]
    assert body == {"type": "http.response.body", "body": b"mock 1"}


def test_a_client_that_leaves_in_mid_body_is_sent_nothing(world: World) -> None:
    world.publish(req_method="POST")
    headers = [(b"host", HOST.encode()), (b"content-length", b"5")]
    scope = asgi_scope(method="POST", headers=headers)
    part = {"type": "http.request", "body": b"ab", "more_body": True}
    assert call_asgi(world, scope, part, {"type": "http.disconnect"}) == []


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_other_kinds_of_traffic_are_refused(world: World, kind: str) -> None:
    with pytest.raises(RuntimeError, match=kind):
        call_asgi(world, {"type": kind})


def test_a_gateway_has_its_own_workers_and_ends_them(world: World) -> None:
    async def main() -> tuple[int, int]:
        gateway = Gateway(Fixed(world.snapshot), Pool(STORE), clock=lambda: world.now)
        call = request("GET", "/orders", ("token", "t"))
        assert (await gateway.handle(call)).status == 200
        pool = gateway.services.functions
        alive = len(pool.workers())
        await gateway.close()
        return alive, len(pool.workers())

    world.publish(auth_type="AUTHORIZER", authorizer=guard(ALLOW))
    assert world.runner.run(main()) == (1, 0)


garbage = st.text(st.characters(max_codepoint=255), max_size=40)
SHARED = guard(ALLOW)
# Garbage that comes near to something, to get past the first check.
near = garbage | st.lists(
    st.sampled_from(
        [
            *("SDK-HMAC-SHA256", " ", "Access=", KEY, ", ", "SignedHeaders=", ";"),
            *("host;x-sdk-date", "Signature=", "00ff", "20240102T030405Z", "%", "%2F"),
            *("%FF", "\xff", "\0", "&", "=", "+", "/", "..", "[::1]", ":", "localhost"),
            *("é", "²", "9" * 20, "\r\n", "{", "}", "?", "#", HOST),
        ]
    ),
    max_size=12,
).map("".join)


@given(
    authorization=near,
    date=near,
    host=near,
    stage=near,
    path=near,
    query=near,
    token=near,
)
@settings(max_examples=200, deadline=None)
def test_garbage_is_answered_and_never_with_a_failure(
    runner: asyncio.Runner, pool: Pool, token: str, path: str, query: str, **named: str
) -> None:
    world = World(runner, pool)
    sources = (Identity("HEADER", "token"), Identity("QUERY", "a", "^[0-9]*$"))
    world.publish_app(
        req_method="ANY",
        req_uri="/",
        match_mode="SWA",
        authorizer=guard("", identities=sources),
    )
    world.publish(req_uri="/{a}/{b+}", req_method="ANY")
    fields = {
        "authorization": named["authorization"],
        "x-sdk-date": named["date"],
        "host": named["host"],
        "x-stage": named["stage"],
        "token": token,
    }
    good = {"host": HOST, "x-sdk-date": "20240102T030405Z", "x-stage": ""}
    for name in fields:
        raw = good | {name: fields[name]}
        headers = Headers((k.encode(), v.encode("latin-1")) for k, v in raw.items())
        for target in ("/" + path, path):
            answer = world.trace(Request("GET", target, query, headers))
            assert 200 <= answer.status < 500, answer.trace[-1]


@given(path=near, query=near, token=near)
@settings(max_examples=50, deadline=None)
def test_whatever_the_caller_sends_reaches_the_function_as_json(
    runner: asyncio.Runner, pool: Pool, path: str, query: str, token: str
) -> None:
    world = World(runner, pool)
    world.publish(
        auth_type="AUTHORIZER",
        req_uri="/",
        match_mode="SWA",
        authorizer=SHARED,
    )
    call = Request(
        "GET",
        f"/{path}",
        query,
        Headers([(b"host", HOST.encode()), (b"token", token.encode("latin-1"))]),
    )
    assert world.send(call).status == 200


def test_a_signed_request_passes_the_same_on_every_interface(world: World) -> None:
    world.publish_app()
    assert [world.send(signed()).status, world.asgi(signed()).status] == [200, 200]
