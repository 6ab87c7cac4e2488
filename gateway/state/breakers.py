"""Circuit breakers in process (policies.md section 4.4)."""

from collections.abc import Callable

from gateway.state import Breaker


class _Tally:
    """One window's calls, and until when the breaker is open (epoch seconds)."""

    __slots__ = ("calls", "bad", "ends", "open_until")

    def __init__(self) -> None:
        self.calls = self.bad = 0
        self.ends = self.open_until = 0.0


class Breakers:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tallies: dict[str, _Tally] = {}

    def note(self, breaker: Breaker, healthy: bool) -> None:
        now = self._clock()
        tally = self._tallies.get(breaker.key) or self._add(breaker.key)
        if breaker.percentage:
            self._settle(breaker, tally, now)
        if tally.open_until > now:
            return
        if tally.ends <= now:
            tally.calls = tally.bad = 0
            tally.ends = now + breaker.window
        tally.calls += 1
        tally.bad += not healthy
        if not breaker.percentage and tally.bad >= breaker.threshold:
            self.learn(breaker.key, now + breaker.open)

    def open_left(self, breaker: Breaker) -> float:
        tally = self._tallies.get(breaker.key)
        # Most are closed, and by count: then nobody asks what time it is.
        if tally is None or not (tally.open_until or breaker.percentage):
            return 0.0
        now = self._clock()
        if breaker.percentage:
            self._settle(breaker, tally, now)
        return max(0.0, tally.open_until - now)

    def learn(self, key: str, open_until: float) -> None:
        """Open until then, and count from nothing after that."""
        tally = self._tallies.get(key) or self._add(key)
        tally.open_until, tally.ends = open_until, 0.0
        tally.calls = tally.bad = 0

    def _add(self, key: str) -> _Tally:
        self._tallies[key] = tally = _Tally()
        return tally

    def _settle(self, breaker: Breaker, tally: _Tally, now: float) -> None:
        """By percentage it is decided when the window ends."""
        if not 0.0 < tally.ends <= now:
            return
        enough = tally.calls >= max(1, breaker.least)
        if enough and tally.bad * 100 >= breaker.threshold * tally.calls:
            self.learn(breaker.key, tally.ends + breaker.open)
        tally.ends = 0.0
