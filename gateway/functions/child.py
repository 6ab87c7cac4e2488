"""The program of a function's process: sets up, walls itself in, answers calls.

Runs as `python -I -S child.py <descriptor> <gateway's directory>` on CPython 3.9 or
newer: standard library only, and of the gateway only the modules beside this file,
which then leave the import path. Bytes on the descriptor are described in wire.py.
User code can raise anything (SystemExit too) and the process goes on; after failing
to import, or running out of memory, it says so and wants no further call.
"""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time

sys.path.insert(0, sys.argv[2])
from gateway.functions import sandbox  # noqa: E402
from gateway.functions.capture import Capture  # noqa: E402
from gateway.functions.context import Configuration, Context  # noqa: E402
from gateway.functions.report import (  # noqa: E402
    ENTRY,
    INITIALIZATION,
    INVOCATION,
    describe,
)
from gateway.functions.wire import (  # noqa: E402
    CALL,
    FRAME,
    LAST,
    MAX_PAYLOAD,
    OK,
    REPLY,
)

TYPE_CHECKING = False  # the typing module would cost a cold start 7 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Handler = Callable[[object, Context], object]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
# Under names of their own: user code may replace those in the modules.
_loads, _monotonic, _read, _write = json.loads, time.monotonic, os.read, os.write
# Reading memory figures costs as much as a small call: after small calls that follow
# each other faster than this, the last ones hold.
_FIGURES_SECONDS, _SMALL_MS = 0.02, 1.0
# Of its memory, how much a process may hold after a call and still be kept.
_KEPT_SHARE = 0.8


class Channel:
    """The socket to the gateway, moved where a guessed number does not hit it."""

    def __init__(self, inherited: int) -> None:
        lowest = 64 + os.urandom(1)[0] // 2
        self._number = fcntl.fcntl(inherited, fcntl.F_DUPFD_CLOEXEC, lowest)
        os.close(inherited)
        self._received = b""

    def receive(self) -> bytes | None:
        """The next frame; None when the gateway has closed."""
        data = self._received or _read(self._number, 65536)
        while len(data) < FRAME.size or len(data) < self._end(data):
            more = _read(self._number, max(65536, self._end(data) - len(data)))
            if not more:
                return None
            data += more
        end = self._end(data)
        self._received = data[end:]
        return data[FRAME.size : end]

    def send(self, body: bytes) -> None:
        view = memoryview(FRAME.pack(len(body)) + body)
        while view:
            view = view[_write(self._number, view) :]

    @staticmethod
    def _end(data: bytes) -> int:
        if len(data) < FRAME.size:
            return 0
        return FRAME.size + int(FRAME.unpack_from(data)[0])


class HandlerNotFound(Exception):
    """The handler that is configured is not in the code."""


class Figures:
    """How much memory the process holds and has held, in MB, read now and then."""

    def __init__(self) -> None:
        # Kept open, because /proc itself will be out of reach.
        self._status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)
        self._read_at = 0.0
        self.peak = self.resident = 0.0

    def read(self, spent_ms: float) -> None:
        """Bring them up to date after a call that took so long."""
        now = _monotonic()
        if spent_ms < _SMALL_MS and now - self._read_at < _FIGURES_SECONDS:
            return
        self._read_at = now
        lines = os.pread(self._status, 4096, 0)
        self.peak, self.resident = (
            int(lines.partition(name)[2].split(None, 1)[0]) / 1024
            for name in (b"VmHWM:", b"VmRSS:")
        )


