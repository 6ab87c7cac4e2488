"""The caller's address behind a proxy."""

from dataclasses import replace

import pytest

from gateway.client_address import client_address
from gateway.snapshot import Acl, Settings
from tests.gateway.world import World, request

FORWARDED = (
    ("x-forwarded-for", "198.51.100.1, 198.51.100.2"),
    ("x-forwarded-for", "198.51.100.3"),
)


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (None, "192.0.2.7"),
        (-1, "198.51.100.3"),
        (0, "198.51.100.1"),
        (1, "198.51.100.2"),
        (-3, "198.51.100.1"),
        (3, "192.0.2.7"),
        (-4, "192.0.2.7"),
    ],
)
def test_an_entry_of_x_forwarded_for_counts_from_either_end(
    index: int | None, wanted: str
) -> None:
    call = request("GET", "/orders", *FORWARDED)
    assert client_address(call, Settings(xff_index=index)) == wanted


def test_a_header_may_say_the_address() -> None:
    settings = Settings(real_ip_header="X-Name")
    call = request("GET", "/orders", ("x-name", " 198.51.100.9 "))
    assert client_address(call, settings) == "198.51.100.9"
    assert client_address(request(), settings) == "192.0.2.7"


def test_policies_look_at_that_address(world: World) -> None:
    settings = replace(world.snapshot.settings, xff_index=-1)
    world.snapshot = replace(world.snapshot, settings=settings).prepare()
    world.publish(acls=(Acl("a1", "list", "PERMIT", "IP", ("198.51.100.3",)),))
    assert world.send(request("GET", "/orders", *FORWARDED)).status == 200
    assert world.send(request()).status == 403


def test_an_address_that_is_none_is_refused_where_a_list_is_bound(
    world: World,
) -> None:
    settings = replace(world.snapshot.settings, xff_index=-1)
    world.snapshot = replace(world.snapshot, settings=settings).prepare()
    world.publish(acls=(Acl("a1", "list", "DENY", "IP", ("198.51.100.3",)),))
    answer = world.send(request("GET", "/orders", ("x-forwarded-for", "unknown")))
    assert answer.json["error_code"] == "APIG.0401"
