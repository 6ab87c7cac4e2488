"""What a function prints, in order: stdout, stderr, `logging`, its own logger.

Runs in the child, standard library only. Descriptors 1 and 2 are one file of
`MAX_LOG` bytes that the gateway reads up to its offset: bytes written below Python
are in their place too, and nothing is lost when the process dies. What is written
here goes through a descriptor of its own: user code may close those two.
"""

from __future__ import annotations

import fcntl
import io
import os
import sys
import time
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader

from gateway.functions.wire import MAX_LOG

TYPE_CHECKING = False  # the typing module would cost a cold start 7 ms
if TYPE_CHECKING:
    import logging
    from collections.abc import Sequence
    from types import ModuleType

    from _typeshed import ReadableBuffer

# auth.md section 10.2: a longer line of the function's logger is split.
_MAX_LINE = 90 << 10
_DATE = "%Y-%m-%dT%H:%M:%S"
# The log's own descriptor is moved out of the way of small numbers.
_LOWEST = 64
_LEVELS = {"DEBUG": 10, "INFO": 20, "WARN": 30, "WARNING": 30, "ERROR": 40}


class _LogFile(io.BufferedIOBase):
    """The log; what does not fit is dropped, and the gateway says so."""

    name = "<stdout>"

    def __init__(self) -> None:
        self._number = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, _LOWEST)

    def close(self) -> None:
        """Stay open: later calls print here too."""

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, data: ReadableBuffer, /) -> int:
        view = memoryview(data).cast("B")
        room = MAX_LOG - os.lseek(self._number, 0, os.SEEK_CUR)
        if room > 0:
            self._append(view[:room])
        return len(view)

    def _append(self, view: memoryview) -> None:
        try:
            os.write(self._number, view)
        except PermissionError:
            # Another thread took the last room meanwhile: dropped like the rest.
            return


class _Stream(io.TextIOWrapper):
    def close(self) -> None:
        """Stay open, like the file."""


class Capture:
    """Stands in for stdout and stderr; `request_id` is that of the current call."""

    def __init__(self) -> None:
        self.request_id = ""
        self._file = _LogFile()
        self._stream = _Stream(
            self._file, encoding="utf-8", errors="backslashreplace", write_through=True
        )
        sys.stdout = sys.stderr = self._stream
        sys.meta_path.insert(0, _WhenImported(self))

    def emit(self, request_id: str, level: str, text: str) -> None:
        """Write a line as auth.md section 10.6 shows it."""
        stamp = time.strftime(_DATE, time.gmtime())
        for start in range(0, len(text) or 1, _MAX_LINE):
            part = text[start : start + _MAX_LINE]
            self._write(f"{stamp}Z {request_id} {level} {part}\n")

    def _write(self, line: str) -> None:
        try:
            self._file.write(line.encode("utf-8", "backslashreplace"))
        except OSError:
            # User code has closed every descriptor: its log ends here, not its call.
            return

    def attach(self) -> None:
        """Send records of `logging` from INFO on to the log."""
        import logging

        handler = logging.StreamHandler(self._stream)
        handler.addFilter(self._stamp)
        form = "%(asctime)sZ %(request)s %(levelname)s %(message)s"
        formatter = logging.Formatter(form, _DATE)
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        logging.root.addHandler(handler)
        logging.root.setLevel(logging.INFO)

    def _stamp(self, record: logging.LogRecord) -> bool:
        record.request = self.request_id
        return True


class Logger:
    """`context.getLogger()`: lines with time, request id and level."""

    def __init__(self, capture: Capture, request_id: str) -> None:
        self._capture = capture
        self._request_id = request_id
        self._level = _LEVELS["INFO"]

    def debug(self, message: object, *args: object) -> None:
        self._log("DEBUG", message, args)

    def info(self, message: object, *args: object) -> None:
        self._log("INFO", message, args)

    def warn(self, message: object, *args: object) -> None:
        self._log("WARN", message, args)

    warning = warn

    def error(self, message: object, *args: object) -> None:
        self._log("ERROR", message, args)

    def setLevel(self, level: str | int) -> None:
        """A level by its name, or by its number in `logging`."""
        self._level = level if isinstance(level, int) else _LEVELS[level.upper()]

    def _log(self, level: str, message: object, args: tuple[object, ...]) -> None:
        if _LEVELS[level] >= self._level:
            self._capture.emit(self._request_id, level, _fill(str(message), args))


def _fill(template: str, args: tuple[object, ...]) -> str:
    """`template % args`; arguments that do not fit it are shown beside it."""
    try:
        return template % args if args else template
    except (TypeError, ValueError, KeyError):
        return f"{template} {args!r}"


class _WhenImported:
    """Attaches to `logging` when user code imports it: a cold start saves 9 ms."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "logging":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _LoggingLoader(name, spec.loader.path, self._capture)
        return spec


class _LoggingLoader(SourceFileLoader):
    def __init__(self, name: str, path: str, capture: Capture) -> None:
        super().__init__(name, path)
        self._capture = capture

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        self._capture.attach()
