"""What a gateway tells the console afterwards: the calls of functions.

Adding a record costs the call next to nothing: it goes into a ring of its function,
from where a thread of its own sends it, in batches, to the console. While that is
away the rings keep the last ones; nobody ever waits for it.
"""

import hashlib
import hmac
import logging
import time
import urllib.error
import urllib.request
from collections import deque
from http import HTTPStatus
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import orjson

from gateway.functions.invocation import Invocation
from gateway.snapshot import Function

PROOF_HEADER = "X-Sallyport-Proof"
PATH = "/internal/records/"
MAX_RECORDS = 100
# What is kept of an event, a result and a log of a live call, in characters.
MAX_TEXT = 8 * 1024
_CUT = "... (cut)"
_SEND_SECONDS, _MOST_SECONDS = 0.5, 30.0
_TIMEOUT = 5.0

log = logging.getLogger(__name__)
Record = dict[str, Any]


class Recorder:
    """The last calls of each function, until somebody takes them. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rings: dict[str, deque[Record]] = {}

    def add(self, record: Record) -> None:
        with self._lock:
            ring = self._rings.setdefault(record["func_urn"], deque(maxlen=MAX_RECORDS))
            ring.append(record)

    def take(self) -> list[Record]:
        with self._lock:
            rings, self._rings = self._rings, {}
        return [record for ring in rings.values() for record in ring]

    def put_back(self, records: list[Record]) -> None:
        """What could not be sent, behind what has come meanwhile."""
        newer = self.take()
        for record in (*records, *newer):
            self.add(record)


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


class Sender(Thread):
    """Sends what a recorder holds to the console, twice a second."""

    def __init__(self, recorder: Recorder, console: str, key_file: Path) -> None:
        super().__init__(name="records", daemon=True)
        self._recorder = recorder
        self._url = console.rstrip("/") + PATH
        self._key = key_file.read_bytes()
        self._stopped = Event()

    def run(self) -> None:
        pause = _SEND_SECONDS
        while not self._stopped.wait(pause):
            pause = _SEND_SECONDS if self.send() else min(pause * 2, _MOST_SECONDS)

    def stop(self) -> None:
        """Send what is left, and end."""
        self._stopped.set()
        self.send()

    def send(self) -> bool:
        """False when the console could not take them; they are kept."""
        records = self._recorder.take()
        for start in range(0, len(records), MAX_RECORDS):
            if not self._send(records[start : start + MAX_RECORDS]):
                self._recorder.put_back(records[start:])
                return False
        return True

    def _send(self, records: list[Record]) -> bool:
        body = orjson.dumps(records)
        headers = {
            "Content-Type": "application/json",
            PROOF_HEADER: proof(self._key, int(time.time()), body),
        }
        request = urllib.request.Request(self._url, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT):
                return True
        except urllib.error.HTTPError as error:
            if error.code == HTTPStatus.BAD_REQUEST:
                # It would not be taken the next time either.
                log.warning("the console refused %d records", len(records))
                return True
            log.debug("the console does not take records: %s", error)
            return False
        except OSError as error:
            log.debug("the console is not there: %s", error)
            return False


def proof(key: bytes, moment: int, body: bytes) -> str:
    """Shows that a body was sent at a moment (epoch s) by who has the key."""
    text = b"%d." % moment + body
    return f"{moment}.{hmac.new(key, text, hashlib.sha256).hexdigest()}"
