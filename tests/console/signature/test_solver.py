"""The mistakes of clients, each made on purpose and then found."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from console.signature.attempt import Attempt, Evidence, expected
from console.signature.mistakes import Mistake, Secret, all_of
from console.signature.solver import solve
from gateway.http import Headers, Request
from gateway.signing import Authorization, parse_authorization

SECRET = b"s3cret-of-the-client"
OTHERS = (
    Secret("the secret of credential other", b"another-secret"),
    Secret("the secret from before its reset", b"an-old-secret"),
)
HEADERS = {
    "content-type": "application/json",
    "host": "api.example.com:8080",
    "x-note": "Two  Words",
    "x-sdk-date": "20240102T030405Z",
}
BODY = '{"b": 1, "a": "é"}'.encode()


def evidence(signature: str = "0" * 64, **changed: Any) -> Evidence:
    """A request that has something of everything that can be got wrong."""
    names = sorted(HEADERS)
    order = ["x-note", "host", "x-sdk-date", "content-type"]
    sent = Headers([(n.encode(), HEADERS[n].encode()) for n in order])
    known: dict[str, Any] = {
        "method": "POST",
        "raw_path": "/a%20b/~c%2a/d:e",
        "query": "z=1&a=x%20y&a=%7E%2a%2F&e=&p=1%2B2",
        "headers": sent,
        "body": BODY,
    }
    request = Request(**known | changed)
    given = Authorization("client-key-1", ";".join(names), signature)
    return Evidence(request, given)


def signed_by(mistakes: tuple[Mistake, ...], **changed: Any) -> Evidence:
    """What arrives from a client that makes these mistakes."""
    attempt = expected(evidence(**changed), SECRET)
    for mistake in mistakes:
        attempt = mistake.change(attempt)
    return evidence(attempt.signature, **changed)


KNOWN = all_of(evidence(), OTHERS)


def test_what_the_official_signer_signs_is_right() -> None:
    sdk = SdkRequest(
        method="POST",
        schema="https",
        host="api.example.com",
        resource_path="/a b/~c",
        query_params=[("b", "2"), ("a", "x y")],
        header_params={"content-type": "application/json"},
        body=BODY.decode(),
    )
    Signer(BasicCredentials("client-key-1", SECRET.decode(), "p")).sign(sdk)
    path, _, query = sdk.uri.partition("?")
    headers = [(k.lower().encode(), v.encode()) for k, v in sdk.header_params.items()]
    given = parse_authorization(sdk.header_params["Authorization"])
    request = Request("POST", path, query, Headers(headers), body=BODY)
    solution = solve(Evidence(request, given), SECRET, OTHERS)
    assert solution is not None and solution.mistakes == ()


@pytest.mark.parametrize("mistake", KNOWN, ids=lambda m: m.what)
def test_each_mistake_is_found(mistake: Mistake) -> None:
    found = solve(signed_by((mistake,)), SECRET, OTHERS)
    assert found is not None
    honest = expected(evidence(), SECRET)
    if mistake.change(honest).signature == honest.signature:
        assert found.mistakes == ()
    else:
        assert [m.piece for m in found.mistakes] == [mistake.piece]
        made = found.mistakes[0].change(honest).canonical
        assert made == mistake.change(honest).canonical
        assert found.mistakes[0].fix


PAIRS = [p for p in combinations(KNOWN, 2) if p[0].piece != p[1].piece]


@pytest.mark.parametrize(
    "pair", PAIRS[::37], ids=lambda p: f"{p[0].what} / {p[1].what}"
)
def test_pairs_of_mistakes_are_found(pair: tuple[Mistake, Mistake]) -> None:
    arrived = signed_by(pair)
    found = solve(arrived, SECRET, OTHERS)
    assert found is not None
    assert found.attempt.signature == arrived.given.signature
    assert len(found.mistakes) <= 2


def test_the_mistake_on_a_request_without_a_port_is_the_port() -> None:
    plain = [(b"host", b"api.example.com"), (b"x-sdk-date", b"20240102T030405Z")]
    given = Authorization("client-key-1", "host;x-sdk-date", "0" * 64)
    request = Request("GET", "/", "", Headers(plain))
    client: Attempt = expected(Evidence(request, given), SECRET)
    lines = tuple((n, v + ":8080" if n == "host" else v) for n, v in client.headers)
    signature = replace(client, headers=lines).signature
    found = solve(Evidence(request, given._replace(signature=signature)), SECRET)
    assert found is not None
    assert [m.what for m in found.mistakes] == [
        "Host was signed with the port 8080, and sent without"
    ]


def test_an_unknown_secret_stays_a_riddle() -> None:
    stranger = expected(evidence(), b"a-secret-nobody-knows").signature
    assert solve(evidence(stranger), SECRET, OTHERS) is None


def test_two_mistakes_about_one_piece_are_not_tried() -> None:
    query = [m for m in KNOWN if m.piece == "query"]
    assert len(query) > 10
    assert all(a.piece != b.piece for a, b in PAIRS)


@pytest.mark.parametrize(
    "changed",
    [
        {"raw_path": "", "query": "", "body": b""},
        {"raw_path": "/%", "query": "%&=&==", "body": b"\xff" * 100},
        {"query": "a" * 5000, "body": b"[" * 3000},
        {"raw_path": "/\xff", "query": "\xe9=\xff"},
    ],
)
def test_hostile_requests_are_solved_like_others(changed: dict[str, object]) -> None:
    mistake = next(m for m in KNOWN if m.piece == "secret")
    found = solve(signed_by((mistake,), **changed), SECRET, OTHERS)
    assert found is not None
    assert [m.what for m in found.mistakes] == [mistake.what]
