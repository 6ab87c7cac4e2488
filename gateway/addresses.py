"""Sets of IP addresses: single ones, ranges `a-b`, and CIDR blocks, v4 and v6.

Ranges are sorted and merged when a set is built, so looking one address up is one
binary search, however many entries there are.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import AF_INET, AF_INET6, inet_pton

Address = IPv4Address | IPv6Address
# The first and the last address of a range, in network order.
Range = tuple[bytes, bytes]
_MAPPED = bytes(10) + b"\xff\xff"
# Callers come again: what a set said of so many is remembered.
_KEPT = 512


class NoAddress(ValueError):
    """A text is not an IP address."""


class Addresses:
    """A set of addresses. ValueError names the entry that is none."""

    def __init__(self, entries: Iterable[str]) -> None:
        ranges = [parse_range(entry) for entry in entries]
        self._v4 = _merged(r for r in ranges if len(r[0]) == 4)
        self._v6 = _merged(r for r in ranges if len(r[0]) == 16)
        self._said: dict[str, bool] = {}

    def __contains__(self, text: str) -> bool:
        """Whether an address is in the set; NoAddress when it is not one."""
        said = self._said.get(text)
        return self._look_up(text) if said is None else said

    def _look_up(self, text: str) -> bool:
        packed = pack(text)
        lows, highs = self._v4 if len(packed) == 4 else self._v6
        place = bisect_right(lows, packed) - 1
        if len(self._said) >= _KEPT:
            self._said.clear()
        self._said[text] = found = place >= 0 and packed <= highs[place]
        return found


@lru_cache(maxsize=4096)
def pack(text: str) -> bytes:
    """An address in network order; a v4 address inside a v6 one is the v4 one."""
    try:
        return inet_pton(AF_INET, text)
    except OSError:
        pass
    try:
        packed = inet_pton(AF_INET6, text.partition("%")[0])
    except OSError:
        raise NoAddress(f"{text!r} is not an IP address") from None
    return packed[12:] if packed.startswith(_MAPPED) else packed


def parse_range(entry: str) -> Range:
    """`10.0.0.1`, `10.0.0.1-10.0.0.9` or `10.0.0.0/8`; host bits are masked off."""
    first, dash, last = entry.partition("-")
    try:
        if dash:
            ends = ip_address(first.strip()), ip_address(last.strip())
        else:
            block = ip_network(entry.strip(), strict=False)
            ends = block[0], block[-1]
    except ValueError:
        raise ValueError(
            f"{entry}: an IP address, a range such as 10.0.0.1-10.0.0.9, or a block "
            "such as 10.0.0.0/8"
        ) from None
    low, high = (pack(str(end)) for end in ends)
    if len(low) != len(high) or low > high:
        raise ValueError(f"{entry}: the end of the range is before its start")
    return low, high


def _merged(ranges: Iterable[Range]) -> tuple[list[bytes], list[bytes]]:
    lows: list[bytes] = []
    highs: list[bytes] = []
    for low, high in sorted(ranges):
        if highs and low <= highs[-1]:
            highs[-1] = max(highs[-1], high)
        else:
            lows.append(low)
            highs.append(high)
    return lows, highs
