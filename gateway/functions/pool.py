"""Warm child processes: who runs a call, how many there are, when one goes.

A child serves one `function.key`, so a changed function never meets old code. The
pool belongs to one event loop. Whatever happens to a call is a result, never raised.
"""

import asyncio
import math
import time
from pathlib import Path
from typing import NamedTuple

import orjson

from gateway.functions import launch
from gateway.functions.invocation import Invocation, Ticket
from gateway.functions.package import Store
from gateway.functions.scratch import Scratch, remove
from gateway.functions.waiting import Waiter, Waiting, version_of
from gateway.functions.wire import MAX_PAYLOAD
from gateway.functions.worker import Death, Worker
from gateway.snapshot import Function

__all__ = ["Invocation", "Pool", "WorkerState"]


# Of one gateway: processes in all, and calls at once of one version of a function.
MAX_CHILDREN, MAX_PER_FUNCTION = 32, 8
_FREEZE_SECONDS = 0.05


class WorkerState(NamedTuple):
    """A child as tests and `manage.py doctor` see it."""

    pid: int
    key: str
    idle: bool
    calls: int


class Load(NamedTuple):
    """How many children are at work and how many idle, and how many calls wait."""

    busy: int
    idle: int
    waiting: int


class Pool:
    """Runs functions in at most `max_children` processes, `queue` calls waiting."""

    def __init__(
        self,
        packages: Store,
        *,
        max_children: int = MAX_CHILDREN,
        max_per_function: int = MAX_PER_FUNCTION,
        queue: int = 256,
        idle_seconds: float = 300,
        max_calls: int = 10_000,
        scratch: Path | None = None,
        jail: str = "",
    ) -> None:
        """`jail` is a level of launch.py, "" for the strongest of this host."""
        self._packages = packages
        self._max_children = max_children
        self._max_per_function = max_per_function
        self._idle_seconds = idle_seconds
        self._max_calls = max_calls
        self.jail = launch.choose(jail)
        self._scratch = Scratch(scratch)
        # By the time they went idle: the last is used first, the first goes first.
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._ending: set[Worker] = set()
        self._removals: set[asyncio.Future[None]] = set()
        self._waiting = Waiting(queue)
        self._freezer: asyncio.TimerHandle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def invoke(
        self,
        function: Function,
        event: object,
        *,
        request_id: str,
        timeout: float | None = None,
    ) -> Invocation:
        """Call the handler; allowed are the function's seconds, or `timeout` if less.

        They count from here to the reply, waiting for a free child included.
        """
        if not function.enabled or function.concurrency == 0:
            ticket = Ticket(function, request_id, 0)
            return ticket.refused("disabled", f"{function.func_name} is disabled")
        limit = min(function.timeout, math.inf if timeout is None else timeout)
        ticket = Ticket(function, request_id, limit)
        try:
            body = orjson.dumps(event)
        except TypeError as error:
            return ticket.refused("TypeError", f"the event cannot be JSON: {error}")
        if len(body) > MAX_PAYLOAD:
            text = f"the event of {len(body)} bytes is over {MAX_PAYLOAD}"
            return ticket.refused("ValueError", text)
        try:
            worker = self._grant(function) or await self._wait(ticket)
        except (OSError, LookupError) as error:
            return ticket.refused("crash", f"no process could be started: {error}")
        if worker is None:
            return ticket.refused("overload", "no free process in time")
        return await self._run(worker, ticket, body)

    async def close(self) -> None:
        """End every child and remove its files; calls in flight end as crashes."""
        if self._closed:
            return
        self._closed = True
        for timer in (self._timer, self._freezer):
            if timer is not None:
                timer.cancel()
        self._waiting.dismiss()
        for worker in (*self._idle, *self._busy):
            self._discard(worker)
        for worker in tuple(self._ending):
            await worker.gone.wait()
        await asyncio.gather(*self._removals)
        self._scratch.close()

    def workers(self) -> list[WorkerState]:
        """The children that can still be called."""
        busy = [WorkerState(w.pid, w.key, False, w.calls) for w in self._busy]
        return busy + [WorkerState(w.pid, w.key, True, w.calls) for w in self._idle]

    @property
    def load(self) -> Load:
        """For whoever asks, from any thread."""
        return Load(len(self._busy), len(self._idle), len(self._waiting))

    async def _run(self, worker: Worker, ticket: Ticket, body: bytes) -> Invocation:
        cold = worker.calls == 0
        ticket.interpreter = worker.interpreter
        began = worker.started if cold else time.monotonic()
        reusable = False
        try:
            outcome = await worker.call(
                body, ticket.request_id, deadline=ticket.deadline
            )
            spent_ms = (time.monotonic() - began) * 1000
            log = worker.take_log()
            reusable = not (isinstance(outcome, Death) or outcome.last)
        finally:
            self._release(worker, reusable)
        if isinstance(outcome, Death):
            return ticket.died(outcome, log, spent_ms, cold)
        return ticket.answered(outcome, log, spent_ms)

    def _grant(self, function: Function) -> Worker | None:
        """A warm child, or a new one where there is room; OSError if none starts."""
        if not self._may_run(function):
            return None
        worker = self._warm(function.key) or self._start(function)
        self._busy.add(worker)
        return worker

    def _may_run(self, function: Function) -> bool:
        """Whether the limits leave room for a call of a function now."""
        if self._closed or len(self._busy) >= self._max_children:
            return False
        most, version = self._max_per_function, version_of(function)
        if function.concurrency > 0:
            most = min(most, function.concurrency)
        return sum(version_of(w.function) == version for w in self._busy) < most

    def _warm(self, key: str) -> Worker | None:
        for worker in reversed(self._idle):
            if worker.key == key:
                if worker.alive:
                    self._idle.remove(worker)
                    if worker.frozen:
                        worker.thaw()
                    return worker
                self._discard(worker)
                return self._warm(key)
        return None

    def _start(self, function: Function) -> Worker:
        if len(self._busy) + len(self._idle) >= self._max_children:
            self._discard(self._idle[0])
        home = self._scratch.home()
        try:
            return Worker(function, self._packages, home, self._gone, self.jail)
        except (OSError, LookupError):
            remove(home)
            raise

    async def _wait(self, ticket: Ticket) -> Worker | None:
        waiter = Waiter(ticket.function)
        if self._closed or not self._waiting.join(waiter):
            return None
        seconds = ticket.deadline - time.monotonic()
        timer = asyncio.get_running_loop().call_later(seconds, waiter.give_up)
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            turn = waiter.turn
            if not turn.cancelled() and not turn.exception() and (w := turn.result()):
                self._release(w, reusable=w.calls > 0)
            raise
        finally:
            timer.cancel()
            self._waiting.leave(waiter)

    def _feed(self) -> None:
        """Give children to those who wait: a call of each function in its turn."""
        while waiter := self._waiting.next(self._may_run):
            try:
                waiter.turn.set_result(self._grant(waiter.function))
            except (OSError, LookupError) as error:
                waiter.turn.set_exception(error)

    def _release(self, worker: Worker, reusable: bool) -> None:
        worn = worker.calls >= self._max_calls
        if reusable and worker.alive and not worn and not self._closed:
            self._busy.discard(worker)
            worker.idle_since = time.monotonic()
            self._idle.append(worker)
            self._schedule()
            self._chill()
        else:
            self._discard(worker)
        self._feed()

    def _discard(self, worker: Worker) -> None:
        """Take a child out of service; `_gone` follows when it has ended."""
        self._forget(worker)
        if not worker.gone.is_set():
            self._ending.add(worker)
            worker.kill()

    def _forget(self, worker: Worker) -> None:
        self._busy.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)

    def _gone(self, worker: Worker) -> None:
        self._forget(worker)
        self._ending.discard(worker)
        loop = asyncio.get_running_loop()
        removal = loop.run_in_executor(None, remove, worker.home)
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)
        self._feed()

    def _schedule(self) -> None:
        if self._timer is None and self._idle:
            seconds = self._idle[0].idle_since + self._idle_seconds - time.monotonic()
            self._timer = asyncio.get_running_loop().call_later(seconds, self._retire)

    def _retire(self) -> None:
        """End the children that nobody has called for `idle_seconds`."""
        self._timer = None
        oldest = time.monotonic() - self._idle_seconds
        for worker in [w for w in self._idle if w.idle_since <= oldest]:
            self._discard(worker)
        self._schedule()

    def _chill(self) -> None:
        if self._freezer is None:
            loop = asyncio.get_running_loop()
            self._freezer = loop.call_later(_FREEZE_SECONDS, self._freeze)

    def _freeze(self) -> None:
        """Stop what has been idle for a moment: nothing runs on after its reply.

        A child that is called again and again never gets that far.
        """
        self._freezer = None
        latest = time.monotonic() - _FREEZE_SECONDS
        for worker in self._idle:
            if not worker.frozen and worker.idle_since <= latest and worker.alive:
                worker.freeze()
        if not all(worker.frozen for worker in self._idle):
            self._chill()
