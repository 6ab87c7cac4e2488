"""The program of a function's process: sets up, walls itself in, answers calls.

Runs as `python -I -S child.py <descriptor> <gateway's directory>`: standard library
only, and of the gateway only the modules beside this file, which then leave the
import path. Bytes on the descriptor are described in wire.py. User code can raise
anything (SystemExit too) and the process goes on; after failing to import, or
running out of memory, it says so and wants no further call.
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
_loads, _monotonic = json.loads, time.monotonic


class Channel:
    """The socket to the gateway, moved where a guessed number does not hit it."""

    def __init__(self, inherited: int) -> None:
        lowest = 64 + os.urandom(1)[0] // 2
        self._number = fcntl.fcntl(inherited, fcntl.F_DUPFD_CLOEXEC, lowest)
        os.close(inherited)
        self._reader = open(self._number, "rb", closefd=False)  # noqa: SIM115

    def receive(self) -> Any:
        """The next document; None when the gateway has closed."""
        head = self._reader.read(FRAME.size)
        if len(head) < FRAME.size:
            return None
        return _loads(self._reader.read(FRAME.unpack(head)[0]).decode())

    def send(self, body: bytes) -> None:
        view = memoryview(FRAME.pack(len(body)) + body)
        while view:
            view = view[os.write(self._number, view) :]


class HandlerNotFound(Exception):
    """The handler that is configured is not in the code."""


class Instance:
    """One function, loaded by its first call, called many times."""

    def __init__(self, setup: dict[str, Any], capture: Capture) -> None:
        self._code = setup["code"]
        self._dependencies = setup["dependencies"]
        self._handler_name = setup["handler"]
        self._started = setup["started"]
        self._configuration = Configuration(setup["settings"], setup["user_data"])
        self._capture = capture
        self._handler: Handler | None = None
        # Kept open, because /proc itself will be out of reach.
        self._status = os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC)

    def answer(self, call: dict[str, Any]) -> bytes:
        """Load if need be, run the handler, and pack the whole reply."""
        self._capture.request_id = call["id"]
        sandbox.allow_cpu(max(0.0, call["deadline"] - _monotonic()))
        failure, ready_ms = None, 0.0
        if self._handler is None:
            failure = self._load()
            ready_ms = (_monotonic() - self._started) * 1000
        begun = _monotonic()
        flags, result = failure or self._call(call)
        spent_ms = (_monotonic() - begun) * 1000
        nonce = call["nonce"].encode()
        return REPLY.pack(nonce, flags, spent_ms, ready_ms, self._peak()) + result

    def _load(self) -> tuple[int, bytes] | None:
        """Find the handler, or say why not."""
        try:
            self._handler = _find(self._handler_name, self._code, self._dependencies)
        except HandlerNotFound as error:
            return LAST, self._failed(error, ENTRY)
        except BaseException as error:
            return LAST, self._failed(error, INITIALIZATION)
        return None

    def _call(self, call: dict[str, Any]) -> tuple[int, bytes]:
        """Flags, and the result or the error document."""
        assert self._handler is not None
        request_id, deadline = call["id"], call["deadline"]
        context = Context(self._configuration, self._capture, request_id, deadline)
        try:
            return OK, _serialise(self._handler(call["event"], context))
        except MemoryError as error:
            return LAST, self._failed(error, INVOCATION)
        except BaseException as error:
            return 0, self._failed(error, INVOCATION)

    def _failed(self, error: BaseException, where: str) -> bytes:
        result, text = describe(error, where, self._code)
        self._capture.emit(self._capture.request_id, "ERROR", text)
        return result.encode("utf-8", "backslashreplace")

    def _peak(self) -> float:
        """The most memory the process has held so far, in MB."""
        lines = os.pread(self._status, 4096, 0)
        return int(lines.partition(b"VmHWM:")[2].split(None, 1)[0]) / 1024


def _find(handler: str, code: str, dependencies: str) -> Handler:
    """The function `folder/module.name`; its folder comes first on the path."""
    if dependencies:
        sys.path.insert(0, dependencies)
    entry, _, name = handler.rpartition(".")
    folder, _, module = entry.rpartition("/")
    sys.path.insert(0, code)
    if folder:
        sys.path.insert(0, os.path.join(code, folder))
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise HandlerNotFound(f"there is no module {entry!r}") from None
    found: object = getattr(sys.modules[module], name, None)
    if not callable(found):
        raise HandlerNotFound(f"module {entry!r} has no function {name!r}")
    return found


def _serialise(value: object) -> bytes:
    """A reply's text: a str as it is, anything else as JSON."""
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
    temp = os.path.join(setup["home"], "tmp")
    os.mkdir(temp, 0o700)
    os.chdir(temp)
    settings = setup["settings"]
    os.environ.clear()
    os.environ.update({f"RUNTIME_{name}": text for name, text in settings.items()})
    read = [path for path in (setup["code"], setup["dependencies"]) if path]
    memory = int(settings["MEMORY"])
    sandbox.apply(read, temp, memory_mb=memory, parent=setup["parent"])


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
    setup = channel.receive()
    instance = Instance(setup, Capture())
    _prepare(setup)
    while (call := channel.receive()) is not None:
        channel.send(instance.answer(call))
    # Not sys.exit: threads that user code left behind would hold it up.
    os._exit(0)


if __name__ == "__main__":
    main()
