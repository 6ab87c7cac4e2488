"""Access control by address, account and credential."""

from dataclasses import replace

import pytest

from gateway.snapshot import Acl
from tests.gateway.world import AK, SK, USER, World, request, signed

OFFICE = ("192.0.2.0/24", "2001:db8::/32")


def addresses(effect: str, *values: str) -> Acl:
    return Acl(f"acl {effect}", f"{effect} list", effect, "IP", values)


def status(world: World, client: str) -> int:
    return world.send(request(client=client)).status


@pytest.mark.parametrize(
    ("effect", "inside", "outside"), [("PERMIT", 200, 403), ("DENY", 403, 200)]
)
def test_a_list_of_addresses_lets_in_or_keeps_out(
    world: World, effect: str, inside: int, outside: int
) -> None:
    world.publish(acls=(addresses(effect, *OFFICE),))
    assert status(world, "192.0.2.255") == status(world, "2001:db8::9") == inside
    assert status(world, "192.0.3.0") == status(world, "2001:db9::9") == outside


def test_a_refused_address_is_told_so(world: World) -> None:
    world.publish(acls=(addresses("PERMIT", "198.51.100.1"),))
    answer = world.trace(request())
    assert (answer.status, answer.json["error_code"]) == (403, "APIG.0402")
    wanted = "The IP address is not authorized to access the API."
    assert answer.json["error_msg"] == wanted
    assert answer.step("IP access control").detail["reason"] == (
        "192.0.2.7 is refused by PERMIT list"
    )


@pytest.mark.parametrize("effect", ["PERMIT", "DENY"])
def test_an_unknown_address_is_refused(world: World, effect: str) -> None:
    world.publish(acls=(addresses(effect, *OFFICE),))
    answer = world.send(request(client=""))
    assert (answer.status, answer.json["error_code"]) == (403, "APIG.0401")


def test_an_address_is_checked_before_anybody_is_asked_who_calls(world: World) -> None:
    world.publish_app(acls=(addresses("DENY", "0.0.0.0/0"),))
    assert world.send(signed(secret="wrong")).json["error_code"] == "APIG.0402"


def test_a_credential_may_have_addresses_of_its_own(world: World) -> None:
    first, *others = world.snapshot.credentials
    mine = replace(first, acl=addresses("PERMIT", "198.51.100.1-198.51.100.9"))
    world.snapshot = replace(world.snapshot, credentials=(mine, *others)).prepare()
    world.publish_app(credentials=frozenset({"c1", "c2"}))
    call = signed()
    answer = world.send(call)
    assert (answer.status, answer.json["error_code"]) == (403, "APIG.0405")
    wanted = "The app is not accessed from a trusted IP address."
    assert answer.json["error_msg"] == wanted
    call.client = "198.51.100.5"
    assert world.send(call).status == 200


def accounts(effect: str, entity_type: str, *values: str) -> Acl:
    return Acl(f"{effect} {entity_type}", "accounts", effect, entity_type, values)


NAMED, OTHER = USER.domain_name, "somebody else"


@pytest.mark.parametrize(
    ("lists", "wanted"),
    [
        ([("PERMIT", "DOMAIN", NAMED)], 200),
        ([("PERMIT", "DOMAIN", OTHER)], 403),
        ([("DENY", "DOMAIN", NAMED)], 403),
        ([("DENY", "DOMAIN_ID", USER.domain_id)], 403),
        ([("DENY", "DOMAIN_ID", OTHER)], 200),
        # Of the same effect both count, of two effects only the white list.
        ([("PERMIT", "DOMAIN", NAMED), ("PERMIT", "DOMAIN_ID", OTHER)], 403),
        ([("DENY", "DOMAIN", OTHER), ("DENY", "DOMAIN_ID", USER.domain_id)], 403),
        ([("PERMIT", "DOMAIN", NAMED), ("DENY", "DOMAIN_ID", USER.domain_id)], 200),
    ],
)
def test_accounts_are_let_in_or_kept_out(
    world: World, lists: list[tuple[str, str, str]], wanted: int
) -> None:
    world.publish_iam(acls=tuple(accounts(*each) for each in lists))
    answer = world.send(signed(key=AK, secret=SK))
    assert answer.status == wanted
    if wanted == 403:
        assert answer.json["error_code"] == "APIG.0302"


def test_address_and_account_have_to_be_permitted_both(world: World) -> None:
    names = accounts("PERMIT", "DOMAIN", NAMED)
    world.publish_iam(acls=(names, addresses("PERMIT", "198.51.100.1")))
    call = signed(key=AK, secret=SK)
    assert world.send(call).json["error_code"] == "APIG.0402"
    call.client = "198.51.100.1"
    assert world.send(call).status == 200


def test_lists_of_accounts_act_on_iam_authentication_only(world: World) -> None:
    world.publish_app(acls=(accounts("PERMIT", "DOMAIN", OTHER),))
    assert world.send(signed()).status == 200