class Instance:
    """One function, loaded by its first call, called many times."""

    def __init__(
        self, setup: dict[str, Any], channel: Channel, capture: Capture
    ) -> None:
        self._setup = setup
        self._code = setup["code"]
        self._channel = channel
        self._configuration = Configuration(
            setup["settings"], setup["user_data"], setup["alias"]
        )
        self._capture = capture
        self._handler: Handler | None = None
        self._figures = Figures()
        self._most_kept = _KEPT_SHARE * (self._configuration.memory_size + 32)

    def answer(self, frame: bytes) -> bytes:
        """Load if need be, run the handler, and pack the whole reply."""
        nonce, deadline, length = CALL.unpack_from(frame)
        start = CALL.size + length
        request_id = frame[CALL.size : start].decode()
        self._capture.request_id = request_id
        context = Context(self._configuration, self._capture, request_id, deadline)
        failure, ready_ms = None, 0.0
        if self._handler is None:
            failure = self._load(context)
            ready_ms = (_monotonic() - self._setup["started"]) * 1000
        begun = _monotonic()
        flags, result = failure or self._call(frame[start:], context)
        spent_ms = (_monotonic() - begun) * 1000
        self._figures.read(spent_ms)
        if self._figures.resident > self._most_kept:
            flags |= LAST
        return REPLY.pack(nonce, flags, spent_ms, ready_ms, self._figures.peak) + result

    def _load(self, context: Context) -> tuple[int, bytes] | None:
        """Find the handler and run the initializer, or say why not."""
        setup = self._setup
        try:
            sys.path[:0] = [path for path in (setup["dependencies"],) if path]
            handler = _find(setup["handler"], self._code)
            if setup["initializer"]:
                _find(setup["initializer"], self._code)(context)
                self._channel.send(b"")
        except HandlerNotFound as error:
            return LAST, self._failed(error, ENTRY)
        except BaseException as error:
            return LAST, self._failed(error, INITIALIZATION)
        self._handler = handler
        return None

    def _call(self, event: bytes, context: Context) -> tuple[int, bytes]:
        """Flags, and the result or the error document."""
        assert self._handler is not None
        try:
            return OK, _serialise(self._handler(_loads(event), context))
        except MemoryError as error:
            return LAST, self._failed(error, INVOCATION)
        except BaseException as error:
            return 0, self._failed(error, INVOCATION)

    def _failed(self, error: BaseException, where: str) -> bytes:
        result, text = describe(error, where, self._code)
        self._capture.emit(self._capture.request_id, "ERROR", text)
        return result.encode("utf-8", "backslashreplace")


def _find(entry: str, code: str) -> Callable[..., object]:
    """The function `folder/module.name`; its folder comes first on the path."""
    place, _, name = entry.rpartition(".")
    folder, _, module = place.rpartition("/")
    for path in (code, os.path.join(code, folder) if folder else code):
        if path not in sys.path:
            sys.path.insert(0, path)
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise HandlerNotFound(f"there is no module {place!r}") from None
    found: object = getattr(sys.modules[module], name, None)
    if not callable(found):
        raise HandlerNotFound(f"module {place!r} has no function {name!r}")
    return found


def _serialise(value: object) -> bytes:
    """A reply's text: a str as it is, anything else as JSON."""
    if hasattr(value, "__await__") and hasattr(value, "close"):
        value.close()
        raise TypeError("the handler is asynchronous: it must return a value itself")
    try:
        text = value if isinstance(value, str) else _encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        # The frames of the encoder tell the author of the value nothing.
        raise error.with_traceback(None) from None
    result = text.encode()
    if len(result) > MAX_PAYLOAD:
        raise ValueError(f"the result of {len(result)} bytes is over {MAX_PAYLOAD}")
    return result


def _prepare(setup: dict[str, Any]) -> None:
    """Leave only documented names in the environment, then wall in."""
    settings = setup["settings"]
    os.environ.clear()
    os.environ.update({f"RUNTIME_{name}": text for name, text in settings.items()})
    sandbox.apply(setup["walls"])


def _forget_gateway() -> None:
    """User code finds its own modules only, whatever they are called."""
    sys.path.remove(sys.argv[2])
    sys.dont_write_bytecode = True
    for name in [name for name in sys.modules if name.partition(".")[0] == "gateway"]:
        del sys.modules[name]
    del sys.argv[1:]


def main() -> None:
    channel = Channel(int(sys.argv[1]))
    _forget_gateway()
    setup = _loads(channel.receive() or b"null")
    instance = Instance(setup, channel, Capture())
    _prepare(setup)
    while (frame := channel.receive()) is not None:
        channel.send(instance.answer(frame))
    # Not sys.exit: threads that user code left behind would hold it up.
    os._exit(0)


if __name__ == "__main__":
    main()
