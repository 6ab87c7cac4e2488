"""What a gateway tells the console afterwards: its calls, and those of functions.

Adding a record costs the call next to nothing: it goes into a ring, from where a
thread of its own (`gateway.delivery`) sends it, in batches, to the console.
"""

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from gateway.functions.invocation import Invocation
from gateway.http import Response
from gateway.snapshot import Function

if TYPE_CHECKING:
    from gateway.call import Call
    from gateway.tally import Tally

MAX_RECORDS = 100
# Of a gateway, until they are delivered.
MAX_CALLS = 50_000
# Refused and traced ones, which are kept whole.
MAX_KEPT = 100
# What is kept of an event, a result and a log of a live call, in characters.
MAX_TEXT = 8 * 1024
_CUT = "... (cut)"

Record = dict[str, Any]
# What is known of a call that is over (`gateway.access`).
Note = tuple[Any, ...]


class Kept(NamedTuple):
    """A call that is kept to be looked at, with its answer and its duration in ms."""

    call: "Call"
    answer: Response
    duration_ms: float


class Recorder:
    """The last calls of each function, and the last of all. Thread-safe.

    When nobody takes them the oldest calls go, and are counted. Of a call that was
    neither refused nor traced only its note stays.
    """

    def __init__(
        self, most_calls: int = MAX_CALLS, tally: "Tally | None" = None
    ) -> None:
        """With a `tally` calls are counted there before they can be taken."""
        self._lock, self._counting = Lock(), Lock()
        self._rings: dict[str, deque[Record]] = {}
        self._calls: deque[Note] = deque(maxlen=most_calls)
        self._counted: deque[Note] = deque(maxlen=most_calls)
        self._tally = tally
        self._kept: deque[Kept] = deque(maxlen=MAX_KEPT)
        self._noted = self._taken = self._told = 0

    def add(self, record: Record) -> None:
        """A call of a function is over."""
        with self._lock:
            ring = self._rings.setdefault(record["func_urn"], deque(maxlen=MAX_RECORDS))
            ring.append(record)
            if self._tally is not None:
                self._tally.invoked(record)

    def take(self) -> list[Record]:
        with self._lock:
            rings, self._rings = self._rings, {}
        return [record for ring in rings.values() for record in ring]

    def note(self, note: Note, kept: Kept | None = None) -> None:
        """A call is over (`gateway.access`). Appending to a ring is atomic."""
        self._calls.append(note)
        self._noted += 1
        if kept is not None:
            self._kept.append(kept)

    def take_calls(self, most: int) -> list[Note]:
        """The oldest calls that were noted, at most so many."""
        ring = self._calls
        if self._tally is not None:
            ring = self._counted
            while self.count(most):
                pass
        with self._counting:
            found = [ring.popleft() for _ in range(min(most, len(ring)))]
            self._taken += len(found)
        return found

    def count(self, most: int) -> int:
        """Add at most so many calls to the tally; how many there were."""
        assert self._tally is not None
        with self._counting:
            notes = [self._calls.popleft() for _ in range(min(most, len(self._calls)))]
            self._tally.count(notes)
            self._counted.extend(notes)
        return len(notes)

    @property
    def waiting(self) -> int:
        """How many calls nobody has taken yet."""
        return len(self._calls) + len(self._counted)

    @property
    def lost(self) -> int:
        """How many calls went because nobody took them."""
        with self._counting:
            return max(self._noted - self._taken - self.waiting, 0)

    def take_kept(self) -> list[Kept]:
        """The calls that are kept to be looked at."""
        return [self._kept.popleft() for _ in range(len(self._kept))]

    def lose(self, count: int) -> None:
        """So many calls were taken, and lost all the same."""
        self._taken -= count

    def take_dropped(self) -> int:
        """How many calls were lost since this was asked last."""
        lost = self.lost
        found, self._told = max(lost - self._told, 0), max(lost, self._told)
        return found


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
