"""One child process as the gateway sees it: start, call, kill, reap.

Driven by the event loop alone (asyncio or uvloop): a socket pair for the frames of
wire.py, a descriptor of the process for its end, and a memory file for what it
prints, which outlives it. A child that speaks when it was not asked, or answers
without the call's nonce, is killed.
"""

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

import orjson

from gateway.functions.package import Store
from gateway.functions.wire import FRAME, LAST, MAX_LOG, MAX_PAYLOAD, OK, REPLY
from gateway.snapshot import Function

_CHILD = Path(__file__).with_name("child.py")
_ROOT = Path(__file__).parents[2]
# One malloc arena: those of further threads would each reserve 64 MB of the limit.
_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}
_MAX_FRAME = MAX_PAYLOAD + REPLY.size
_CUT = f"... the log is cut: it has more than {MAX_LOG} bytes\n"


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


class Worker(asyncio.Protocol):
    """A child serving one function, one call at a time.

    Constructing starts the process (OSError when the host refuses), `call` connects
    to it, `gone` is set and `ended` called once it is reaped.
    """

    def __init__(
        self,
        function: Function,
        packages: Store,
        home: Path,
        ended: Callable[["Worker"], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.key = function.key
        self.home = home
        self.calls = 0
        self.idle_since = 0.0
        self.started = time.monotonic()
        self.gone = asyncio.Event()
        self._ended = ended
        self._inbox = bytearray()
        self._transport: asyncio.WriteTransport | None = None
        self._outcome: asyncio.Future[Reply | Death] | None = None
        self._nonce = b""
        self._cause: tuple[str, str] | None = None
        self._memory_mb = 0.0
        self._setup = _setup(function, packages, home, self.started)
        self._log: int | None = _log_file()
        self._last_words = ""
        self._start()

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
        timer = self._loop.call_later(seconds, self.kill, "timeout", "timed out")
        try:
            if self._transport is None:
                await self._loop.create_connection(lambda: self, sock=self._socket)
            self._ask(event, request_id, deadline)
            return await outcome
        finally:
            timer.cancel()
            self._outcome = None

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

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are not subclasses of asyncio's.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send(self._setup)

    def data_received(self, data: bytes) -> None:
        self._inbox += data
        if len(self._inbox) < FRAME.size:
            return
        size = FRAME.unpack_from(self._inbox)[0]
        missing = FRAME.size + size - len(self._inbox)
        if self._outcome is None or missing < 0 or size > _MAX_FRAME:
            self._inbox.clear()
            self.kill("crash", "wrote to the gateway out of turn")
        elif not missing:
            body, self._inbox = bytes(self._inbox[FRAME.size :]), bytearray()
            self._answered(body)

    def connection_lost(self, exc: Exception | None) -> None:
        # Without a text the exit status tells: it most likely died by itself.
        self.kill("crash", "")

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = _spawn(theirs.fileno(), self._log, self.home)
        except OSError:
            self._socket.close()
            self._close_log()
            raise
        self._end = os.pidfd_open(self.pid)
        self._loop.add_reader(self._end, self._reap)

    def _ask(self, event: bytes, request_id: str, deadline: float) -> None:
        nonce = os.urandom(8).hex()
        self._nonce = nonce.encode()
        call = {
            "id": request_id,
            "nonce": nonce,
            "deadline": deadline,
            "event": orjson.Fragment(event),
        }
        self._send(orjson.dumps(call))

    def _send(self, body: bytes) -> None:
        assert self._transport is not None
        self._transport.write(FRAME.pack(len(body)) + body)

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
        if self._transport is not None:
            self._transport.abort()
        elif self._outcome is None:
            self._socket.close()
        self._settle(self._death(status))
        self.gone.set()
        self._ended(self)

    def _death(self, status: int) -> Death:
        kind, text = self._cause or ("crash", "")
        if not text or status != -signal.SIGKILL:
            text = _ending(status)
        return Death(kind, text, self._memory_mb)

    def _close_log(self) -> None:
        if self._log is not None:
            os.close(self._log)
            self._log = None


def _spawn(channel: int, log: int | None, home: Path) -> subprocess.Popen[bytes]:
    """A child with the socket, the log, and nothing else of the gateway's."""
    command = [sys.executable, "-I", "-S", str(_CHILD), str(channel), str(_ROOT)]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=_ENVIRONMENT,
        cwd=home,
        pass_fds=(channel,),
        start_new_session=True,
    )


def _log_file() -> int:
    """A memory file that can neither grow nor shrink, so a log is never a flood.

    Its offset, which all who write share, is the length of the log.
    """
    number = os.memfd_create("log", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.truncate(number, MAX_LOG)
    seals = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(number, fcntl.F_ADD_SEALS, seals)
    return number


def _setup(function: Function, packages: Store, home: Path, started: float) -> bytes:
    """The first document a child receives; it reads all its settings there."""
    user_data = {**function.user_data, **function.encrypted_user_data}
    code = packages.code(function.code_hash)
    installed = packages.dependencies(function.dependencies_hash)
    document = {
        "home": str(home),
        "parent": os.getpid(),
        "started": started,
        "code": str(code),
        "dependencies": str(installed) if function.dependencies_hash else "",
        "handler": function.handler,
        "user_data": user_data,
        "settings": _settings(function, code, home, user_data),
    }
    return orjson.dumps(document)


def _settings(
    function: Function, code: Path, home: Path, user_data: dict[str, str]
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
        "ROOT": str(home),
        "CODE_ROOT": str(code),
        "LOG_DIR": str(home / "tmp"),
    }


def _peak_mb(pid: int) -> float:
    """The most memory a process has held, 0 when it has none any more."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = status.partition("VmHWM:")[2].split(None, 1)
    return int(found[0]) / 1024 if found else 0.0


def _ending(status: int) -> str:
    if status < 0:
        return f"the function's process was killed by {_signal(-status)}"
    return f"the function's process ended with status {status}"


def _signal(number: int) -> str:
    known = {s.value for s in signal.Signals}
    return signal.Signals(number).name if number in known else f"signal {number}"
