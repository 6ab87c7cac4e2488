"""Fixed windows in process, aligned to their first call."""

from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.state import Full, Window
from gateway.state.durable import Ledger

# Counters are swept when their number has doubled, and never grow beyond MOST.
SWEEP, MOST = 4096, 1_000_000


class Counter:
    """Calls counted, when their window ends (epoch seconds), and where it is kept."""

    __slots__ = ("count", "ends", "slot")

    def __init__(self) -> None:
        self.count = 0
        self.ends = 0.0
        self.slot: int | None = None


class Counters:
    """Exact, since nothing waits between looking and counting.

    `clock` is the time of day, so that a kept counter means the same after a
    restart. A clock that was set back ends a window early, never late.
    """

    def __init__(self, clock: Callable[[], float], file: Path | None = None) -> None:
        self._clock = clock
        self._ledger = Ledger(file, clock()) if file else None
        self._counters: dict[str, Counter] = {}
        self._sweep_at = SWEEP

    def take(self, windows: Sequence[Window]) -> Full:
        now = self._clock()
        kept: list[Counter] = []
        for window in windows:
            counter = self._counters.get(window.key) or self._add(window)
            if not 0.0 < counter.ends - now <= window.seconds:
                self._restart(counter, window, now)
            if counter.count >= window.limit:
                self._take_back(windows, window)
                return window
            counter.count += 1
            if counter.slot is not None:
                kept.append(counter)
        for counter in kept:
            self._keep(counter)
        return None

    def _take_back(self, windows: Sequence[Window], full: Window) -> None:
        """Undo what was counted before one turned out to be full."""
        for window in windows:
            if window is full:
                return
            # Of too many, the oldest may have been dropped meanwhile.
            if counter := self._counters.get(window.key):
                counter.count -= 1

    def learn(self, key: str, count: int, ends: float) -> None:
        """What somebody else has counted."""
        counter = self._counters.get(key) or self._add(Window(key, 0, 0.0))
        counter.count, counter.ends = count, ends

    def full(self, windows: Sequence[Window]) -> Full:
        """The first window that is full already; counts nothing."""
        for window in windows:
            counter = self._counters.get(window.key)
            # Most windows have room: then nobody asks what time it is.
            if (
                counter is not None
                and counter.count >= window.limit
                and 0.0 < counter.ends - self._clock() <= window.seconds
            ):
                return window
        return None

    def seen(self, key: str) -> int:
        counter = self._counters.get(key)
        return counter.count if counter and counter.ends > self._clock() else 0

    def seconds_left(self, key: str) -> float:
        counter = self._counters.get(key)
        return max(0.0, counter.ends - self._clock()) if counter else 0.0

    def forget(self, key: str) -> None:
        counter = self._counters.get(key)
        if counter is not None:
            counter.count = 0
            if counter.slot is not None and counter.ends > self._clock():
                self._keep(counter)

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()

    def __len__(self) -> int:
        return len(self._counters)

    def _add(self, window: Window) -> Counter:
        if len(self._counters) >= self._sweep_at:
            self._sweep()
        counter = Counter()
        if window.durable and self._ledger is not None:
            counter.slot = self._ledger.find(window.key)
            if counter.slot is not None:
                counter.count, counter.ends = self._ledger.read(counter.slot)
        self._counters[window.key] = counter
        return counter

    def _restart(self, counter: Counter, window: Window, now: float) -> None:
        """A new window; what is kept gets a slot anew, since ended ones lose theirs."""
        counter.count, counter.ends = 0, now + window.seconds
        if window.durable and self._ledger is not None:
            counter.slot = self._ledger.slot(window.key, now)
            self._keep(counter)

    def _keep(self, counter: Counter) -> None:
        assert self._ledger is not None and counter.slot is not None
        self._ledger.write(counter.slot, counter.count, counter.ends)

    def _sweep(self) -> None:
        """Drop what has ended; of too many that live, the oldest."""
        now = self._clock()
        live = {key: c for key, c in self._counters.items() if c.ends > now}
        for key in list(live)[: max(0, len(live) - MOST // 2)]:
            del live[key]
        self._counters = live
        self._sweep_at = min(MOST, max(SWEEP, 2 * len(live)))
