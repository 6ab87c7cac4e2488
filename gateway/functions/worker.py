"""One child process as the gateway sees it: start, call, kill, reap.

Driven by the event loop alone (asyncio or uvloop): a socket pair for the frames of
wire.py, read and written here without a transport; a descriptor of the process for
its end; a memory file for what it prints, which outlives it. A child that speaks when
it was not asked, or answers without the call's nonce, is killed.
"""

import asyncio
import fcntl
import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import orjson

from gateway.functions import launch
from gateway.functions.package import Store
from gateway.functions.wire import CALL, FRAME, LAST, MAX_LOG, MAX_PAYLOAD, OK, REPLY
from gateway.snapshot import Function

_MAX_FRAME = MAX_PAYLOAD + REPLY.size
_CUT = f"... the log is cut: it has more than {MAX_LOG} bytes\n"
_READ = 1 << 18
_LAST_WORDS = 0.2
READY = FRAME.pack(0)


class Reply(NamedTuple):
    """What a child answered: its own times in ms, its peak memory in MB."""

    ok: bool
    last: bool
    handler_ms: float
    ready_ms: float
    memory_mb: float
    result: str


class Death(NamedTuple):
    """A child that ended instead: `kind` is `timeout` or `crash`."""

    kind: str
    text: str
    memory_mb: float


