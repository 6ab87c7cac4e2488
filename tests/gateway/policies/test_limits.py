"""Protocol, sizes and times (reference: auth.md section 9)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.http import ClientGone
from gateway.snapshot import Settings
from tests.gateway.world import HOST, World, never, request, signed, streamed, unread


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize(
    ("protocol", "scheme", "status"),
    [
        ("HTTP", "http", 200),
        ("HTTP", "https", 400),
        ("HTTPS", "http", 400),
        ("HTTPS", "https", 200),
        ("BOTH", "http", 200),
        ("BOTH", "https", 200),
    ],
)
def test_an_api_is_called_by_its_own_protocols(
    world: World, protocol: str, scheme: str, status: int
) -> None:
    world.publish(req_protocol=protocol)
    assert world.send(request(scheme=scheme)).status == status


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 414)])
def test_a_uri_has_32_kb(world: World, extra: int, status: int) -> None:
    world.publish()
    query = "x" * (Settings.uri_size - len("/orders") + extra)
    assert world.send(request("GET", f"/orders?{query}")).status == status


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 494)])
def test_a_header_has_32_kb(world: World, extra: int, status: int) -> None:
    world.publish()
    value = "x" * (Settings.header_size - len("x-a") + extra)
    assert world.send(request("GET", "/orders", ("x-a", value))).status == status


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 494)])
def test_all_headers_have_128_kb(world: World, extra: int, status: int) -> None:
    world.publish()
    sizes = [32_000, 32_000, 32_000, 32_000]
    rest = Settings.headers_size - sum(sizes) - len("host" + HOST)
    flood = [("x-a", "x" * (size - len("x-a"))) for size in (*sizes, rest + extra)]
    assert world.send(request("GET", "/orders", *flood)).status == status


@pytest.mark.parametrize("size", [0, 1, Settings.request_body_size])
def test_a_body_has_12_mb(world: World, size: int) -> None:
    world.publish(req_method="POST")
    body = b"x" * size
    length = ("content-length", str(size))
    assert world.send(streamed(pieces(body), length)).status == 200
    chunked = ("transfer-encoding", "chunked")
    assert world.send(streamed(pieces(body[:5], body[5:]), chunked)).status == 200
    assert world.send(request("POST", body=body)).status == 200
    larger = body + b"x" * Settings.request_body_size + b"x"
    assert world.send(request("POST", body=larger)).status == 413


def test_a_body_that_arrives_in_pieces_is_signed_as_one(world: World) -> None:
    world.publish_app(req_method="POST")
    call = signed("POST", body=b"onetwothree")
    parts = pieces(b"one", b"", b"two", b"three")

    async def read() -> tuple[bytes, bool]:
        piece = await anext(parts, None)
        return piece or b"", piece is not None

    call.read, call.body = read, b""
    call.headers.first[b"transfer-encoding"] = b"chunked"
    assert world.send(call).status == 200
    assert call.body == b"onetwothree"


def test_a_request_that_announces_no_body_is_not_waited_for(world: World) -> None:
    world.publish(req_method="POST")
    assert world.send(request("POST", read=unread)).status == 200


def test_a_refused_body_is_not_read(world: World) -> None:
    world.publish(req_method="POST")
    length = ("content-length", str(Settings.request_body_size + 1))
    assert world.send(request("POST", "/orders", length, read=unread)).status == 413


def test_a_body_that_trickles_is_cut_off(
    world: World,
) -> None:
    world.limit(request_body_timeout=50)
    world.publish(req_method="POST")

    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.001)

    chunked = ("transfer-encoding", "chunked")
    assert world.send(streamed(trickle(), chunked)).status == 408


def test_a_client_that_leaves_in_mid_body_gets_no_answer(world: World) -> None:
    world.publish(req_method="POST")

    async def gone() -> tuple[bytes, bool]:
        raise ClientGone

    length = ("content-length", "5")
    with pytest.raises(ClientGone):
        world.send(request("POST", "/orders", length, read=gone))


@pytest.mark.parametrize("length", ["", "x", "+5", "5.0", " ", "\xb2", "0x10"])
def test_a_length_that_is_no_number_is_a_bad_request(world: World, length: str) -> None:
    world.publish(req_method="POST")
    declared = ("content-length", length)
    answer = world.send(request("POST", "/orders", declared, read=unread))
    assert (answer.status, answer.json["error_code"]) == (400, "APIG.0201")


def test_limits_are_checked_before_any_secret_is(world: World) -> None:
    world.publish_app(req_method="POST")
    length = ("content-length", str(Settings.request_body_size + 1))
    assert world.send(request("POST", "/orders", length, read=never)).status == 413


def test_a_limit_that_changes_holds_from_the_next_request_on(world: World) -> None:
    world.publish(req_method="ANY")
    body, header = b"x" * 11, ("x-a", "v" * 60)
    call = request("POST", "/orders?abcdef", header, body=body)
    assert world.send(call).status == 200
    world.limit(request_body_size=10)
    assert world.send(request("POST", body=body)).status == 413
    world.limit(uri_size=10)
    assert world.send(request("GET", "/orders?abcdef")).status == 414
    world.limit(uri_size=100, header_size=50)
    assert world.send(request("GET", "/orders", header)).status == 494
