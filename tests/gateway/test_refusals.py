"""Every refusal the gateway can give: status, code, text, gateway response type.

Reference: auth.md sections 1.2, 5.4 and 6. Each case is a function that sets up a
world and gives the request to refuse.
"""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import pytest

from gateway.http import Request
from gateway.snapshot import Identity, ResponseRule
from tests.gateway.world import (
    DATE,
    HOST,
    OTHER_HOST,
    STRANGER,
    STRANGER_SECRET,
    Answer,
    World,
    guarded,
    never,
    replying,
    request,
    signed,
    streamed,
    unread,
    with_header,
)

APP = "Incorrect app authentication information: "
CUSTOM = "Incorrect authentication information: frontend authorizer"
UNPUBLISHED = "The API does not exist or has not been published in the environment."
BROKEN = "Internal server error."
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
Build = Callable[[World], Request]


class Case(NamedTuple):
    """A request to refuse; `type` is None where no group is known to customise it."""

    status: int
    code: str
    message: str
    type: str | None
    build: Build


CASES: list[Case] = []


def refusal(
    status: int, code: str, message: str, kind: str | None
) -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        CASES.append(Case(status, code, message, kind, build))
        return build

    return register


def not_found(message: str, kind: str | None) -> Callable[[Build], Build]:
    return refusal(404, "APIG.0101", message, kind)


def unsigned(detail: str, kind: str = "AUTH_FAILURE") -> Callable[[Build], Build]:
    return refusal(401, "APIG.0303", APP + detail, kind)


def broken(build: Build) -> Build:
    return refusal(500, "APIG.0601", BROKEN, "AUTHORIZER_CONF_FAILURE")(build)


def too_big(status: int, message: str) -> Callable[[Build], Build]:
    return refusal(status, "APIG.0201", message, "DEFAULT_4XX")


@not_found(UNPUBLISHED, None)
def unknown_host(world: World) -> Request:
    world.publish()
    return request("GET", "/orders", ("host", "nobody.test"))


@not_found(UNPUBLISHED, "NOT_FOUND")
def unknown_environment(world: World) -> Request:
    world.publish()
    return request("GET", "/orders", ("x-stage", "NOWHERE"))


@not_found(UNPUBLISHED, "NOT_FOUND")
def published_in_another_environment(world: World) -> Request:
    world.publish(stage="TEST")
    world.publish(req_uri="/other")
    return request()


@not_found(UNPUBLISHED, "NOT_FOUND")
def published_in_another_group(world: World) -> Request:
    world.publish()
    world.publish(group_id="g2", req_uri="/other")
    return request("GET", "/orders", ("host", OTHER_HOST))


@not_found("The API does not exist.", "NOT_FOUND")
def another_method(world: World) -> Request:
    world.publish()
    return request("POST")


@refusal(400, "APIG.0607", "The following protocol is supported: https", "DEFAULT_4XX")
def http_where_https_is_wanted(world: World) -> Request:
    world.publish(req_protocol="HTTPS")
    return request()


@refusal(400, "APIG.0607", "The following protocol is supported: http", "DEFAULT_4XX")
def https_where_http_is_wanted(world: World) -> Request:
    world.publish(req_protocol="HTTP")
    return request(scheme="https")


@refusal(400, "APIG.0201", "API request error.", None)
def two_hosts(world: World) -> Request:
    world.publish()
    return request("GET", "/orders", ("host", HOST), ("host", OTHER_HOST))


@too_big(414, "Request URI too large.")
def a_long_uri(world: World) -> Request:
    world.publish()
    return request("GET", "/orders?q=" + "x" * 32 * 1024)


@too_big(494, "Request headers too large.")
def a_long_header(world: World) -> Request:
    world.publish()
    return request("GET", "/orders", ("x-long", "x" * 32 * 1024))


@too_big(494, "Request headers too large.")
def many_headers(world: World) -> Request:
    world.publish()
    flood = [(f"x-{number}", "x" * 1000) for number in range(132)]
    return request("GET", "/orders", *flood)


@too_big(413, "Request entity too large.")
def a_body_declared_too_large(world: World) -> Request:
    world.publish(req_method="POST")
    declared = ("content-length", str(12 * 1024 * 1024 + 1))
    return request("POST", "/orders", declared, read=unread)


