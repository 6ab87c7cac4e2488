"""Backend signatures, checked by backends that have the key and the secret."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote, unquote

import pytest

from gateway.snapshot import Backend, MockInfo, Signature
from gateway.snapshot.backend import BackendParam
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
from tests.gateway.world import World
from tests.gateway.world import request as asked

KEY, SECRET = "signKey_0123456789", "signSecret!@#$%0123456789"
HMAC = Signature("s", "orders", "hmac", KEY, SECRET)
BASIC = Signature("s", "orders", "basic", KEY, SECRET)


def expected(exchange: Exchange, body: bytes) -> str:
    """What a backend computes, by the vendor's public description alone."""
    method, target, _ = exchange.line.split()
    path, _, query = target.partition("?")
    (given,) = exchange.header("authorization")
    names = given.partition("SignedHeaders=")[2].partition(",")[0]
    uri = "/".join(quote(unquote(part), safe="~") for part in path.split("/"))
    pairs = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    canonical = "\n".join(
        (
            method,
            uri if uri.endswith("/") else uri + "/",
            "&".join(
                f"{quote(unquote(k), safe='~')}={quote(unquote(v), safe='~')}"
                for k, v in pairs
            ),
            *(f"{name}:{exchange.header(name)[0]}" for name in names.split(";")),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    date = exchange.header("x-sdk-date")[0]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"SDK-HMAC-SHA256\n{date}\n{digest}"
    proof = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"SDK-HMAC-SHA256 Access={KEY}, SignedHeaders={names}, Signature={proof}"


async def check_hmac(exchange: Exchange) -> None:
    body = await exchange.body() if exchange.header("content-length") else b""
    (given,) = exchange.header("authorization")
    right = given == expected(exchange, body)
    answer = OK if right else b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
    exchange.writer.write(answer)


async def check_basic(exchange: Exchange) -> None:
    wanted = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    right = exchange.header("authorization") == [wanted]
    answer = OK if right else b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
    exchange.writer.write(answer)


def send(world: World, check: Any, sent: bytes, **fields: Any) -> tuple[Reply, Peer]:
    async def main() -> tuple[Reply, Peer]:
        async with serving(world) as port, backend(check) as peer:
            publish(world, peer, **{"path": "/orders"} | fields)
            return await call(port, sent), peer

    return world.runner.run(main())


@pytest.mark.parametrize(
    "sent",
    [
        request(),
        request("GET", "/orders?b=2&a=%20x&a=1&empty"),
        request("GET", "/orders", "Authorization: Bearer callers-own"),
        request(
            "POST",
            "/orders",
            "Content-Type: text/plain",
            "Content-Length: 4",
            body=b"body",
        ),
    ],
)
def test_an_hmac_signature_is_right(world: World, sent: bytes) -> None:
    reply, peer = send(world, check_hmac, sent, signature=HMAC)
    assert reply.status == 200
    assert "host" in peer.seen[0].header("authorization")[0]


def test_it_covers_what_is_sent_not_what_was_received(world: World) -> None:
    added = (BackendParam("extra", "QUERY", "CONSTANT", "1 2"),)
    reply, _ = send(
        world,
        check_hmac,
        request("GET", "/orders?a=1"),
        signature=HMAC,
        path="/orders",
        req_method="POST",
    )
    assert reply.status == 200

    async def main() -> int:
        async with serving(world) as port, backend(check_hmac) as peer:
            api = publish(world, peer, "/more", signature=HMAC)
            with_params = Backend(api.backend.to, added)
            world.change(backend=with_params)
            return (await call(port, request("GET", "/more?a=1"))).status

    assert world.runner.run(main()) == 200


def test_a_body_changed_on_the_way_is_noticed(world: World) -> None:
    async def tampered(exchange: Exchange) -> None:
        body = await exchange.body()
        (given,) = exchange.header("authorization")
        assert given == expected(exchange, body)
        assert given != expected(exchange, body + b"!")
        exchange.writer.write(OK)

    sent = request("POST", "/orders", "Content-Length: 4", body=b"body")
    assert send(world, tampered, sent, signature=HMAC)[0].status == 200


def test_basic_is_key_and_secret(world: World) -> None:
    sent = request("GET", "/orders", "Authorization: Bearer callers-own")
    assert send(world, check_basic, sent, signature=BASIC)[0].status == 200


def test_the_date_is_the_gateway_s_not_the_caller_s(world: World) -> None:
    sent = request("GET", "/orders", "X-Sdk-Date: 19990101T000000Z")
    reply, peer = send(world, check_hmac, sent, signature=HMAC)
    assert reply.status == 200
    assert peer.seen[0].header("x-sdk-date") == ["20240102T030405Z"]


def test_a_mock_is_sent_nothing(world: World) -> None:
    world.publish(backend=Backend(MockInfo()), signature=HMAC)
    assert world.send(asked()).status == 200


@pytest.mark.parametrize("kind", ["aes", "public_key", ""])
def test_what_cannot_be_signed_is_not_sent(world: World, kind: str) -> None:
    unknown = Signature("s", "orders", kind, KEY, SECRET)
    reply, peer = send(world, check_hmac, request(), signature=unknown)
    assert (reply.status, peer.seen) == (500, [])
    assert b"APIG.0705" in reply.body


def test_no_trace_shows_the_secret(world: World) -> None:
    world.publish(signature=HMAC)
    assert SECRET not in repr(world.trace(asked()).trace)
    assert SECRET not in repr(world.snapshot)


@pytest.mark.parametrize("bound", [HMAC, BASIC], ids=["hmac", "basic"])
def test_the_signature_may_have_a_header_of_its_own(
    world: World, bound: Signature
) -> None:
    world.limit(backend_sign_header="X-Gateway-Proof")
    sent = request("GET", "/orders", "Authorization: Bearer callers-own")
    _, peer = send(world, sending(OK), sent, signature=bound)
    (proof,) = peer.seen[0].header("x-gateway-proof")
    assert proof.startswith(("SDK-HMAC-SHA256 ", "Basic "))
    assert peer.seen[0].header("authorization") == ["Bearer callers-own"]
