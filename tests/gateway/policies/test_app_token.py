"""Tokens of apps: the endpoint that gives them, and calls with one."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from gateway.http import Request
from tests.gateway.policies.test_app_variants import refusals
from tests.gateway.world import (
    KEY,
    OTHER_HOST,
    SECRET,
    STRANGER,
    STRANGER_SECRET,
    Answer,
    World,
    request,
    signed,
)

URI = "/v1/apigw/oauth2/token"
FORM = "application/x-www-form-urlencoded"
GRANT = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
STRANGE = {"client_id": STRANGER, "client_secret": STRANGER_SECRET}


@pytest.fixture(autouse=True)
def switched_on(world: World) -> None:
    world.limit(app_token_uri=URI)
    world.publish_app(app_auths=frozenset({"app_token"}))


def ask(
    world: World, *, kind: str = FORM, method: str = "POST", **given: Any
) -> Answer:
    known = {name: value for name, value in (GRANT | given).items() if value}
    body = urlencode(known).encode() if kind == FORM else orjson.dumps(known)
    return world.send(request(method, URI, ("content-type", kind), body=body))


def with_token(token: str, path: str = "/orders") -> Request:
    return request("GET", path, ("authorization", f"Bearer {token}"))


def test_a_key_and_a_secret_give_a_token_that_calls(world: World) -> None:
    answer = ask(world)
    given = answer.json
    assert (given["token_type"], given["expires_in"]) == ("bearer", 3600)
    assert answer.headers("cache-control") == ["no-store"]
    trace = world.trace(with_token(given["access_token"])).step
    assert trace("other app authentication").detail["by"] == "app_token"
    assert world.send(with_token(given["access_token"])).status == 200
    assert world.send(signed()).status == 200


def test_the_endpoint_takes_json_and_answers_in_every_group(world: World) -> None:
    assert ask(world, kind="application/json; charset=utf-8").status == 200
    headers = (("host", OTHER_HOST), ("content-type", FORM))
    sent = request("POST", URI, *headers, body=urlencode(GRANT).encode())
    assert world.send(sent).status == 200


def test_a_token_ends_with_its_time_and_a_refresh_token_gives_another(
    world: World,
) -> None:
    given = ask(world).json
    world.now += 3599
    assert world.send(with_token(given["access_token"])).status == 200
    world.now += 1
    late = [with_token(given["access_token"])]
    assert refusals(world, late) == {(401, "APIG.1002")}
    again = ask(world, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert world.send(with_token(again.json["access_token"])).status == 200
    world.now += 3600
    late_too = ask(
        world, grant_type="refresh_token", refresh_token=given["refresh_token"]
    )
    assert (late_too.status, late_too.json["error_code"]) == (401, "APIG.1001")


def test_the_configured_times_hold(world: World) -> None:
    world.limit(app_token_time=5, refresh_token_time=7)
    given = ask(world).json
    assert (given["expires_in"], given["refresh_expires_in"]) == (5, 7)
    world.now += 5
    assert world.send(with_token(given["access_token"])).status == 401


def test_a_token_ends_with_its_secret_its_credential_and_its_key(world: World) -> None:
    token = ask(world).json["access_token"]
    known = world.snapshot.credentials
    for credentials, refused in (
        ((replace(known[0], app_secret="another"),), (400, "APIG.2203")),
        ((), (401, "APIG.1004")),
    ):
        world.snapshot = replace(world.snapshot, credentials=credentials).prepare()
        assert refusals(world, [with_token(token)]) == {refused}
    world.snapshot = replace(world.snapshot, credentials=known).prepare()
    world.limit(app_token_key="a key of its own")
    assert refusals(world, [with_token(token)]) == {(400, "APIG.2203")}
    assert world.send(with_token(ask(world).json["access_token"])).status == 200


def test_a_token_is_good_for_the_apis_of_its_credential_alone(world: World) -> None:
    token = ask(world, **STRANGE).json["access_token"]
    assert refusals(world, [with_token(token)]) == {(403, "APIG.0304")}


def test_one_kind_of_token_is_not_taken_for_the_other(world: World) -> None:
    given = ask(world).json
    wrong = [given["refresh_token"], "nonsense", "x" * 5000, ""]
    calls = [with_token(token) for token in wrong]
    assert refusals(world, calls) == {(400, "APIG.2203")}
    answer = ask(world, grant_type="refresh_token", refresh_token=given["access_token"])
    assert answer.json["error_code"] == "APIG.2202"
    other = ask(
        world,
        grant_type="refresh_token",
        refresh_token=given["refresh_token"],
        **STRANGE,
    )
    assert (other.status, other.json["error_code"]) == (401, "APIG.1003")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"client_secret": "wrong"}, "2201"),
        ({"client_id": "nobody"}, "2201"),
        ({"kind": "text/plain"}, "2204"),
        ({"kind": "application/json", "client_id": 7}, "2205"),
        ({"method": "GET"}, "2206"),
        ({"through_data": "x" * 301}, "2208"),
        ({"grant_type": "password"}, "2209"),
        ({"grant_type": ""}, "2210"),
        ({"client_id": ""}, "2211"),
        ({"client_secret": ""}, "2212"),
        ({"grant_type": "refresh_token"}, "2213"),
    ],
)
def test_what_is_wrong_with_a_request_has_its_code(
    world: World, given: dict[str, Any], code: str
) -> None:
    answer = ask(world, **given)
    assert (answer.status, answer.json["error_code"]) == (400, f"APIG.{code}")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"a" * 100])
def test_a_body_that_is_not_what_it_says_is_refused(world: World, body: bytes) -> None:
    sent = request("POST", URI, ("content-type", "application/json"), body=body)
    assert world.send(sent).json["error_code"] == "APIG.2205"
    twice = request(
        "POST", URI, ("content-type", FORM), body=b"client_id=a&client_id=b"
    )
    assert world.send(twice).json["error_code"] == "APIG.2205"


def test_guessing_secrets_is_throttled_like_calls(world: World) -> None:
    world.limit(ratelimit=3)
    answers = [ask(world, client_secret="guess").status for _ in range(4)]
    assert answers == [400, 400, 400, 429]


def test_while_it_is_off_there_is_neither_endpoint_nor_token(world: World) -> None:
    token = ask(world).json["access_token"]
    world.limit(app_token_uri="")
    world.change(app_auths=frozenset())
    assert ask(world).status == 404
    assert refusals(world, [with_token(token)]) == {(401, "APIG.0303")}