@too_big(413, "Request entity too large.")
def a_body_declared_with_thousands_of_digits(world: World) -> Request:
    world.publish(req_method="POST")
    return request("POST", "/orders", ("content-length", "9" * 5000), read=unread)


@too_big(413, "Request entity too large.")
def a_chunked_body_that_grows_too_large(world: World) -> Request:
    world.publish(req_method="POST")

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1024 * 1024

    return streamed(endless(), ("transfer-encoding", "chunked"))


@too_big(408, "API request error: the request body did not arrive in time.")
def a_body_that_does_not_arrive(world: World) -> Request:
    world.publish(req_method="POST")
    return request("POST", "/orders", ("content-length", "5"), read=never)


@too_big(400, "API request error.")
def a_content_length_that_is_no_number(world: World) -> Request:
    world.publish(req_method="POST")
    return request("POST", "/orders", ("content-length", "-5"), read=unread)


@unsigned("Authorization header is missing", "AUTH_HEADER_MISSING")
def no_authorization(world: World) -> Request:
    world.publish_app()
    return request()


@unsigned("Access or Credential is empty in Authorization")
def a_garbage_authorization(world: World) -> Request:
    world.publish_app()
    return request("GET", "/orders", ("authorization", "\xe9\x01garbage"))


@unsigned("the algorithm must be SDK-HMAC-SHA256")
def another_algorithm(world: World) -> Request:
    world.publish_app()
    call = signed()
    value = call.headers.get(b"authorization") or ""
    return with_header(call, "authorization", value.replace("SHA256", "SM3", 1))


@unsigned("app not found, appkey nobody")
def an_unknown_key(world: World) -> Request:
    world.publish_app()
    return signed(key="nobody")


@unsigned(
    f"verify signature fail, canonicalRequest:GET|/orders/|a=1&b=%20|host:{HOST}|"
    f"x-sdk-date:{DATE}||host;x-sdk-date|{EMPTY}"
)
def a_wrong_secret(world: World) -> Request:
    world.publish_app()
    return signed(secret="wrong", query=[("b", " "), ("a", "1")])


@unsigned("X-Sdk-Date is missing")
def no_date(world: World) -> Request:
    world.publish_app()
    return with_header(signed(), "x-sdk-date", None)


@unsigned("the format of X-Sdk-Date is incorrect")
def a_garbage_date(world: World) -> Request:
    world.publish_app()
    return with_header(signed(), "x-sdk-date", "yesterday")


@unsigned(f"signature expired, signature time:{DATE},server time:20240102T031906Z")
def an_expired_date(world: World) -> Request:
    world.publish_app()
    world.now += 901
    return signed()


@unsigned("X-Sdk-Date is not among SignedHeaders")
def a_date_that_is_not_signed(world: World) -> Request:
    world.publish_app()
    call = signed()
    value = call.headers.get(b"authorization") or ""
    return with_header(call, "authorization", value.replace(";x-sdk-date", ""))


@unsigned("signed header x-user is not in the request")
def a_signed_header_that_was_not_sent(world: World) -> Request:
    world.publish_app()
    return with_header(signed(headers={"X-User": "u"}), "x-user", None)


@unsigned(
    f"verify signature fail, canonicalRequest:POST|/orders/||host:{HOST}|x-sdk-date:"
    f"{DATE}||host;x-sdk-date|"
    "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
)
def an_altered_body(world: World) -> Request:
    world.publish_app(req_method="POST")
    call = signed("POST", body=b"[]")
    call.body = b"{}"
    return call


@unsigned("X-Sdk-Content-Sha256 is not the hash of the body")
def a_declared_hash_of_another_body(world: World) -> Request:
    world.publish_app(req_method="POST")
    return signed("POST", headers={"X-Sdk-Content-Sha256": EMPTY}, body=b"{}")


@refusal(
    403, "APIG.0304", "The app is not authorized to access the API.", "UNAUTHORIZED"
)
def a_credential_that_is_not_bound(world: World) -> Request:
    world.publish_app()
    return signed(key=STRANGER, secret=STRANGER_SECRET)


