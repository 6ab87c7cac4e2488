"""JSON Web Tokens: which let a call pass, and what the backend gets to see."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.policies.jwt_auth import Config
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
from tests.gateway.policies.plugins import bound
from tests.gateway.policies.tokens import jwk, jwks, private, token
from tests.gateway.world import World
from tests.gateway.world import request as asked

POLICY: dict[str, Any] = {"jwks": jwks(jwk("k1"))}


def status(world: World, sent: str | None, policy: dict[str, Any] = POLICY) -> int:
    world.publish(plugins=bound(jwt_auth=policy))
    headers = [("authorization", f"Bearer {sent}")] if sent else []
    return world.send(asked("GET", "/orders", *headers)).status


def test_a_valid_token_lets_a_call_pass_and_nothing_else_does(world: World) -> None:
    assert status(world, token()) == 200
    answer = world.send(asked())
    assert answer.status == 401
    assert answer.json["error_code"] == "APIG.0315"


@pytest.mark.parametrize("kind", ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"])
def test_the_documented_algorithms_are_taken(world: World, kind: str) -> None:
    policy = {"jwks": jwks(jwk(kind, kind))}
    assert status(world, token(kind, kind), policy) == 200


def forged() -> dict[str, str]:
    """Tokens that nobody with a key has signed."""
    good = token()
    head, payload, proof = good.split(".")
    pem = (
        private("k1")
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )

    def raw(value: Any) -> str:
        text = json.dumps(value).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()

    claims = {"sub": "me", "exp": int(time.time()) + 600}
    unsigned = f"{raw({'alg': 'none', 'kid': 'k1'})}.{payload}."
    hs_head = f"{raw({'alg': 'HS256', 'kid': 'k1', 'typ': 'JWT'})}.{raw(claims)}"
    # PyJWT itself refuses to sign with a public key: done by hand, as attackers do.
    mac = hmac.new(pem, hs_head.encode(), hashlib.sha256).digest()
    confused = f"{hs_head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    return {
        "none": unsigned,
        "hmac with the public key": confused,
        "other key": token("k1", key=private("other")),
        "unknown kid": token("other"),
        "ec under an rsa key's name": token("k1", "ES256", key=private("e", "ES256")),
        "changed payload": f"{head}.{raw(claims | {'sub': 'you'})}.{proof}",
        "key of its own": jwt.encode(
            claims,
            private("own"),
            algorithm="RS256",
            headers={"kid": "k1", "jwk": jwk("own")},
        ),
        "ps256": token("k1", "PS256", key=private("k1")),
        "no token": "nonsense",
        "empty": "..",
    }


@pytest.mark.parametrize("kind", sorted(forged()))
def test_a_forged_token_is_refused(world: World, kind: str) -> None:
    assert status(world, forged()[kind]) == 401


@pytest.mark.parametrize(
    ("claims", "policy", "wanted"),
    [
        ({"exp": 1}, {}, 401),
        ({"exp": 1}, {"ignore_expiration_validation_enabled": True}, 200),
        ({"exp": None}, {}, 200),
        ({"role": "guest"}, {"blacklist": [{"claim": "role", "value": "guest"}]}, 401),
        ({"role": "admin"}, {"blacklist": [{"claim": "role", "value": "guest"}]}, 200),
    ],
)
def test_claims_decide(
    world: World, claims: dict[str, Any], policy: dict[str, Any], wanted: int
) -> None:
    assert status(world, token(**claims), POLICY | policy) == wanted


@pytest.mark.parametrize(
    ("claim", "seconds", "policy", "wanted"),
    [
        ("exp", -30, {"token_expiration_tolerance": "300"}, 200),
        ("nbf", 600, {}, 401),
    ],
)
def test_times_of_claims_are_those_of_the_call(
    world: World, claim: str, seconds: int, policy: dict[str, Any], wanted: int
) -> None:
    claims: dict[str, Any] = {claim: int(time.time()) + seconds}
    assert status(world, token(**claims), POLICY | policy) == wanted


def test_without_a_kid_the_set_must_have_one_key(world: World) -> None:
    assert status(world, token(None)) == 200
    several = {"jwks": jwks(jwk("k1"), jwk("k2"))}
    world.change(plugins=bound(jwt_auth=several))
    headers = ("authorization", f"Bearer {token(None)}")
    assert world.send(asked("GET", "/orders", headers)).status == 401


@pytest.mark.parametrize(
    ("policy", "sent"),
    [
        ({"token_location": "query"}, ["/orders?access_token=<token>"]),
        (
            {"token_location": "cookie", "token_name": "t"},
            ["/orders", "Cookie: a=b; t=<token>"],
        ),
        (
            {"token_name": "X-Token", "token_prefix": ""},
            ["/orders", "x-token: <token>"],
        ),
        (
            {"token_prefix": "JWT"},
            ["/orders", "Authorization: jwt <token>"],
        ),
    ],
)
def test_a_token_is_where_the_policy_says_and_is_not_passed_on(
    world: World, policy: dict[str, Any], sent: list[str]
) -> None:
    good = token()
    sent = [text.replace("<token>", good) for text in sent]

    async def main() -> tuple[Reply, Peer]:
        async with serving(world) as port, backend(sending(OK)) as peer:
            publish(world, peer, plugins=bound(jwt_auth=POLICY | policy))
            return await call(port, request("GET", *sent)), peer

    reply, peer = world.runner.run(main())
    assert reply.status == 200
    assert b"eyJ" not in peer.seen[0].head
    if "cookie" in policy.values():
        assert peer.seen[0].header("cookie") == ["a=b"]


def seen(world: World, policy: dict[str, Any], *headers: str) -> Exchange:
    async def main() -> Exchange:
        async with serving(world) as port, backend(sending(OK)) as peer:
            publish(world, peer, plugins=bound(jwt_auth=POLICY | policy))
            sent = request("GET", "/orders", *headers)
            assert (await call(port, sent)).status == 200
            return peer.seen[0]

    return world.runner.run(main())


def test_a_token_is_passed_on_where_it_shall_be(world: World) -> None:
    bearer = f"Authorization: Bearer {token()}"
    found = seen(world, {"token_pass_through_enabled": True}, bearer)
    assert found.header("authorization") == [bearer.partition(": ")[2]]


CLAIMS = {
    "claims_to_headers": [
        {"claim": "sub", "header": "X-User", "is_override": True},
        {"claim": "groups", "header": "X-Groups"},
        {"claim": "sub", "header": "X-Polite", "is_override": False},
    ],
    "carry_payload": {"header": "X-Payload"},
}


def test_claims_go_to_headers_in_place_of_what_the_caller_says(world: World) -> None:
    found = seen(
        world,
        CLAIMS,
        f"Authorization: Bearer {token(groups=['a', 'b'])}",
        "X-User: admin",
        "X-Payload: {}",
        "X-Polite: mine",
    )
    assert found.header("x-user") == ["me"]
    assert found.header("x-groups") == ['["a","b"]']
    assert found.header("x-polite") == ["mine"]
    assert json.loads(found.header("x-payload")[0])["sub"] == "me"


def test_a_caller_without_a_token_cannot_set_what_a_token_would(world: World) -> None:
    policy = CLAIMS | {"missing_token_skip_auth_enabled": True}
    found = seen(world, policy, "X-User: admin", "X-Payload: {}")
    assert found.header("x-user") == found.header("x-payload") == []


def test_a_bad_token_is_refused_even_where_none_is_needed(world: World) -> None:
    policy = POLICY | {"missing_token_skip_auth_enabled": True}
    assert status(world, None, policy) == 200
    headers = ("authorization", "Bearer nonsense")
    assert world.send(asked("GET", "/orders", headers)).status == 401


def fetched(world: World, answers: list[str], *kids: str) -> tuple[list[int], int]:
    """Statuses of calls with tokens of these keys, and how often keys were fetched."""

    async def give(exchange: Exchange) -> None:
        text = answers.pop(0) if len(answers) > 1 else answers[0]
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n"
        exchange.writer.write(head.encode() + text.encode())

    async def main() -> tuple[list[int], int]:
        async with (
            serving(world) as port,
            backend(give) as keys,
            backend(sending(OK)) as peer,
        ):
            policy = {"jwks_service": {"uri": f"http://{keys.address}/keys"}}
            publish(world, peer, plugins=bound(jwt_auth=policy))
            found = []
            for kid in kids:
                head = f"Authorization: Bearer {token(kid)}"
                found.append((await call(port, request("GET", "/orders", head))).status)
            return found, len(keys.seen)

    return world.runner.run(main())


def test_fetched_keys_are_kept(world: World) -> None:
    assert fetched(world, [jwks(jwk("k1"))], "k1", "k1", "k1") == ([200] * 3, 1)


def test_an_unknown_key_cannot_make_it_fetch_over_and_over(world: World) -> None:
    wanted = ([200, 401, 401, 401], 1)
    assert fetched(world, [jwks(jwk("k1"))], "k1", "x", "y", "z") == wanted


def test_without_keys_nobody_passes(world: World) -> None:
    statuses, _ = fetched(world, ["nonsense"], "k1", "k1")
    assert statuses == [500, 500]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "jwks_service: give an address or a key set"),
        ({"jwks": "nonsense"}, "jwks: it is not JSON"),
        ({"jwks": "{}"}, "jwks: a JWKS has a list of keys"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}, "jwks: it has no public"),
        ({"jwks": " " * 60_000}, "jwks: a JWKS has at most"),
        ({"jwks_service": {"uri": "ftp://a"}}, "jwks_service.uri: an http or https"),
        (POLICY | {"token_location": "body"}, "token_location: one of header"),
        (POLICY | {"token_location": "cookie"}, "token_name: it is required"),
        (
            POLICY | {"token_expiration_tolerance": "86401"},
            "token_expiration_tolerance: a whole number of seconds",
        ),
        (
            POLICY | {"token_expiration_tolerance": 5},
            "token_expiration_tolerance: it must be a string",
        ),
        (
            POLICY | {"claims_to_headers": [{"claim": "a", "header": "b c"}]},
            "claims_to_headers[0].header: the name of a header",
        ),
        (POLICY | {"blacklist": [{}]}, "blacklist[0].claim: it is required"),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    document: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(document)
    assert message in str(refused.value)
