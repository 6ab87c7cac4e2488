"""What a gateway tells the console afterwards: its calls, and those of functions.

Adding a record costs the call next to nothing: it goes into a ring, from where a
thread of its own (`gateway.delivery`) sends it, in batches, to the console.
"""

import time
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from gateway.functions.invocation import Invocation
from gateway.http import Response
from gateway.snapshot import Function

if TYPE_CHECKING:
    from gateway.call import Call

MAX_RECORDS = 100
# Of a gateway, until they are delivered.
MAX_CALLS = 20_000
# What is kept of an event, a result and a log of a live call, in characters.
MAX_TEXT = 8 * 1024
_CUT = "... (cut)"

Record = dict[str, Any]


class Noted(NamedTuple):
    """A call that is over: when, by perf_counter() and in epoch seconds."""

    call: "Call"
    answer: Response
    ended: float
    at: float


class Recorder:
    """The last calls of each function, and the last of all. Thread-safe.

    A gateway notes a call by keeping it: the ring holds what is there anyway. When
    nobody takes them the oldest go, and are counted.
    """

    def __init__(self, most_calls: int = MAX_CALLS) -> None:
        self._lock = Lock()
        self._rings: dict[str, deque[Record]] = {}
        self._calls: deque[Noted] = deque(maxlen=most_calls)
        self._noted = self._taken = 0

    def note(self, call: "Call", answer: Response) -> None:
        """A call is over. Noting is cheap; appending to a ring is atomic."""
        self._noted += 1
        self._calls.append(Noted(call, answer, time.perf_counter(), time.time()))

    def take_calls(self, most: int) -> list[Noted]:
        """The oldest calls that were noted, at most so many."""
        found = []
        for _ in range(min(most, len(self._calls))):
            found.append(self._calls.popleft())
        self._taken += len(found)
        return found

    @property
    def dropped(self) -> int:
        """How many calls were lost because nobody took them."""
        return max(self._noted - self._taken - len(self._calls), 0)

    def add(self, record: Record) -> None:
        with self._lock:
            ring = self._rings.setdefault(record["func_urn"], deque(maxlen=MAX_RECORDS))
            ring.append(record)

    def take(self) -> list[Record]:
        with self._lock:
            rings, self._rings = self._rings, {}
        return [record for ring in rings.values() for record in ring]


def record(
    function: Function,
    event: object,
    outcome: Invocation,
    origin: str,
    began: float,
    *,
    api_id: str = "",
    most: int = MAX_TEXT,
) -> Record:
    """A record of a call, with the field names of the console's Invocation."""
    text = orjson.dumps(event).decode()
    return {
        "func_urn": function.urn,
        "request_id": outcome.request_id,
        "origin": origin,
        "api_id": api_id,
        "version": outcome.version,
        "alias": outcome.alias,
        "code_hash": outcome.code_hash,
        "interpreter": outcome.interpreter,
        "ok": outcome.ok,
        "error_type": outcome.error_type,
        "event": text if len(text) <= most else text[:most] + _CUT,
        "result": outcome.result[:most] + _CUT * (len(outcome.result) > most),
        "log": _CUT * (len(outcome.log) > most) + outcome.log[-most:],
        "start_time": began,
        "duration_ms": outcome.duration_ms,
        "init_ms": outcome.init_ms,
        "memory_size": function.memory_size,
        "memory_used_mb": outcome.memory_used_mb,
        "cold": outcome.cold,
    }
