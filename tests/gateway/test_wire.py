"""What real clients get over real sockets, the same from every server."""

import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from gateway import signing
from gateway.app import Gateway
from gateway.http import Headers, Request
from gateway.snapshot import Identity, Settings
from tests.gateway.world import HOST, KEY, SECRET, World, guard, replying

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


@pytest.fixture(params=["uvicorn", "granian"], autouse=True)
def server(world: World, request: pytest.FixtureRequest) -> str:
    """The server that the world is behind."""
    world.server = request.param
    return world.server


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
    body = b"x" * (Settings.request_body_size + 1)

    def client(port: int) -> int:
        url = f"http://127.0.0.1:{port}/orders"
        answer = requests.post(url, data=body, headers={"Host": HOST}, timeout=10)
        return answer.status_code

    assert world.over_the_wire(client) == 413


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/a%2Fb", 200),
        ("/%E4%BD%A0", 200),
        ("/a%20b", 200),
        ("/100%25", 200),
        ("/A;b=c,d", 200),
        ("/a%2Fb?q=%2F&r=%E4&s=+", 200),
        ("/other", 404),
    ],
)
def test_encoded_paths_are_routed_and_signed_alike(
    world: World, target: str, status: int
) -> None:
    path, _, query = target.partition("?")
    decoded = unquote(path)
    if status == 200:
        world.publish_app(req_uri=decoded)
    request = Request("GET", path, query, Headers([(b"host", HOST.encode())]))
    proof = signing.sign(request, KEY, signing.Key(SECRET.encode()), world.now)
    headers = {"Host": HOST} | {k.decode(): v.decode() for k, v in proof}

    def client(port: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", target, headers=headers)
        found = connection.getresponse().status
        connection.close()
        return found

    assert world.over_the_wire(client) == status


def test_a_body_in_chunks_reaches_the_function(world: World) -> None:
    code = replying(
        """{"statusCode": 200, "body": json.dumps({"status": "allow"
        if event["body"] == "aGVsbG8=" else "deny"})}"""
    )
    authorizer = guard(code, need_body=True)
    world.publish(req_method="POST", auth_type="AUTHORIZER", authorizer=authorizer)
    sent = b"Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"

    def client(port: int) -> int:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(HEAD + sent)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.status

    assert world.over_the_wire(client) == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    ],
    ids=["no host", "connect", "two hosts", "another coding"],
)
def test_a_head_that_must_not_be_is_a_documented_400(world: World, sent: bytes) -> None:
    status, text = world.over_the_wire(lambda port: answered(port, sent))
    assert (status, text) == (400, "API request error.")


def test_fast_and_waiting_calls_are_answered_together(world: World) -> None:
    """Each on a connection of its own, at the same time."""
    slow = replying("""{"statusCode": 200, "body": '{"status": "allow"}'}""")
    world.publish(req_uri="/fast")
    world.publish(req_uri="/slow", auth_type="AUTHORIZER", authorizer=guard(slow))

    def get(port: int, path: str) -> list[int]:
        url = f"http://127.0.0.1:{port}{path}"
        with requests.Session() as session:
            return [
                session.get(url, headers={"Host": HOST}, timeout=10).status_code
                for _ in range(20)
            ]

    def client(port: int) -> list[int]:
        with ThreadPoolExecutor(6) as threads:
            calls = [threads.submit(get, port, p) for p in ("/fast", "/slow") * 3]
            return [status for call in calls for status in call.result()]

    assert world.over_the_wire(client) == [200] * 120
