"""System parameters (reference: api.md section 4.2)."""

import socket
from ipaddress import ip_address

import pytest

from gateway.call import Call
from gateway.policies.system import system_value
from gateway.snapshot import Credential
from tests.gateway.world import World, request


def called(world: World) -> Call:
    call = Call(request(), world.gateway.services)
    call.api = world.publish()
    call.stage = "RELEASE"
    call.frontend, call.backend_context = {"user": "u1"}, {"token": "t1"}
    call.credential = Credential("c1", "app", "key", "secret")
    return call


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sourceIp", "192.0.2.7"),
        ("stage", "RELEASE"),
        ("apiId", "a1"),
        ("apiName", "api1"),
        ("appId", "c1"),
        ("appName", "app"),
        ("handleTime", "2024-01-02T03:04:05Z"),
        ("serverName", socket.gethostname()),
        ("authorizer.frontend.user", "u1"),
        ("authorizer.backend.token", "t1"),
    ],
)
def test_a_name_stands_for_a_fact_of_the_call(
    world: World, name: str, value: str
) -> None:
    assert system_value(f"$context.{name}")(called(world)) == [value]


def test_the_request_and_the_server_have_their_own_values(world: World) -> None:
    call = called(world)
    assert system_value("$context.requestId")(call) == [call.request_id]
    [address] = system_value("$context.serverAddr")(call)
    assert ip_address(address)


@pytest.mark.parametrize(
    "name",
    [
        "authorizer.frontend.User",
        "authorizer.frontend.token",
        "authorizer.backend.user",
        "providerAppId",
        "member_group_name",
    ],
)
def test_what_is_not_there_is_not_sent(world: World, name: str) -> None:
    assert system_value(f"$context.{name}")(called(world)) == []


def test_a_call_of_nobody_has_no_credential(world: World) -> None:
    call = called(world)
    call.credential = None
    assert system_value("$context.appId")(call) == []
