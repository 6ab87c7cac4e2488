"""Which member of a channel a call goes to (policies.md sections 6.1 and 6.2).

Nothing here connects to anything: a balancer is told which members are well, and
how many calls each has.
"""

import hashlib
from bisect import bisect
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from gateway.snapshot.channel import SOURCE_HASH, URI_HASH, WLC, WRR, Channel, Member

# Points on the ring of a member of average weight: enough to spread evenly.
_POINTS = 100


@dataclass(slots=True)
class Load:
    """What a balancer remembers of a member: health, calls under way, its turn."""

    healthy: bool = True
    active: int = 0
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class _Share:
    member: Member
    load: Load
    weight: float


class Balancer:
    """Picks members of one channel. Not thread-safe: it belongs to an event loop."""

    def __init__(self, channel: Channel, before: "Balancer | None" = None) -> None:
        """`before` is the balancer of the channel's last version."""
        self.channel = channel
        known: dict[str, Load] = before.loads if before else {}
        self.loads: dict[str, Load] = {
            m.address: known.get(m.address) or Load() for m in channel.members
        }
        self._ring = _Ring()

    def pick(
        self, key: str, tried: Collection[str] = (), group: str | None = None
    ) -> Member | None:
        """The member for a call, or None when there is none.

        `key` is what a hashing channel looks at; members at the addresses `tried`
        come last. With `group` only those of one member group count.
        """
        shares = self._shares(tried, group) or (
            self._shares((), group) if tried else []
        )
        if not shares:
            return None
        return _PICK[self.channel.balance_strategy](self, shares, key)

    def _shares(self, tried: Collection[str], group: str | None) -> list[_Share]:
        """The members that can take the call: a standby only without any other."""
        for standby in (False, True):
            well = [
                m
                for m in self.channel.members
                if m.enabled
                and m.weight > 0
                and m.is_backup is standby
                and m.address not in tried
                and group in (None, m.group_id)
                and self.loads[m.address].healthy
            ]
            if shares := self._weighed(well):
                return shares
        return []

    def _weighed(self, members: Sequence[Member]) -> list[_Share]:
        """Members share the weight of their group by their own weights."""
        groups = dict(self.channel.groups)
        totals: dict[str, int] = {}
        for m in members:
            totals[m.group_id] = totals.get(m.group_id, 0) + m.weight
        shares = []
        for m in members:
            of_group = groups.get(m.group_id)
            weight = m.weight * (
                1 if of_group is None else of_group / totals[m.group_id]
            )
            if weight > 0:
                shares.append(_Share(m, self.loads[m.address], weight))
        return shares

    def _in_turn(self, shares: Sequence[_Share], key: str) -> Member:
        """Smooth weighted round robin: no member gets its turns in a row."""
        total = 0.0
        best = shares[0]
        for share in shares:
            share.load.turn += share.weight
            total += share.weight
            if share.load.turn > best.load.turn:
                best = share
        best.load.turn -= total
        return best.member

    def _least_busy(self, shares: Sequence[_Share], key: str) -> Member:
        """Fewest calls for its weight; among equals, in turn."""
        busy = [(share.load.active + 1) / share.weight for share in shares]
        least = min(busy)
        tied = [s for s, load in zip(shares, busy, strict=True) if load <= least]
        return self._in_turn(tied, key)

    def _hashed(self, shares: Sequence[_Share], key: str) -> Member:
        return self._ring.find(shares, key)


class _Ring:
    """Consistent hashing: who joins or leaves moves only its own share of the keys."""

    def __init__(self) -> None:
        self._members: tuple[tuple[str, float], ...] = ()
        self._points: list[int] = []
        self._owners: list[Member] = []

    def find(self, shares: Sequence[_Share], key: str) -> Member:
        wanted = tuple((share.member.address, share.weight) for share in shares)
        if wanted != self._members:
            self._build(shares)
            self._members = wanted
        place = bisect(self._points, _hash(key)) % len(self._points)
        return self._owners[place]

    def _build(self, shares: Sequence[_Share]) -> None:
        average = sum(share.weight for share in shares) / len(shares)
        points = sorted(
            (
                (_hash(f"{share.member.address}#{number}"), share.member)
                for share in shares
                for number in range(max(1, round(_POINTS * share.weight / average)))
            ),
            key=lambda point: point[0],
        )
        self._points = [point for point, _ in points]
        self._owners = [member for _, member in points]


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8)
    return int.from_bytes(digest.digest())


_PICK: dict[int, Callable[[Balancer, Sequence[_Share], str], Member]] = {
    WRR: Balancer._in_turn,
    WLC: Balancer._least_busy,
    SOURCE_HASH: Balancer._hashed,
    URI_HASH: Balancer._hashed,
}
