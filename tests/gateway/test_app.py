"""The gateway as ASGI servers and real clients see it."""

import asyncio
import http.client
import json
import socket
import time
from typing import Any

import pytest
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.app import Gateway
from gateway.functions.pool import Pool
from gateway.http import Headers, Request
from gateway.snapshot import Identity
from gateway.snapshot import Settings as Limits
from gateway.source import Fixed
from tests.gateway.world import (
    HOST,
    KEY,
    SECRET,
    World,
    guard,
    replying,
    request,
    signed,
)
from tests.packages import STORE

ALLOW = replying("""{"statusCode": 200, "body": '{"status": "allow"}'}""")


def sdk_request(path: str, query: list[tuple[str, Any]], body: bytes) -> SdkRequest:
    """A request signed by the vendor's SDK at this moment."""
    made = SdkRequest(
        method="POST",
        schema="http",
        host=HOST,
        resource_path=path,
        query_params=query,
        header_params={"Content-Type": "application/json", "Token": "t"},
        body=body,
    )
    return Signer(BasicCredentials(KEY, SECRET, "project")).sign(made)


@pytest.fixture
def live(world: World) -> World:
    """A two-factor API of this moment's clock."""
    world.gateway = Gateway(world, world.gateway.services.functions, clock=time.time)
    identities = (Identity("HEADER", "token"),)
    world.publish_app(
        req_method="POST",
        req_uri="/files/{name}",
        authorizer=guard(ALLOW, identities=identities, ttl=30),
    )
    return world


def test_the_official_signer_is_accepted_over_a_real_socket(live: World) -> None:
    query = [("tag", ["b", "a"]), ("q", "你好 *+/"), ("empty", "")]
    made = sdk_request("/files/广州 report~v1.txt", query, "é".encode())

    def client(port: int) -> requests.Response:
        url = f"http://127.0.0.1:{port}{made.uri}"
        headers = made.header_params
        return requests.post(url, data=made.body, headers=headers, timeout=10)

    response = live.over_the_wire(client)
    assert (response.status_code, response.text) == (200, "mock 1")
    assert response.headers["Server"] == "api-gateway"


@pytest.mark.parametrize(
    ("spoil", "status"),
    [({}, 200), ({"Token": "x"}, 401), ({"X-Sdk-Date": "20240102T030405Z"}, 401)],
)
def test_a_plain_http_client_is_accepted_with_what_was_signed_only(
    live: World, spoil: dict[str, str], status: int
) -> None:
    made = sdk_request("/files/a", [("k", "v")], b"{}")

    def client(port: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        headers = made.header_params | spoil
        connection.request("POST", made.uri, made.body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    assert live.over_the_wire(client) == status


def test_one_connection_carries_refusals_and_answers(world: World) -> None:
    world.publish(req_method="ANY")

    def client(port: int) -> list[int]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        seen = []
        for method, path in [("GET", "/x"), ("HEAD", "/orders"), ("PUT", "/orders")]:
            connection.request(method, path, headers={"Host": HOST})
            response = connection.getresponse()
            response.read()
            seen.append(response.status)
        connection.close()
        return seen

    assert world.over_the_wire(client) == [404, 200, 200]


def answered(port: int, sent: bytes) -> tuple[int, str]:
    """Status and error text of the answer to these bytes, and nothing after them."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())["error_msg"]


HEAD = f"POST /orders HTTP/1.1\r\nHost: {HOST}\r\n".encode()


def test_a_client_that_stops_in_mid_body_is_told_so(
    world: World,
) -> None:
    world.limit(request_body_timeout=50)
    world.publish(req_method="POST")
    head = HEAD + b"Content-Length: 10\r\n\r\nhalf"
    late = "API request error: the request body did not arrive in time."
    assert world.over_the_wire(lambda port: answered(port, head)) == (408, late)


def test_a_body_announced_as_too_large_is_refused_before_it_comes(world: World) -> None:
    world.publish(req_method="POST")
    head = HEAD + b"Content-Length: 12582913\r\n\r\n"
    large = "Request entity too large."
    assert world.over_the_wire(lambda port: answered(port, head)) == (413, large)


def test_a_client_that_sends_all_of_a_too_large_body_reads_the_refusal(
    world: World,
) -> None:
    world.publish(req_method="POST")
    body = b"x" * (Limits.request_body_size + 1)

    def client(port: int) -> int:
        url = f"http://127.0.0.1:{port}/orders"
        answer = requests.post(url, data=body, headers={"Host": HOST}, timeout=10)
        return answer.status_code

    assert world.over_the_wire(client) == 413


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
