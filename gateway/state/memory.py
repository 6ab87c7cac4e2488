"""In-process state, for a gateway of one process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from gateway.state.breakers import Breakers
from gateway.state.counters import Counters

# What is kept of answers in all (policies.md section 4.6).
KEPT_BYTES = 128 * 1024 * 1024


class Entry(NamedTuple):
    """What is kept: since when and for how much longer, in s."""

    key: Hashable
    value: Any
    age: float
    left: float


class ExpiringCache:
    """At most `size` values, each alive until its own deadline.

    `weigh` says what a value counts for; the one longest unread goes first. Time is
    monotonic seconds. Thread-safe.
    """

    def __init__(
        self,
        size: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
        weigh: Callable[[Any], int] | None = None,
    ) -> None:
        self._size = size
        self._clock = clock
        self._weigh = weigh or (lambda value: 1)
        self._weight = 0
        self._lock = RLock()
        # Deadline, value, and the seconds it was put for.
        self._entries: OrderedDict[Hashable, tuple[float, Any, float]] = OrderedDict()
        # How often something was forgotten before its time.
        self.forgotten = 0

    def get(self, key: Hashable) -> Any:
        """The live value of a key, or None."""
        # Without the lock: each step is one of the dictionary's own.
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] <= self._clock():
            self.drop(key)
            return None
        try:
            self._entries.move_to_end(key)
        except KeyError:
            return None
        return entry[1]

    def put(
        self, key: Hashable, value: Any, seconds: float, since: int | None = None
    ) -> None:
        """Keep a value, unless something was forgotten `since` it was asked for."""
        with self._lock:
            if since is not None and since != self.forgotten:
                return
            self.drop(key)
            self._entries[key] = (self._clock() + seconds, value, seconds)
            self._weight += self._weigh(value)
            while self._weight > self._size:
                self.drop(next(iter(self._entries)))

    def drop(self, key: Hashable) -> None:
        with self._lock:
            entry = self._entries.pop(key, None)
            if entry is not None:
                self._weight -= self._weigh(entry[1])

    def seconds_left(self, key: Hashable) -> float:
        """How long a key will live; 0 when it is not there."""
        entry = self._entries.get(key)
        return 0.0 if entry is None else max(0.0, entry[0] - self._clock())

    def living(self) -> list[Entry]:
        """What is kept now."""
        with self._lock:
            entries = list(self._entries.items())
        now = self._clock()
        return [
            Entry(key, value, now - deadline + seconds, deadline - now)
            for key, (deadline, value, seconds) in entries
            if deadline > now
        ]

    def forget(self, chosen: Callable[[Hashable], bool]) -> int:
        """Drop what is under the keys that are chosen, and what is under way.

        How many were alive. Choosing may take long, and nobody waits for it.
        """
        with self._lock:
            self.forgotten += 1
        keys = [entry.key for entry in self.living() if chosen(entry.key)]
        for key in keys:
            self.drop(key)
        return len(keys)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._weight = 0

    def __len__(self) -> int:
        return len(self._entries)


class Memory:
    """`State` of this process; `directory` keeps what outlives it."""

    def __init__(
        self, directory: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.counters = Counters(clock, directory and directory / "counters.bin")
        self.breakers = Breakers(clock)
        self.kept = ExpiringCache(KEPT_BYTES, clock, len)
        self.take = self.counters.take
        self.full = self.counters.full
        self.seen = self.counters.seen
        self.seconds_left = self.counters.seconds_left
        self.forget = self.counters.forget
        self.note = self.breakers.note
        self.open_left = self.breakers.open_left
        self.put = self.kept.put

    def get(self, key: str) -> bytes | None:
        value: bytes | None = self.kept.get(key)
        return value

    async def close(self) -> None:
        self.counters.close()