@refusal(500, "APIG.0601", BROKEN, "DEFAULT_5XX")
def an_authentication_mode_nobody_implements(world: World) -> Request:
    world.publish(auth_type="SOME")
    return signed()


@refusal(401, "APIG.0305", CUSTOM, "AUTHORIZER_IDENTITIES_FAILURE")
def a_missing_identity_header(world: World) -> Request:
    return guarded(world, "", identities=(Identity("HEADER", "X-Token"),))


@refusal(401, "APIG.0305", CUSTOM, "AUTHORIZER_IDENTITIES_FAILURE")
def a_missing_identity_in_the_query(world: World) -> Request:
    return guarded(world, "", identities=(Identity("QUERY", "Test"),))


@refusal(401, "APIG.0305", CUSTOM, "AUTHORIZER_IDENTITIES_FAILURE")
def an_identity_that_does_not_match(world: World) -> Request:
    return guarded(world, "", identities=(Identity("HEADER", "token", "^[0-9]+$"),))


@refusal(401, "APIG.0305", CUSTOM, "AUTHORIZER_FAILURE")
def a_denial(world: World) -> Request:
    return guarded(
        world, replying("""{"statusCode": 200, "body": '{"status":"deny"}'}""")
    )


@refusal(401, "APIG.0305", CUSTOM, "AUTHORIZER_FAILURE")
def the_walkthroughs_denial(world: World) -> Request:
    reply = """json.dumps({"statusCode": 401, "body": '{"status":"deny"}'})"""
    return guarded(world, replying(reply))


@broken
def a_malformed_reply(world: World) -> Request:
    return guarded(world, replying("'not json'"))


@broken
def a_reply_over_1_mb(world: World) -> Request:
    return guarded(world, replying("""{"body": "x" * 1024 * 1024}"""))


@broken
def an_exception_in_the_function(world: World) -> Request:
    return guarded(world, replying("1 / 0"))


@broken
def a_function_that_is_too_slow(world: World) -> Request:
    code = "def handler(event, context):\n    while True: pass\n"
    return guarded(world, code, timeout=300)


@broken
def a_function_that_ends_its_process(world: World) -> Request:
    return guarded(world, "import os\ndef handler(event, context): os._exit(0)\n")


@broken
def a_function_that_is_not_deployed(world: World) -> Request:
    return guarded(world, "", target=None)


@broken
def an_api_that_lost_its_authorizer(world: World) -> Request:
    world.publish(auth_type="AUTHORIZER", authorizer=None)
    return request()


@pytest.fixture(autouse=True)
def _short_wait(world: World) -> None:
    """Wait 0.05 s, not 8, for a body."""
    world.limit(request_body_timeout=50)


def every_case() -> Any:
    ids = [case.build.__name__ for case in CASES]
    return pytest.mark.parametrize("case", CASES, ids=ids)


def check(answer: Answer, case: Case) -> None:
    assert answer.status == case.status
    assert list(answer.json) == ["error_msg", "error_code", "request_id"]
    assert answer.json["error_msg"] == case.message
    assert answer.json["error_code"] == case.code
    assert re.fullmatch("[0-9a-f]{32}", answer.json["request_id"])
    assert answer.headers("X-Request-Id") == [answer.json["request_id"]]
    assert answer.headers("Server") == ["api-gateway"]
    assert answer.headers("Content-Type") == ["application/json"]


@every_case()
def test_every_refusal_is_the_documented_one(world: World, case: Case) -> None:
    check(world.send(case.build(world)), case)


@every_case()
def test_every_refusal_is_the_last_step_of_its_trace(world: World, case: Case) -> None:
    answer = world.trace(case.build(world))
    check(answer, case)
    last = answer.trace[-1]
    assert (last.decision, last.detail["code"]) == ("refused", case.code)
    assert last.detail["reason"]


@every_case()
def test_every_refusal_can_be_customised_by_its_type(world: World, case: Case) -> None:
    call = case.build(world)
    kinds = {other.type for other in CASES if other.type}
    edited = {kind: ResponseRule(299, "$context.error.type") for kind in kinds}
    world.customise(edited)
    answer = world.send(call)
    if case.type is None:
        check(answer, case)
    else:
        assert (answer.status, answer.response.body) == (299, case.type.encode())
