"""The order of the phases, the trace, and what every refusal looks like."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway import backends, pipeline
from gateway.app import Gateway
from gateway.backends import channel
from gateway.call import Call
from gateway.http import Response
from gateway.policies import (
    acl,
    app_auth,
    app_code,
    app_variants,
    backend_auth,
    backend_policy,
    breaker,
    carry,
    compression,
    cors,
    custom_auth,
    domain,
    iam_auth,
    jwt_auth,
    kafka_log,
    limits,
    mapping,
    oidc_auth,
    orchestration,
    parameters,
    proxy_cache,
    proxy_mirror,
    routing,
    set_resp_headers,
    signature,
    third_auth,
    throttling,
)
from gateway.snapshot import Api, Backend, MockInfo, ResponseRule
from gateway.source import File
from tests.gateway.world import (
    World,
    guard,
    replying,
    request,
    signed,
    with_header,
)

ALLOW = replying("""{"statusCode": 200, "body": json.dumps({"status": "allow"})}""")


def test_the_order_of_the_phases_is_the_documented_one() -> None:
    expected = (
        ("configuration", routing.load_configuration),
        ("domain name", domain.match_host),
        ("match route", routing.match_route),
        ("plain HTTP", domain.leave_http),
        ("protocol", limits.check_protocol),
        ("Kafka log", kafka_log.prepare),
        ("debugging domain", domain.count_call),
        ("request head limits", limits.check_head),
        ("CORS preflight", cors.preflight),
        ("IP access control", acl.check_address),
        ("API and IP throttling", throttling.count),
        ("request body", limits.read_body),
        ("OpenID Connect", oidc_auth.authenticate),
        ("JWT authentication", jwt_auth.authenticate),
        ("third-party authorizer", third_auth.authenticate),
        ("IAM authentication", iam_auth.authenticate),
        ("AppCode", app_code.check_code),
        ("other app authentication", app_variants.check),
        ("app signature", app_auth.verify_signature),
        ("credential authorization", app_auth.check_authorization),
        ("credential access control", acl.check_app),
        ("account access control", acl.check_account),
        ("caller throttling and quota", throttling.count_caller),
        ("custom authorizer", custom_auth.authorize),
        ("parameters", parameters.check_parameters),
        ("orchestration", orchestration.orchestrate),
        ("backend policy", backend_policy.choose_backend),
        ("response cache", proxy_cache.look_up),
        ("circuit breaker", breaker.check),
        ("backend authorizer", backend_auth.authorize),
        ("load balance channel", channel.choose),
        ("parameter mapping", mapping.build_outgoing),
        ("carried headers", carry.apply),
        ("request mirroring", proxy_mirror.mirror),
        ("backend signature", signature.sign),
        ("backend", backends.send),
    )
    assert expected == tuple(phase[:2] for phase in pipeline.REQUEST)


def _planned(api: Api) -> tuple[object, ...]:
    """The phases of an API, without what they are given."""
    return tuple(getattr(run, "func", run) for run in pipeline.plan(api))


def test_a_call_pays_for_no_phase_that_its_api_does_without(world: World) -> None:
    always = (domain.count_call, limits.check_head, limits.read_body)
    assert _planned(world.publish()) == (*always, backends.send)
    assert _planned(world.publish_app(req_protocol="HTTP")) == (
        limits.check_protocol,
        *always,
        app_auth.verify_signature,
        app_auth.check_authorization,
        # What a credential brings along.
        acl.check_app,
        throttling.count_caller,
        backends.send,
    )


def test_a_plan_is_made_once_for_an_api_and_again_for_its_next_version(
    world: World,
) -> None:
    api = world.publish()
    assert pipeline.plan(api) is pipeline.plan(api)
    world.change(auth_type="APP")
    assert world.send(request()).json["error_code"] == "APIG.0303"


@pytest.mark.parametrize("auth_type", ["", "IAMM", "app", "UNMATCHED"])
def test_an_authentication_nobody_knows_is_never_skipped(
    world: World, auth_type: str
) -> None:
    world.publish(auth_type=auth_type)
    assert world.send(request()).status == 500
    assert world.trace(request()).status == 500


def test_a_call_that_passes_has_a_step_for_each_phase(world: World) -> None:
    api = world.publish_app(authorizer=guard(ALLOW))
    answer = world.trace(signed())
    assert answer.status == 200
    assert [step.phase for step in answer.trace] == [p.name for p in pipeline.REQUEST]
    # What only the credential tells, and it says nothing.
    idle = ("credential access control", "caller throttling and quota")
    for step, phase in zip(answer.trace[:-1], pipeline.REQUEST, strict=False):
        skipped = phase.skips(api) or phase.name in idle
        wanted = "skipped" if skipped else "passed"
        assert (step.phase, step.decision) == (phase.name, wanted)
    assert answer.trace[-1].decision == "answered"
    assert all(step.duration_ms > 0 for step in answer.trace)


def test_a_step_says_why_its_phase_was_skipped(world: World) -> None:
    api = world.publish()
    because = {
        step.phase: step.detail["because"]
        for step in world.trace(request()).trace
        if step.decision == "skipped"
    }
    assert because == {p.name: p.skips(api) for p in pipeline.REQUEST if p.skips(api)}
    assert because["protocol"] == "the API takes HTTP and HTTPS"
    assert because["app signature"] == "the authentication mode is NONE"
    assert because["parameter mapping"] == "a Mock is sent nothing"


def test_a_trace_ends_at_the_phase_that_refused_and_says_why(world: World) -> None:
    world.publish_app(credentials=frozenset())
    last = world.trace(signed()).trace[-1]
    assert (last.phase, last.decision) == ("credential authorization", "refused")
    assert last.detail == {
        "code": "APIG.0304",
        "reason": "credential app is not bound to api1 in RELEASE",
    }


def test_a_trace_holds_no_secret(world: World) -> None:
    world.publish_app(authorizer=guard(ALLOW))
    assert "demoAppSecret" not in repr(world.trace(signed()).trace)


def test_a_traced_call_is_answered_as_any_other(world: World) -> None:
    world.publish_app()
    plain, traced = world.send(signed()), world.trace(signed())
    assert traced.response.whole == plain.response.body
    names = [[name for name, _ in a.response.headers] for a in (plain, traced)]
    assert names[0] == names[1]
    assert plain.trace == []


@pytest.mark.parametrize("traced", [False, True])
def test_a_phase_that_fails_unexpectedly_refuses_and_is_logged(
    world: World, traced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish_app()
    # A clock that is no number makes the signature phase fail half-way.
    world.now = "noon"  # type: ignore[assignment]
    call = with_header(signed(), "host", "localhost")
    answer = (world.trace if traced else world.send)(call)
    assert (answer.status, answer.json["error_code"]) == (500, "APIG.0601")
    assert answer.json["error_msg"] == "Internal server error."
    [record] = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert answer.json["request_id"] in record.getMessage()
    assert record.exc_info is not None
    if traced:
        last = answer.trace[-1]
        assert (last.phase, last.decision) == ("app signature", "refused")
        assert last.detail["code"] == "APIG.0601"


def test_every_response_names_the_server_and_the_request(world: World) -> None:
    world.publish()
    answer = world.send(request())
    assert answer.headers("Server") == ["api-gateway"]
    [request_id] = answer.headers("X-Request-Id")
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    assert answer.headers("Content-Length") == [str(len(answer.response.whole))]
    assert answer.headers("X-Apig-Latency") == []


def test_two_requests_have_two_ids(world: World) -> None:
    world.publish()
    ids = [world.send(request()).headers("X-Request-Id") for _ in range(2)]
    assert ids[0] != ids[1]


def test_debug_mode_adds_the_latency_in_milliseconds(world: World) -> None:
    world.publish()
    answer = world.send(request("GET", "/orders", ("x-apig-mode", "debug")))
    [latency] = answer.headers("X-Apig-Latency")
    assert re.fullmatch("[0-9]+", latency)


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_is_sent_without_one(
    world: World, status: int
) -> None:
    world.publish(backend=Backend(MockInfo(status, "ignored")))
    answer = world.send(request())
    assert (answer.status, answer.response.whole) == (status, b"")
    assert answer.headers("Content-Length") == []


def test_a_customised_response_can_use_what_the_call_found_out(world: World) -> None:
    body = "|".join(
        f"$context.{name}"
        for name in (
            *("requestId", "stage", "sourceIp", "reqPath", "reqUri", "reqMethod"),
            *("apiId", "apiName", "appId", "appName", "authorizer.frontend.user"),
        )
    )
    code = replying(
        """{"body": json.dumps({"status": "deny", "context": {"user": "u1"}})}"""
    )
    world.publish_app(authorizer=guard(code), req_uri="/a/b")
    world.customise({"AUTHORIZER_FAILURE": ResponseRule(401, body)})
    answer = world.send(signed(path="/a%2Fb", query=[("q", "1")]))
    [request_id] = answer.headers("X-Request-Id")
    assert answer.response.whole.decode() == (
        f"{request_id}|RELEASE|192.0.2.7|/a/b|/a%2Fb?q=1|GET|a1|api1|c1|app|u1"
    )


def test_an_apis_own_gateway_response_comes_before_its_groups(world: World) -> None:
    world.publish_app()
    world.customise({"AUTH_HEADER_MISSING": ResponseRule(470, "group")})
    world.change(responses={"AUTH_HEADER_MISSING": ResponseRule(471, "api")})
    assert world.send(request()).status == 471
    world.customise({"NOT_FOUND": ResponseRule(472, "group")})
    assert world.send(request("GET", "/nothing")).status == 472


def test_configuration_of_the_moment_serves_the_whole_call(world: World) -> None:
    world.publish()
    call = Call(request(), world.gateway.services)
    assert routing.load_configuration(call) is None
    assert domain.match_host(call) is None
    world.snapshot = replace(world.snapshot, apis=())
    assert routing.match_route(call) is None
    assert isinstance(backends.send(call), Response)


def test_without_any_configuration_every_call_is_refused(
    world: World, tmp_path: Path
) -> None:
    key_file = tmp_path / "key"
    key_file.write_bytes(Fernet.generate_key())
    source = File(tmp_path / "nothing", key_file)
    world.gateway = Gateway(source, world.gateway.services.functions)
    answer = world.send(request())
    assert (answer.status, answer.json["error_code"]) == (500, "APIG.0606")
    assert answer.json["error_msg"] == "Failed to load the API configurations."
    assert answer.headers("X-Request-Id") == [answer.json["request_id"]]


def test_the_order_of_what_is_done_to_answers_is_the_documented_one() -> None:
    expected = (
        ("circuit breaker record", breaker.record),
        ("response cache store", proxy_cache.store),
        ("response headers", set_resp_headers.apply),
        ("CORS headers", cors.apply),
        ("Kafka log push", kafka_log.push),
        ("compression", compression.compress),
    )
    assert expected == tuple(later[:2] for later in pipeline.RESPONSE)


def test_an_answer_goes_through_no_phase_that_its_api_does_without(
    world: World,
) -> None:
    assert pipeline.changes(world.publish()) == ()


@pytest.mark.parametrize("traced", [False, True])
def test_a_change_of_an_answer_that_fails_is_a_refusal(
    world: World, traced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(call: Call, answer: Response) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pipeline, "RESPONSE", (pipeline.Later("breaks", fail),))
    world.publish()
    answer = world.trace(request()) if traced else world.send(request())
    assert answer.status == 500
    assert b"mock" not in answer.response.whole
