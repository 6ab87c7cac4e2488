"""Other proofs of an app than a signature."""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import replace

import pytest

from gateway.http import Request
from tests.gateway.backends import wire
from tests.gateway.backends.wire import OK, backend, sending, serving
from tests.gateway.world import KEY, NOW, SECRET, STRANGER, World, request, signed

ALL = ("app_basic", "app_secret", "app_api_key", "app_jwt")


def publish(world: World, *names: str) -> None:
    world.publish_app(app_auths=frozenset(names or ALL))


def basic(key: str = KEY, secret: str = SECRET) -> Request:
    text = base64.b64encode(f"{key}:{secret}".encode()).decode()
    return request("GET", "/orders", ("authorization", f"Basic {text}"))


def by_secret(key: str = KEY, secret: str = SECRET) -> Request:
    return request("GET", "/orders", ("x-hw-id", key), ("x-hw-appkey", secret))


def digest(secret: str = SECRET, stamp: str = f"{NOW:.0f}") -> Request:
    proof = hashlib.sha256(f"{KEY}{secret}{stamp}".encode()).hexdigest()
    pairs = (("timestamp", stamp), ("authorization", proof))
    return request("GET", "/orders", *pairs)


RIGHT = {
    "app_basic": [basic()],
    "app_secret": [by_secret()],
    "app_api_key": [
        request("GET", "/orders", ("apikey", KEY)),
        request("GET", f"/orders?apikey={KEY}"),
    ],
    "app_jwt": [digest(), digest(stamp=f"{NOW * 1000:.0f}")],
}


@pytest.mark.parametrize("name", ALL)
def test_each_way_passes_when_it_is_switched_on_and_only_then(
    world: World, name: str
) -> None:
    others = [other for other in ALL if other != name]
    publish(world, name)
    assert all(world.send(call).status == 200 for call in RIGHT[name])
    world.change(app_auths=frozenset(others))
    assert all(world.send(call).status == 401 for call in RIGHT[name])


@pytest.mark.parametrize("name", ALL)
def test_no_backend_gets_to_see_the_proof(world: World, name: str) -> None:
    def sent_on(call: Request) -> str:
        lines = [b"%s: %s" % pair for pair in call.headers]
        line = f"GET {call.target} HTTP/1.1".encode()
        return b"\r\n".join((line, *lines, b"", b"")).decode()

    async def main() -> list[str]:
        async with serving(world) as port, backend(sending(OK)) as peer:
            wire.publish(world, peer)
            world.change(
                auth_type="APP",
                app_auths=frozenset({name}),
                credentials=frozenset({"c1"}),
            )
            for known in RIGHT[name]:
                answer = await wire.call(port, sent_on(known).encode())
                assert answer.status == 200
        return [exchange.head.decode() for exchange in peer.seen]

    secrets = (SECRET, KEY, "apikey", "authorization:", "x-hw-", "Basic ")
    for head in world.runner.run(main()):
        assert not any(secret in head for secret in secrets)


def refusals(world: World, calls: Iterable[Request]) -> set[tuple[int, str]]:
    answers = [world.send(call) for call in calls]
    return {(a.status, a.json["error_code"]) for a in answers}


def test_a_wrong_secret_is_refused(world: World) -> None:
    publish(world)
    broken = request("GET", "/orders", ("authorization", "Basic %%%"))
    wrong = [basic(secret="x"), basic("nobody"), by_secret(secret="x"), broken]
    assert refusals(world, wrong) == {(400, "APIG.1009")}


def test_an_unknown_key_and_a_wrong_digest_are_refused(world: World) -> None:
    publish(world)
    late, text = digest(stamp=f"{NOW - 1000:.0f}"), digest(stamp="noon")
    huge = digest(stamp="1" * 5000)
    wrong = [request("GET", "/orders", ("apikey", "nobody")), digest("x")]
    assert refusals(world, [*wrong, late, text, huge]) == {(401, "APIG.0303")}


def test_a_credential_that_is_not_bound_is_refused(world: World) -> None:
    publish(world)
    [answer] = refusals(world, [request("GET", "/orders", ("apikey", STRANGER))])
    assert answer == (403, "APIG.0304")


def test_a_signature_is_still_accepted(world: World) -> None:
    publish(world)
    assert world.send(signed()).status == 200
    assert world.send(signed(secret="wrong")).status == 401


def test_the_digest_may_have_a_header_of_its_own(world: World) -> None:
    settings = replace(world.snapshot.settings, app_jwt_header="X-Proof")
    world.snapshot = replace(world.snapshot, settings=settings).prepare()
    publish(world)
    call = digest()
    call.headers.raw[-1] = (b"x-proof", call.headers.raw[-1][1])
    call.headers = type(call.headers)(call.headers.raw)
    assert world.send(call).status == 200
