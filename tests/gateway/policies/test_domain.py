"""The name a call came in by: which group it reaches, and over what."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.policies.domain import host_name
from gateway.snapshot import Certificate, Domain, Settings
from tests.gateway.world import HOST, OTHER_HOST, Answer, World, request

CERTIFICATE = Certificate("cert1", "own", "PEM", "PEM")


def reached(world: World, host: str, **more: Any) -> str:
    """What the Mock said, or the status of the refusal."""
    answer = world.send(request("GET", "/orders", ("host", host), **more))
    response = answer.response
    return response.whole.decode() if answer.status == 200 else str(answer.status)


def own(world: World, *domains: Domain, group: str = "g2") -> None:
    """Give a group names of its own, and an API."""
    known = [
        replace(g, domains=domains) if g.id == group else g
        for g in world.snapshot.groups
    ]
    world.snapshot = replace(world.snapshot, groups=tuple(known)).prepare()
    wants = any(domain.wants_tls for domain in domains)
    world.publish(group_id=group, wants_tls=wants)


def limited(world: World, calls: int) -> None:
    limits = Settings(sl_domain_calls=calls)
    world.snapshot = replace(world.snapshot, settings=limits).prepare()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("a.test", "a.test"),
        ("A.Test:8080", "a.test"),
        ("a.test.", "a.test"),
        ("a.test.:80", "a.test"),
        ("127.0.0.1:8080", "127.0.0.1"),
        ("[::1]:8443", "::1"),
        ("[::1]", "::1"),
        ("[::1", "::1"),
        ("", ""),
        (":80", ""),
    ],
)
def test_a_host_is_named_without_port_in_lower_case(host: str, name: str) -> None:
    assert host_name(host) == name


@pytest.mark.parametrize(
    "host",
    [
        HOST,
        HOST.upper(),
        f"{HOST}:8080",
        f"{HOST}.",
        "localhost",
        "localhost:8080",
        "127.0.0.1:8080",
        "192.0.2.1",
        "[::1]:8443",
        "",
    ],
)
def test_the_default_group_answers_to_its_name_and_to_a_plain_address(
    world: World, host: str
) -> None:
    world.publish()
    assert reached(world, host) == "mock 1"


def test_another_group_answers_to_its_name_only(world: World) -> None:
    world.publish(group_id="g2")
    assert reached(world, OTHER_HOST) == "mock 1"
    assert reached(world, HOST) == "404"
    assert reached(world, "127.0.0.1") == "404"
    assert reached(world, "localhost") == "404"


@pytest.mark.parametrize("host", ["apig.localhost", "x.g1.apig.localhost", "g1", "é"])
def test_no_group_answers_to_another_name(world: World, host: str) -> None:
    world.publish()
    assert reached(world, host) == "404"


def test_a_request_without_host_reaches_the_default_group(world: World) -> None:
    world.publish()
    call = request()
    call.headers = type(call.headers)([])
    assert world.send(call).status == 200


def test_a_group_answers_to_names_of_its_own(world: World) -> None:
    own(world, Domain("www.example.com"))
    assert reached(world, "www.example.com") == "mock 1"
    assert reached(world, "WWW.example.com:8080") == "mock 1"
    assert reached(world, "example.com") == "404"
    assert reached(world, OTHER_HOST) == "mock 1"


def test_a_wildcard_takes_every_name_below_an_exact_name_comes_first(
    world: World,
) -> None:
    own(world, Domain("*.example.com"), Domain("*.eu.example.com"))
    own(world, Domain("www.example.com"), group="g1")
    assert reached(world, "api.example.com") == "mock 1"
    assert reached(world, "a.b.example.com:8080") == "mock 1"
    assert reached(world, "www.example.com") == "mock 2"
    assert reached(world, "example.com") == "404"
    assert reached(world, "*.example.com") == "mock 1"
    assert reached(world, "." * 300 + "example.com") == "404"


def test_a_name_that_is_off_for_a_protocol_is_not_there(world: World) -> None:
    own(world, Domain("a.test", http=False), Domain("b.test", https=False))
    assert reached(world, "a.test") == "404"
    assert reached(world, "a.test", scheme="https") == "mock 1"
    assert reached(world, "b.test") == "mock 1"
    assert reached(world, "b.test", scheme="https") == "404"


@pytest.mark.parametrize(
    ("host", "location"),
    [
        ("www.example.com", "https://www.example.com/orders?a=%20b"),
        ("WWW.Example.com.:8080", "https://www.example.com:8443/orders?a=%20b"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_http_is_redirected_to_where_https_is(
    world: World, method: str, host: str, location: str
) -> None:
    own(world, _redirecting())
    world.change(req_method="ANY", req_protocol="HTTPS")
    answer = world.send(request(method, "/orders?a=%20b", ("host", host)))
    assert (answer.status, answer.headers("location")) == (301, [location])
    assert answer.response.body == b""


def test_a_port_of_the_domain_s_own_is_where_https_is(world: World) -> None:
    own(world, replace(_redirecting(), https_port=9443, public_https_port=9443))
    answer = world.send(request("GET", "/orders", ("host", "www.example.com")))
    assert answer.headers("location") == ["https://www.example.com:9443/orders"]


def test_what_is_not_redirected_is_answered_as_ever(world: World) -> None:
    own(world, _redirecting())
    world.change(req_method="ANY", wants_tls=True)
    host = ("host", "www.example.com")
    assert world.send(request("POST", "/orders", host)).status == 200
    assert world.send(request("GET", "/orders", host, scheme="https")).status == 200
    assert reached(world, OTHER_HOST) == "mock 1"
    world.change(req_protocol="HTTP")
    assert world.send(request("GET", "/orders", host)).status == 200
    world.change(req_protocol="HTTPS")
    refused = world.send(request("POST", "/orders", host))
    assert refused.json["error_code"] == "APIG.0607"


def test_without_a_certificate_nobody_is_redirected(world: World) -> None:
    own(world, replace(_redirecting(), certificates=()))
    assert reached(world, "www.example.com") == "mock 1"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_certificate_of_callers_is_never_done_without(
    world: World, scheme: str
) -> None:
    trusting = replace(CERTIFICATE, trusted_root_ca="PEM")
    own(
        world,
        Domain(
            "a.test",
            certificates=(trusting,),
            verified_client_certificate_enabled=True,
        ),
    )
    # There is no TLS that the gateway itself has seen.
    host = ("host", "a.test")
    answer = world.send(request("GET", "/orders", host, scheme=scheme))
    assert (answer.status, answer.json["error_code"]) == (400, "APIG.0205")
    assert answer.json["error_msg"] == "Verify client certificate failed"


def test_a_debugging_domain_takes_so_many_calls_a_day(world: World) -> None:
    own(world, Domain("www.example.com"), group="g1")
    world.publish(group_id="g2")
    limited(world, 3)
    assert [reached(world, HOST) for _ in range(5)] == ["mock 1"] * 3 + ["429"] * 2
    refused = _call(world, HOST)
    assert refused.json["error_code"] == "APIG.0308"
    assert refused.json["error_msg"] == "The throttling threshold has been reached."
    # Other names, and other groups, have calls of their own.
    assert reached(world, "www.example.com") == reached(world, "127.0.0.1") == "mock 1"
    assert reached(world, OTHER_HOST) == "mock 2"
    world.now += 24 * 60 * 60 - 1
    assert reached(world, HOST) == "429"
    world.now += 1
    assert reached(world, HOST) == "mock 1"


def test_a_call_that_reaches_no_api_does_not_count(world: World) -> None:
    world.publish()
    limited(world, 1)
    assert world.send(request("GET", "/nothing")).status == 404
    assert _call(world, HOST).status == 200
    assert _call(world, HOST).status == 429


def test_the_trace_says_which_name_it_was(world: World) -> None:
    own(world, Domain("*.example.com"))
    call = request("GET", "/orders", ("host", "a.example.com"))
    detail = world.trace(call).step("domain name").detail
    assert detail == {"group": "other", "domain": "*.example.com"}
    detail = world.trace(request("GET", "/orders")).step("domain name").detail
    assert detail == {"group": "DEFAULT", "domain": "given by the system"}


def _call(world: World, host: str) -> Answer:
    return world.send(request("GET", "/orders", ("host", host)))


def _redirecting() -> Domain:
    return Domain(
        "www.example.com",
        is_http_redirect_to_https=True,
        https_port=8443,
        certificates=(CERTIFICATE,),
    )


def test_the_trace_says_that_no_group_answers(world: World) -> None:
    answer = world.trace(request("GET", "/orders", ("host", "a.test")))
    reason = answer.step("domain name").detail["reason"]
    assert reason == "no API group answers to the host 'a.test'"


def test_of_plain_addresses_only_trusted_ones_lead_to_the_group_default(
    world: World,
) -> None:
    world.publish()
    assert reached(world, "192.0.2.1") == "mock 1"
    world.limit(trusted_hosts=("192.0.2.9", "2001:db8::1"))
    for host in ("192.0.2.9", "[2001:db8::1]:80", "127.0.0.1", "[::1]", "localhost"):
        assert reached(world, host) == "mock 1"
    for host in ("192.0.2.1", "[2001:db8::2]", "1.2.3"):
        assert reached(world, host) == "404"
    assert reached(world, HOST) == "mock 1"
