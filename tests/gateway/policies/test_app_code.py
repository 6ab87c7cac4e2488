"""Simple authentication: an AppCode in place of a signature."""

import pytest

from gateway.http import Request
from tests.gateway.world import APP_CODE, World, guard, replying, request, signed

DENY = replying("""{"statusCode": 200, "body": json.dumps({"status": "deny"})}""")


def coded(code: str = APP_CODE, scheme: str = "https") -> Request:
    return request("GET", "/orders", ("x-apig-appcode", code), scheme=scheme)


def refusal(world: World, call: Request) -> tuple[int, str, str]:
    answer = world.send(call)
    return answer.status, answer.json["error_code"], answer.json["error_msg"]


def test_a_bound_credential_s_code_is_enough(world: World) -> None:
    world.publish_app(app_code=True)
    assert world.send(coded()).status == 200
    step = world.trace(coded()).step("AppCode")
    assert (step.decision, step.detail) == ("passed", {"credential": "app"})


def test_a_signature_is_as_good(world: World) -> None:
    world.publish_app(app_code=True)
    assert world.send(signed()).status == 200
    step = world.trace(signed()).step("AppCode")
    assert step.detail["because"] == "there is no X-Apig-AppCode"


@pytest.mark.parametrize(
    "code", ["", APP_CODE[:-1], APP_CODE + "a", APP_CODE.upper(), "b" * 64, "\xff" * 64]
)
def test_any_other_code_is_refused(world: World, code: str) -> None:
    world.publish_app(app_code=True)
    status, number, text = refusal(world, coded(code))
    assert (status, number) == (401, "APIG.0303")
    assert (
        text == "Incorrect app authentication information: X-Apig-AppCode is incorrect"
    )
    assert code not in text or not code


def test_a_code_that_is_there_decides_also_beside_a_signature(world: World) -> None:
    world.publish_app(app_code=True)
    both = signed(headers={"X-Apig-AppCode": "b" * 64})
    both.scheme = "https"
    assert refusal(world, both)[1] == "APIG.0303"


def test_a_code_over_plain_http_is_refused(world: World) -> None:
    world.publish_app(app_code=True)
    status, number, text = refusal(world, coded(scheme="http"))
    assert (status, number) == (401, "APIG.0303")
    assert "over HTTPS only" in text


def test_a_code_says_nothing_where_the_api_does_not_take_it(world: World) -> None:
    world.publish_app()
    assert "Authorization header is missing" in refusal(world, coded())[2]
    call = signed(headers={"X-Apig-AppCode": "b" * 64})
    assert world.send(call).status == 200


def test_without_code_and_signature_the_header_is_missed(world: World) -> None:
    world.publish_app(app_code=True)
    assert refusal(world, request())[:2] == (401, "APIG.0303")


def test_the_credential_has_to_be_bound(world: World) -> None:
    world.publish_app(app_code=True, credentials=frozenset({"c2"}))
    assert refusal(world, coded())[:2] == (403, "APIG.0304")


def test_the_second_factor_still_counts(world: World) -> None:
    world.publish_app(app_code=True, authorizer=guard(DENY))
    assert refusal(world, coded())[:2] == (401, "APIG.0305")
