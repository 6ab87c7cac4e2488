"""IAM authentication: access keys and tokens of the console's users."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from gateway import tokens
from gateway.http import Request
from gateway.snapshot import AccessKey, ResponseRule
from gateway.state import Full, Window
from gateway.state.memory import Memory
from gateway.tokens import LIFETIME
from tests.gateway.backends import wire
from tests.gateway.world import (
    AK,
    KEY,
    NOW,
    SECRET,
    SK,
    USER,
    World,
    guard,
    replying,
    request,
    signed,
    with_header,
)

ALLOW = replying("""{"statusCode": 200, "body": json.dumps({"status": "allow"})}""")
DENY = ALLOW.replace("allow", "deny")
IAM = "Incorrect IAM authentication information: "
LOCKED = IAM + "AK access failed to reach the limit,forbidden"


def by_key(key: str = AK, secret: str = SK, **fields: Any) -> Request:
    return signed(key=key, secret=secret, **fields)


def by_token(token: str) -> Request:
    return request("GET", "/orders", ("x-auth-token", token))


def token_of(world: World, at: float = NOW) -> str:
    sealing = world.snapshot.settings.token_cipher
    assert sealing is not None
    return tokens.issue(USER, sealing, at)[0]


def refusal(world: World, call: Request) -> tuple[int, str, str]:
    answer = world.send(call)
    return answer.status, answer.json["error_code"], answer.json["error_msg"]


def test_what_the_vendor_s_sdk_signs_with_an_access_key_passes(world: World) -> None:
    world.publish_iam(req_method="ANY")
    call = by_key(method="POST", query=[("a", "1")], body=b'{"a": 1}')
    assert world.send(call).status == 200
    step = world.trace(by_key()).step("IAM authentication")
    assert step.detail["user"] == "alice"
    assert step.detail["account"] == "account"
    assert SK not in repr(step)


def test_a_token_passes(world: World) -> None:
    world.publish_iam()
    assert world.send(by_token(token_of(world))).status == 200


def test_a_call_without_either_misses_the_token(world: World) -> None:
    world.publish_iam()
    assert refusal(world, request()) == (
        401,
        "APIG.0301",
        IAM + "x-auth-token not found",
    )


def test_a_key_that_nobody_has_is_named(world: World) -> None:
    world.publish_iam()
    text = IAM + f"Get secretKey failed,ak:{KEY},err:ak not exist"
    assert refusal(world, by_key(KEY, SECRET)) == (401, "APIG.0301", text)


def test_a_wrong_signature_shows_what_was_expected(world: World) -> None:
    world.publish_iam()
    status, code, text = refusal(world, by_key(secret="wrong"))
    assert (status, code) == (401, "APIG.0301")
    assert text.startswith(
        IAM + "verify aksk signature fail, canonicalRequest:GET|/orders/|"
    )


def test_an_old_signature_has_expired(world: World) -> None:
    world.publish_iam()
    text = refusal(world, by_key(at=NOW - 901))[2]
    assert text.startswith(IAM + "signature expired, signature time:")


def test_a_disabled_key_is_none(world: World) -> None:
    world.publish_iam()
    world.users(replace(USER, access_keys=(AccessKey("another", SK),)))
    assert "ak not exist" in refusal(world, by_key())[2]


def test_five_wrong_tries_lock_a_key_for_five_minutes(world: World) -> None:
    world.publish_iam()
    for _ in range(5):
        assert "verify aksk signature fail" in refusal(world, by_key(secret="no"))[2]
    assert refusal(world, by_key()) == (401, "APIG.0301", LOCKED)
    world.now += 299.9
    assert refusal(world, by_key())[2] == LOCKED
    world.now += 0.1
    assert world.send(by_key()).status == 200


def test_a_right_try_starts_the_count_again(world: World) -> None:
    world.publish_iam()
    for _ in range(2):
        for _ in range(4):
            world.send(by_key(secret="no"))
        assert world.send(by_key()).status == 200


def test_a_lock_is_the_key_s_alone_and_a_setting(world: World) -> None:
    other = AccessKey("demoAccessKey0000002", SK)
    world.users(replace(USER, access_keys=(*USER.access_keys, other)))
    world.publish_iam()
    world.limit(lock_tries=1, lock_time=1000)
    world.send(by_key(secret="no"))
    assert refusal(world, by_key())[2] == LOCKED
    assert world.send(by_key(other.access)).status == 200
    assert world.send(by_token(token_of(world))).status == 200
    world.now += 1
    assert world.send(by_key()).status == 200


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "\xff", "a" * 5000])
def test_what_is_no_token_cannot_be_decrypted(world: World, token: str) -> None:
    world.publish_iam()
    text = IAM + "decrypt token fail"
    assert refusal(world, by_token(token)) == (401, "APIG.0301", text)


def test_a_token_that_is_there_decides_also_beside_a_signature(world: World) -> None:
    world.publish_iam()
    call = with_header(by_key(), "x-auth-token", "x")
    assert refusal(world, call)[2] == IAM + "decrypt token fail"


def test_a_token_lives_24_hours(world: World) -> None:
    world.publish_iam()
    token = token_of(world)
    world.now += LIFETIME - 1
    assert world.send(by_token(token)).status == 200
    world.now += 1
    text = "The token must be updated."
    assert refusal(world, by_token(token)) == (401, "APIG.0307", text)


def test_a_new_password_ends_the_tokens_before_it(world: World) -> None:
    world.publish_iam()
    token = token_of(world)
    world.users(replace(USER, generation="second"))
    assert refusal(world, by_token(token))[1] == "APIG.0307"


def test_a_disabled_user_has_neither_token_nor_key(world: World) -> None:
    world.publish_iam()
    token = token_of(world)
    world.users()
    assert refusal(world, by_token(token))[:2] == (401, "APIG.0301")
    assert refusal(world, by_key())[:2] == (401, "APIG.0301")


def test_without_keys_every_token_is_refused(world: World) -> None:
    world.publish_iam()
    token = token_of(world)
    world._put(settings=replace(world.snapshot.settings, token_keys=""))
    assert refusal(world, by_token(token))[1] == "APIG.0301"


def test_an_app_s_key_and_a_user_s_are_not_exchangeable(world: World) -> None:
    world.publish_iam()
    world.publish_app(req_uri="/app")
    assert refusal(world, by_key(KEY, SECRET))[1] == "APIG.0301"
    assert refusal(world, by_key(path="/app"))[1] == "APIG.0303"


def test_the_function_is_the_second_factor(world: World) -> None:
    world.publish_iam(authorizer=guard(ALLOW))
    assert world.send(by_key()).status == 200
    assert refusal(world, request())[1] == "APIG.0301"
    world.change(authorizer=guard(DENY))
    assert refusal(world, by_key())[1] == "APIG.0305"
    trace = world.trace(request()).trace
    assert trace[-1].phase == "IAM authentication"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (request, "AUTH_HEADER_MISSING"),
        (lambda: by_key(secret="no"), "AUTH_FAILURE"),
        (lambda: by_token("x"), "AUTH_FAILURE"),
    ],
)
def test_refusals_go_through_their_gateway_response(
    world: World, call: Callable[[], Request], kind: str
) -> None:
    world.publish_iam()
    world.customise({kind: ResponseRule(470, "$context.error.type")})
    answer = world.send(call())
    assert (answer.status, answer.response.body) == (470, kind.encode())


class Remote(Memory):
    """State that has to be waited for, as Redis has."""

    async def get(self, key: str) -> bytes | None:  # type: ignore[override]
        return self.kept.get(key)

    async def take(self, windows: Sequence[Window]) -> Full:  # type: ignore[override]
        return self.counters.take(windows)


def test_a_key_is_locked_where_the_state_is_waited_for(world: World) -> None:
    services = replace(world.gateway.services, state=Remote(clock=lambda: world.now))
    world.gateway.services = services
    world.publish_iam()
    assert world.send(by_key()).status == 200
    for _ in range(5):
        assert "verify aksk signature fail" in refusal(world, by_key(secret="no"))[2]
    assert refusal(world, by_key())[2] == LOCKED
    world.now += 300
    assert world.send(by_key()).status == 200


@pytest.mark.parametrize(
    ("allowed", "handed_on"),
    [((), False), (("ali.*",), True), (("ali",), False), (("bob", "alice"), True)],
)
def test_the_token_of_some_users_may_be_handed_on(
    world: World, allowed: tuple[str, ...], handed_on: bool
) -> None:
    token = token_of(world)

    async def main() -> list[str]:
        serving, peered = wire.serving(world), wire.backend(wire.sending(wire.OK))
        async with serving as port, peered as peer:
            wire.publish(world, peer, auth_type="IAM")
            world.limit(token_allow=allowed)
            sent = wire.request("GET", "/orders", f"X-Auth-Token: {token}")
            assert (await wire.call(port, sent)).status == 200
        return peer.seen[0].header("x-auth-token")

    assert world.runner.run(main()) == ([token] if handed_on else [])
