"""Delivers what a gateway recorded to the console, on a thread of its own.

While the console is away a batch waits and the rings keep the last ones; no call
ever waits for it.
"""

import hashlib
import hmac
import json
import logging
import secrets
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson

from gateway import access
from gateway.http import Response, decode_text
from gateway.records import MAX_RECORDS, Kept, Recorder

PROOF_HEADER = "X-Sallyport-Proof"
PATH = "/internal/records/"
# Of one batch.
MAX_CALLS = 2000
# Of one delivery; the console takes twice as much.
MAX_BYTES = 4 * 1024 * 1024
# Batches; what comes later stays in the rings, which forget the oldest.
MAX_WAITING = 10
_LISTS = ("calls", "kept", "invocations")
_SEND_SECONDS, _MOST_SECONDS = 0.5, 30.0
_TIMEOUT = 5.0

log = logging.getLogger(__name__)
Batch = dict[str, Any]


class Sender(Thread):
    """Sends what a recorder holds to the console, twice a second."""

    def __init__(self, recorder: Recorder, console: str, key_file: Path) -> None:
        super().__init__(name="records", daemon=True)
        self._recorder = recorder
        self._url = console.rstrip("/") + PATH
        self._key = key_file.read_bytes()
        self._stopped = Event()
        # What could not be sent yet.
        self._waiting: list[Batch] = []
        # Who sends, and how many batches there were: each is taken once.
        self._name, self._number = secrets.token_hex(16), 0

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
        if len(self._waiting) < MAX_WAITING:
            self._waiting += batches(self._recorder)
        while self._waiting:
            batch = self._waiting[0]
            numbered = {"sender": self._name, "number": self._number + 1}
            body = encode(batch | numbered)
            if len(body) > MAX_BYTES and (parts := halves(batch)):
                self._waiting[:1] = parts
                continue
            if not self._send(batch, body):
                return False
            self._number += 1
            del self._waiting[0]
        return True

    def _send(self, batch: Batch, body: bytes) -> bool:
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
                log.warning("the console refused a batch of records")
                self._recorder.lose(len(batch["calls"]) + batch["dropped"])
                return True
            log.debug("the console does not take records: %s", error)
            return False
        except (OSError, HTTPException) as error:
            log.debug("the console is not there: %s", error)
            return False


def encode(batch: Batch) -> bytes:
    """A batch as JSON, whatever is in its texts."""
    try:
        return orjson.dumps(batch, default=str)
    except TypeError:
        # Half of a surrogate pair has no UTF-8.
        text = json.dumps(batch, default=str, ensure_ascii=False)
        return text.encode("utf-8", "replace")


def halves(batch: Batch) -> list[Batch]:
    """Two batches instead of one; none when it holds a single record."""
    held = [name for name in _LISTS if batch[name]]
    empty = batch | dict.fromkeys(_LISTS, []) | {"dropped": 0}
    name = held[-1]
    half = len(batch[name]) // 2 if len(held) == 1 else 0
    if not half and len(held) == 1:
        return []
    first, rest = batch[name][:half], batch[name][half:]
    return [batch | {name: first}, empty | {name: rest}]


def batches(recorder: Recorder) -> list[Batch]:
    """Everything that was recorded, in pieces that can be sent."""
    invocations, kept, found = recorder.take(), recorder.take_kept(), list[Batch]()
    calls = recorder.take_calls(MAX_CALLS)
    while invocations or calls or kept:
        batch = {
            "invocations": invocations[:MAX_RECORDS],
            "fields": access.FIELDS,
            "calls": list(map(access.row, calls)),
            "kept": [_kept(one) for one in kept],
            "dropped": recorder.take_dropped(),
        }
        found.append(batch)
        invocations, kept = invocations[MAX_RECORDS:], []
        # As many as there were: what comes meanwhile is sent the next time.
        calls = recorder.take_calls(MAX_CALLS) if len(calls) == MAX_CALLS else []
    return found


def proof(key: bytes, moment: int, body: bytes) -> str:
    """Shows that a body was sent at a moment (epoch s) by who has the key."""
    text = b"%d." % moment + body
    return f"{moment}.{hmac.new(key, text, hashlib.sha256).hexdigest()}"


def _kept(kept: Kept) -> dict[str, Any]:
    """A refused or traced call, to be looked at."""
    call = kept.call
    return {
        "request_id": call.request_id,
        "api_id": call.api.id,
        "api_name": call.api.name,
        "method": call.request.method,
        "path": call.request.raw_path,
        "status": kept.answer.status,
        "duration_ms": kept.duration_ms,
        "request": access.evidence(call),
        "response": _head(kept.answer),
        "steps": access.steps(call),
    }


def _head(answer: Response) -> str:
    """The answer in HTTP/1.1 form; of a body only its beginning."""
    lines = [f"HTTP/1.1 {answer.status}"]
    lines += [access.header_line(name, value) for name, value in answer.headers]
    whole = answer.body if isinstance(answer.body, bytes) else b""
    return "\r\n".join((*lines, "", decode_text(whole[: access.MAX_BODY])))
