"""Calls added up since the gateway started, for Prometheus.

It is made of the notes of calls that are over, on a thread of its own: a call pays
nothing for it. Labels are bounded: of what is configured so far, and no more.
"""

import time
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from gateway.access import FIELDS, WHERE
from gateway.records import Note, Recorder

# The upper bounds of a histogram's buckets, in s.
BOUNDS = (
    *(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
# Different values of a label; what comes later is counted together.
MOST = 1000
OTHER = "other"
# Where a note of `gateway.access` has what is counted.
_STATUS, _IN, _OUT, _ASKED, _SPENT = map(
    FIELDS.index,
    ("status", "request_length", "bytes_sent", "authorizer_time", "request_time"),
)
# Seconds between two looks; so many records at a time, then a rest: calls go first.
_LOOK, _PIECE, _REST = 0.25, 500, 0.001


@dataclass
class Histogram:
    """How many took how long; `counts` has one more for what took longest."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds


class Tally:
    """What calls, authorizers and functions add up to.

    `calls` by group, API, family of statuses and error code; `latency` by group;
    `asked` and `remembered` by authorizer; `functions` by URN and outcome.
    """

    def __init__(self) -> None:
        self.calls: dict[tuple[str, str, int, str], int] = {}
        self.latency: dict[str, Histogram] = {}
        self.remembered: dict[str, int] = {}
        self.asked: dict[str, Histogram] = {}
        self.functions: dict[tuple[str, str], Histogram] = {}
        self.cold_starts = self.received = self.sent = 0
        self._known: dict[str, set[Hashable]] = {}

    def count(self, notes: Iterable[Note]) -> None:
        """Add calls, as `gateway.access` notes them."""
        for note in notes:
            (group, _, api, _, _, guard), _, (_, _, _, code, *_) = note[WHERE:]
            group, api = self._bounded("group", group), self._bounded("api", api)
            key = group, api, note[_STATUS] // 100, code
            self.calls[key] = self.calls.get(key, 0) + 1
            self.latency.setdefault(group, Histogram()).add(note[_SPENT])
            self.received += note[_IN]
            self.sent += note[_OUT]
            if note[_ASKED] is not None:
                self._count_asked(self._bounded("guard", guard), note[_ASKED])

    def invoked(self, record: Mapping[str, Any]) -> None:
        """Add a call of a function (`gateway.records.record`)."""
        key = self._bounded("function", record["func_urn"]), _outcome(record)
        spent = record["duration_ms"] / 1000
        self.functions.setdefault(key, Histogram()).add(spent)
        self.cold_starts += record["cold"]

    def _count_asked(self, guard: str, seconds: float) -> None:
        if seconds:
            self.asked.setdefault(guard, Histogram()).add(seconds)
        else:
            self.remembered[guard] = self.remembered.get(guard, 0) + 1

    def _bounded(self, label: str, value: str) -> str:
        known = self._known.setdefault(label, set())
        if value not in known:
            if len(known) >= MOST:
                return OTHER
            known.add(value)
        return value


def _outcome(record: Mapping[str, Any]) -> str:
    """Bounded too: what a function raises may have any name."""
    if record["ok"]:
        return "ok"
    ours = ("crash", "disabled", "overload", "timeout")
    return record["error_type"] if record["error_type"] in ours else "error"


class Counting(Thread):
    """Counts what a recorder holds before it is forgotten, until it is stopped."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(name="tally", daemon=True)
        self._recorder, self._stopped = recorder, Event()

    def stop(self) -> None:
        self._stopped.set()

    def run(self) -> None:
        while not self._stopped.wait(_LOOK):
            while self._recorder.count(_PIECE):
                time.sleep(_REST)
