"""Which member a call goes to: shares, turns, standbys, and what hashing keeps."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from gateway.backends.balance import Balancer
from gateway.snapshot.channel import SOURCE_HASH, URI_HASH, WLC, WRR, Channel, Member


def member(number: int, **fields: Any) -> Member:
    return Member(f"m{number}", f"10.0.0.{number}", 80, **fields)


def channel(*members: Member, **fields: Any) -> Channel:
    return Channel("ch", "channel", members=members, **fields)


def picks(balancer: Balancer, calls: int, key: str = "") -> str:
    """The last digit of each member picked."""
    found = [balancer.pick(key) for _ in range(calls)]
    return "".join(m.host[-1] if m else "-" for m in found)


def test_round_robin_gives_each_its_weight_and_mixes_the_turns() -> None:
    balancer = Balancer(channel(member(1, weight=5), member(2), member(3)))
    assert picks(balancer, 14) == "11213111121311"


def test_a_group_shares_its_weight_among_its_members() -> None:
    members = (
        member(1, group_id="a"),
        member(2, group_id="a", weight=3),
        member(3, group_id="b"),
    )
    balancer = Balancer(channel(*members, groups=(("a", 80), ("b", 20))))
    assert Counter(picks(balancer, 100)) == {"1": 20, "2": 60, "3": 20}


@pytest.mark.parametrize("strategy", [WRR, WLC, SOURCE_HASH, URI_HASH])
def test_members_that_may_not_be_called_are_not(strategy: int) -> None:
    members = (
        member(1, enabled=False),
        member(2, weight=0),
        member(3),
        member(4, group_id="idle"),
        member(5),
        member(6, is_backup=True),
    )
    balancer = Balancer(
        channel(*members, groups=(("idle", 0),), balance_strategy=strategy)
    )
    balancer.loads["10.0.0.5:80"].healthy = False
    assert picks(balancer, 10) == "3" * 10


@pytest.mark.parametrize("strategy", [WRR, WLC, SOURCE_HASH, URI_HASH])
def test_a_standby_takes_over_when_all_others_are_down_and_gives_back(
    strategy: int,
) -> None:
    both = channel(member(1), member(2, is_backup=True), balance_strategy=strategy)
    balancer = Balancer(both)
    first = balancer.loads["10.0.0.1:80"]
    assert picks(balancer, 3) == "111"
    first.healthy = False
    assert picks(balancer, 3) == "222"
    balancer.loads["10.0.0.2:80"].healthy = False
    assert picks(balancer, 2) == "--"
    first.healthy = True
    assert picks(balancer, 3) == "111"


def test_a_channel_without_members_has_nobody() -> None:
    assert Balancer(channel()).pick("") is None


def test_least_connections_looks_at_calls_under_way_and_weight() -> None:
    balancer = Balancer(channel(member(1), member(2, weight=3), balance_strategy=WLC))
    first, second = balancer.loads.values()
    first.active, second.active = 1, 1
    assert picks(balancer, 2) == "22"
    second.active = 8
    assert picks(balancer, 2) == "11"


def test_least_connections_takes_equals_in_turn() -> None:
    balancer = Balancer(channel(member(1), member(2), balance_strategy=WLC))
    assert Counter(picks(balancer, 10)) == {"1": 5, "2": 5}


def test_a_member_that_failed_the_call_already_comes_last() -> None:
    balancer = Balancer(channel(member(1), member(2)))
    for _ in range(4):
        assert balancer.pick("", {"10.0.0.1:80"}) == balancer.channel.members[1]
    tried = {"10.0.0.1:80", "10.0.0.2:80"}
    assert balancer.pick("", tried) is not None


@pytest.mark.parametrize("strategy", [SOURCE_HASH, URI_HASH])
def test_hashing_keeps_a_key_with_its_member_and_spreads_keys(strategy: int) -> None:
    members = tuple(member(n) for n in range(1, 6))
    balancer = Balancer(channel(*members, balance_strategy=strategy))
    keys = [f"192.0.2.{n}" for n in range(256)]
    before = {key: balancer.pick(key) for key in keys}
    assert before == {key: balancer.pick(key) for key in keys}
    spread = Counter(m.host for m in before.values() if m)
    assert len(spread) == 5
    assert max(spread.values()) < 3 * min(spread.values())


def test_hashing_moves_only_the_keys_of_a_member_that_is_down() -> None:
    members = tuple(member(n) for n in range(1, 6))
    balancer = Balancer(channel(*members, balance_strategy=SOURCE_HASH))
    keys = [f"192.0.2.{n}" for n in range(256)]
    before = {key: balancer.pick(key) for key in keys}
    balancer.loads["10.0.0.3:80"].healthy = False
    for key, owner in before.items():
        now = balancer.pick(key)
        assert now is not None and owner is not None
        assert now.host != "10.0.0.3"
        assert now == owner or owner.host == "10.0.0.3"


def test_hashing_honours_weights() -> None:
    balancer = Balancer(
        channel(member(1), member(2, weight=4), balance_strategy=SOURCE_HASH)
    )
    spread = Counter(picks(balancer, 1, f"key{n}") for n in range(2000))
    assert 2.5 < spread["2"] / spread["1"] < 6


def test_a_new_version_of_a_channel_knows_who_is_down_and_who_is_busy() -> None:
    old = Balancer(channel(member(1), member(2)))
    old.loads["10.0.0.1:80"].healthy = False
    old.loads["10.0.0.2:80"].active = 3
    new = Balancer(channel(replace(member(1), weight=5), member(2), member(3)), old)
    assert Counter(picks(new, 4)) == {"2": 2, "3": 2}
    assert new.loads["10.0.0.2:80"].active == 3


def test_an_ipv6_member_has_an_address_with_brackets() -> None:
    assert Member("m", "::1", 8080).address == "[::1]:8080"
