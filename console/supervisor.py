"""Processes kept alive: started together, restarted when one dies, stopped together.

Every child leads a process group of its own, so that what it leaves behind can be
found, and is told by the kernel to end when the supervisor is gone.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.functions import libc

Address = tuple[str, int]

# Seconds: how long a start, a drained stop and a probe may take; a life shorter
# than QUICK is a quick death, and those are restarted ever later.
START, DRAIN, PROBE, QUICK, LONGEST_PAUSE = 60.0, 10.0, 0.5, 10.0, 5.0

_STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_HEARD = _STOPS | {signal.SIGCHLD}
_POLL = 0.02
_PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A service could not be started; the message is for a person."""


@dataclass
class Service:
    """A command to keep alive, and the addresses on which it then listens.

    `directory` and `environment` are the command's; None leaves it the present one.
    """

    name: str
    command: Sequence[str]
    addresses: Sequence[Address] = ()
    directory: Path | None = None
    environment: Mapping[str, str] | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    due: float = field(default=0.0, init=False)
    quick_deaths: int = field(default=0, init=False)

    def start(self) -> None:
        parent = os.getpid()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            process_group=0,
            preexec_fn=lambda: _tie_to(parent),
        )

    def end(self) -> int | None:
        """The exit status of a death not yet seen to: negative for a signal."""
        status = None if self.process is None else self.process.poll()
        if status is not None:
            self.kill_group()
            self.process = None
        return status

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def kill_group(self) -> None:
        """End the process and everything that it started and left behind."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Runs services until a signal says stop. `say` gets lines for a person."""

    def __init__(self, services: Sequence[Service], say: Callable[[str], None]) -> None:
        self.services = services
        self.say = say

    def run(self, on_ready: Callable[[], None]) -> None:
        """Start, call `on_ready` once all listen, and return after a stop.

        StartError when a service ends, or does not listen, before that.
        """
        # Blocked, and taken one at a time by sigtimedwait: nothing interrupts us.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        try:
            for service in self.services:
                service.start()
            if self._become_ready():
                on_ready()
                self._watch()
        finally:
            self._stop()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _become_ready(self) -> bool:
        """Whether all services listen; False when asked to stop before."""
        waiting = {a: s for s in self.services for a in s.addresses}
        deadline = time.monotonic() + START
        while waiting:
            if _heard(_POLL) in _STOPS:
                return False
            for service in self.services:
                if (status := service.end()) is not None:
                    raise StartError(
                        f"The {service.name} {_fate(status)} at its start."
                    )
            waiting = {a: s for a, s in waiting.items() if not _listens(a)}
            if time.monotonic() > deadline:
                names = ", ".join(sorted({s.name for s in waiting.values()}))
                raise StartError(f"Not listening after {START:.0f} s: {names}.")
        return True

    def _watch(self) -> None:
        while _heard(self._pause()) not in _STOPS:
            for service in self.services:
                if (status := service.end()) is not None:
                    self._plan_restart(service, status)
                if service.process is None and service.due <= time.monotonic():
                    service.start()

    def _pause(self) -> float:
        """Seconds until the next restart that is planned."""
        due = [s.due for s in self.services if s.process is None]
        return max(0.0, min(due) - time.monotonic()) if due else 3600.0

    def _plan_restart(self, service: Service, status: int) -> None:
        now = time.monotonic()
        quick = now - service.started < QUICK
        service.quick_deaths = service.quick_deaths + 1 if quick else 0
        pause = min(0.1 * 2**service.quick_deaths, LONGEST_PAUSE) if quick else 0.0
        service.due = now + pause
        self.say(f"The {service.name} {_fate(status)}; restarting it.")

    def _stop(self) -> None:
        """Let all services drain; a second signal or DRAIN seconds end that."""
        for service in self.services:
            service.terminate()
        deadline = time.monotonic() + DRAIN
        left = list(self.services)
        while left and (rest := deadline - time.monotonic()) > 0:
            left = [s for s in left if s.process and s.end() is None]
            if left and _heard(rest) in _STOPS:
                break
        for service in left:
            service.kill_group()


def _heard(seconds: float) -> int | None:
    """The next signal of `_HEARD`, or None after these seconds."""
    found = signal.sigtimedwait(_HEARD, seconds)
    return found.si_signo if found else None


def _fate(status: int) -> str:
    if status < 0:
        return f"was killed by signal {-status}"
    return f"ended (status {status})"


def _listens(address: Address) -> bool:
    try:
        socket.create_connection(address, timeout=PROBE).close()
    except OSError:
        return False
    return True


def _tie_to(parent: int) -> None:
    """In the new process: end with the parent, and hear every signal."""
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)  # It died before the line above.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
