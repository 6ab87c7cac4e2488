"""What outlives a call: counters, breakers and kept answers, behind one interface.

Two implementations: `memory.Memory`, of one process, and `redis.Redis`, shared by
any number of gateways. What is asked for in the same turn of the event loop goes to
Redis in one round trip. Without Redis it goes on with the counters of its own.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` calls within `seconds` of the first call that was counted.

    `key` names the counter: it stays when limit or period change. A `durable` one
    outlives a restart of the gateway, a `local` one is this gateway's alone. `what`
    and `period` are for those who tell a caller that it is full.
    """

    key: str
    limit: int
    seconds: float
    durable: bool = False
    local: bool = False
    what: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a backend counts as broken (policies.md section 4.4).

    By count it opens as soon as `threshold` calls of a window were unhealthy; by
    percentage when a window ends in which `threshold` percent of at least `least`
    calls were. Times are in seconds.
    """

    key: str
    threshold: int
    window: float
    open: float
    percentage: bool = False
    least: int = 0


# The window that is full, or None when the call was counted.
Full = Window | None


class State(Protocol):
    """One gateway's view of it. Only what is awaitable may have to be waited for."""

    def take(self, windows: Sequence[Window]) -> Full | Awaitable[Full]:
        """Count a call in all windows, or in none when one of them is full.

        It is counted whether or not the answer is waited for.
        """

    def full(self, windows: Sequence[Window]) -> Full:
        """The first of them that this gateway knows to be full; counts nothing."""

    def seen(self, key: str) -> int:
        """How many calls a window's counter has, as far as this gateway knows."""

    def seconds_left(self, key: str) -> float:
        """How long its window still runs; 0 when none does."""

    def forget(self, key: str) -> None:
        """Start a counter anew."""

    def note(self, breaker: Breaker, healthy: bool) -> None:
        """Tell a breaker how a call went."""

    def open_left(self, breaker: Breaker) -> float:
        """How long a breaker stays open; 0 when it is closed."""

    def get(self, key: str) -> bytes | None | Awaitable[bytes | None]:
        """What was kept under a key, while it lives."""

    def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep a value for a time. The one longest unread goes first."""

    async def close(self) -> None: ...