class Worker:
    """A child serving one function, one call at a time.

    Constructing starts the process (OSError when the host refuses, RuntimeMissing
    without an interpreter); `gone` is set and `ended` called once it is reaped.
    """

    def __init__(
        self,
        function: Function,
        packages: Store,
        home: Path,
        ended: Callable[["Worker"], None],
        jail: str = "",
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.function = function
        self.key = function.key
        self.home = home
        self.calls = 0
        self.idle_since = 0.0
        self.frozen = False
        self.started = time.monotonic()
        self.gone = asyncio.Event()
        self._ended = ended
        self._inbox = bytearray()
        self._outbox = b""
        self._writing = False
        self._outcome: asyncio.Future[Reply | Death] | None = None
        self._nonce = b""
        self._cause: tuple[str, str] | None = None
        self._memory_mb = 0.0
        self._initializer_timer: asyncio.TimerHandle | None = None
        self._log: int | None = None
        self._last_words = ""
        self._start(launch.plan(function, packages, home, jail))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be called: not condemned, and running, asked of the kernel."""
        if self._cause or self._process.returncode is not None:
            return False
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, options) is None

    async def call(
        self, event: bytes, request_id: str, *, deadline: float
    ) -> Reply | Death:
        """One invocation with a JSON event, killed at `deadline` (monotonic seconds).

        Whoever stops waiting for the outcome has to kill the worker.
        """
        outcome: asyncio.Future[Reply | Death] = self._loop.create_future()
        self._outcome = outcome
        self.calls += 1
        seconds = deadline - time.monotonic()
        timer = self._loop.call_later(seconds, self.kill, "timeout", "")
        try:
            self._nonce = os.urandom(8)
            name = request_id.encode()
            head = CALL.pack(self._nonce, deadline, len(name))
            self._send(head + name + event)
            return await outcome
        finally:
            timer.cancel()
            self._outcome = None

    def freeze(self) -> None:
        """Let nothing in an idle child run on, until it is called again."""
        self.frozen = True
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        self.frozen = False
        os.killpg(self.pid, signal.SIGCONT)

    def kill(self, kind: str = "crash", text: str = "was ended") -> None:
        """End the process and its group; the first cause is the one reported."""
        if self._process.returncode is None and self._cause is None:
            self._cause = kind, text
            self._memory_mb = _peak_mb(self.pid) or self._memory_mb
            os.killpg(self.pid, signal.SIGKILL)

    def take_log(self) -> str:
        """What was printed since the last time; nothing of it is lost by a crash."""
        if self._log is None:
            text, self._last_words = self._last_words, ""
            return text
        size = os.lseek(self._log, 0, os.SEEK_CUR)
        if not size:
            return ""
        text = os.pread(self._log, min(size, MAX_LOG), 0).decode(errors="replace")
        os.lseek(self._log, 0, os.SEEK_SET)
        if not text.endswith("\n"):
            text += "\n"
        return text + _CUT if size >= MAX_LOG else text

    def _start(self, plan: launch.Plan) -> None:
        self.interpreter = plan.runtime.version
        self._wrapped = plan.wrapped
        with ExitStack() as undo:
            self._log = _log_file()
            undo.callback(self._close_log)
            self._socket, theirs = socket.socketpair()
            undo.callback(self._socket.close)
            with theirs:
                self._process = launch.spawn(plan, theirs.fileno(), self._log)
            undo.callback(self._process.wait)
            undo.callback(self._process.kill)
            self._end = os.pidfd_open(self.pid)
            undo.pop_all()
        self._socket.setblocking(False)
        self._loop.add_reader(self._end, self._reap)
        self._loop.add_reader(self._socket, self._readable)
        if self.function.initializer_handler:
            self._initializer_timer = self._loop.call_later(
                self.function.initializer_timeout,
                self.kill,
                "timeout",
                "the initializer timed out after "
                f"{self.function.initializer_timeout:.2f} seconds",
            )
        self._send(_setup(self.function, plan, self.started))

    def _send(self, body: bytes) -> None:
        """Write a frame, as much as fits now and the rest when there is room."""
        frame = FRAME.pack(len(body)) + body
        if self._outbox:
            self._outbox += frame
            return
        self._outbox = frame
        self._flush()

    def _flush(self) -> None:
        try:
            sent = self._socket.send(self._outbox)
        except BlockingIOError:
            sent = 0
        except OSError:
            # It has closed its end: `_readable` sees that too, and ends it.
            sent = len(self._outbox)
        waiting = len(self._outbox) > sent
        if waiting:
            self._loop.add_writer(self._socket, self._flush)
        elif self._writing:
            self._loop.remove_writer(self._socket)
        self._writing = waiting
        self._outbox = self._outbox[sent:]

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            # Without a text the exit status tells: it most likely died by itself,
            # and bubblewrap needs a moment to say how.
            self._loop.remove_reader(self._socket)
            self._loop.call_later(_LAST_WORDS * self._wrapped, self.kill, "crash", "")
            return
        self._inbox += data
        if self._inbox.startswith(READY) and self._initializer_timer is not None:
            self._initializer_timer.cancel()
            self._initializer_timer = None
            del self._inbox[: len(READY)]
        if len(self._inbox) >= FRAME.size:
            self._take(FRAME.unpack_from(self._inbox)[0])

    def _take(self, size: int) -> None:
        """A reply, once it is whole; anything else ends the child."""
        missing = FRAME.size + size - len(self._inbox)
        if self._outcome is None or missing < 0 or size > _MAX_FRAME:
            self._inbox.clear()
            self.kill("crash", "wrote to the gateway out of turn")
        elif not missing:
            body = bytes(self._inbox[FRAME.size :])
            self._inbox.clear()
            self._answered(body)

    def _answered(self, body: bytes) -> None:
        if not body.startswith(self._nonce) or len(body) < REPLY.size:
            self.kill("crash", "answered another call than the one it was given")
            return
        _, flags, handler_ms, ready_ms, self._memory_mb = REPLY.unpack_from(body)
        self._settle(
            Reply(
                ok=bool(flags & OK),
                last=bool(flags & LAST),
                handler_ms=handler_ms,
                ready_ms=ready_ms,
                memory_mb=self._memory_mb,
                result=body[REPLY.size :].decode(errors="replace"),
            )
        )

    def _settle(self, outcome: Reply | Death) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(outcome)

    def _reap(self) -> None:
        """The process has ended: end what it started, and give everything back."""
        self._loop.remove_reader(self._end)
        os.close(self._end)
        os.killpg(self.pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self._process.returncode = status
        self._last_words = self.take_log()
        self._close_log()
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        if self._initializer_timer is not None:
            self._initializer_timer.cancel()
        self._settle(self._death(status))
        self.gone.set()
        self._ended(self)

    def _death(self, status: int) -> Death:
        if self._wrapped and status > 128:
            # What bubblewrap says of a child that a signal ended.
            status = 128 - status
        kind, text = self._cause or ("crash", "")
        if kind != "timeout" and (not text or status != -signal.SIGKILL):
            text = _ending(status)
        return Death(kind, text, self._memory_mb)

    def _close_log(self) -> None:
        if self._log is not None:
            os.close(self._log)
            self._log = None


def _log_file() -> int:
    """A memory file that can neither grow nor shrink, so a log is never a flood.

    Its offset, which all who write share, is the length of the log.
    """
    number = os.memfd_create("log", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.truncate(number, MAX_LOG)
    seals = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, seals)
    return number


def _setup(function: Function, plan: launch.Plan, started: float) -> bytes:
    """The first document a child receives; it reads all its settings there."""
    user_data = {**function.user_data, **function.encrypted_user_data}
    document = {
        "started": started,
        "code": plan.code,
        "dependencies": plan.dependencies,
        "handler": function.handler,
        "initializer": function.initializer_handler,
        "user_data": user_data,
        "alias": function.alias,
        "settings": _settings(function, plan, user_data),
        "walls": plan.walls,
    }
    return orjson.dumps(document)


def _settings(
    function: Function, plan: launch.Plan, user_data: dict[str, str]
) -> dict[str, str]:
    """The preset variables without their RUNTIME_ (auth.md section 10.2)."""
    return {
        "PROJECT_ID": function.project_id,
        "FUNC_NAME": function.func_name,
        "FUNC_VERSION": function.version,
        "PACKAGE": function.package,
        "HANDLER": function.handler,
        "TIMEOUT": str(function.timeout),
        "USERDATA": orjson.dumps(user_data).decode(),
        "CPU": str(function.memory_size * 100 // 128 + 200),
        "MEMORY": str(function.memory_size),
        "MAX_RESP_BODY_SIZE": str(MAX_PAYLOAD),
        "INITIALIZER_HANDLER": function.initializer_handler,
        "INITIALIZER_TIMEOUT": str(function.initializer_timeout),
        "ROOT": str(Path(plan.temp).parent),
        "CODE_ROOT": plan.code,
        "LOG_DIR": plan.temp,
    }


def _peak_mb(pid: int) -> float:
    """The most memory a process has held, 0 when it has none any more.

    Of bubblewrap, that of the process inside.
    """
    try:
        while inner := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            pid = int(inner[0])
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        # It ended meanwhile.
        return 0.0
    found = status.partition("VmHWM:")[2].split(None, 1)
    return int(found[0]) / 1024 if found else 0.0


def _ending(status: int) -> str:
    if status < 0:
        return f"the function's process was killed by {_signal(-status)}"
    return f"the function's process ended with status {status}"


def _signal(number: int) -> str:
    known = {s.value for s in signal.Signals}
    return signal.Signals(number).name if number in known else f"signal {number}"
