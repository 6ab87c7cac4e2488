"""Calls that wait for a process: a bounded queue, fair between functions.

Each version of a function has a line of its own, first come first served, and the
lines take turns. When the queue is full, the newest call of the longest line gives way
to one with a shorter line: a flood of one function refuses no call of another.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from gateway.functions.worker import Worker
from gateway.snapshot import Function

Version = tuple[str, str]


def version_of(function: Function) -> Version:
    """What limits count by: not the key, which changes with every setting."""
    return function.urn, function.version


class Waiter:
    """A call in the queue; its turn comes with a worker, or with None: too late."""

    def __init__(self, function: Function) -> None:
        self.function = function
        loop = asyncio.get_running_loop()
        self.turn: asyncio.Future[Worker | None] = loop.create_future()

    def give_up(self) -> None:
        if not self.turn.done():
            self.turn.set_result(None)


class Waiting:
    """At most `size` waiters, in lines that take turns."""

    def __init__(self, size: int) -> None:
        self._size = size
        # In the order of their next turns.
        self._lines: dict[Version, deque[Waiter]] = {}

    def __len__(self) -> int:
        # A copy, since another thread may ask.
        return sum(map(len, tuple(self._lines.values())))

    def join(self, waiter: Waiter) -> bool:
        """Whether there was room, or another gave way."""
        name = version_of(waiter.function)
        line = self._lines.get(name, deque())
        if len(self) >= self._size:
            longest = max(self._lines.values(), key=len, default=line)
            if len(longest) <= len(line) + 1:
                return False
            longest.pop().give_up()
        line.append(waiter)
        self._lines[name] = line
        return True

    def leave(self, waiter: Waiter) -> None:
        """Out of the queue, if it is still there."""
        name = version_of(waiter.function)
        line = self._lines.get(name, deque())
        if waiter in line:
            line.remove(waiter)
        if not line:
            self._lines.pop(name, None)

    def next(self, may_run: Callable[[Function], bool]) -> Waiter | None:
        """Take out the next one whose function may run; its line goes to the end."""
        for name, line in self._lines.items():
            waiter = next((w for w in line if not w.turn.done()), None)
            if waiter is not None and may_run(waiter.function):
                line.remove(waiter)
                del self._lines[name]
                if line:
                    self._lines[name] = line
                return waiter
        return None

    def dismiss(self) -> None:
        """Nobody's turn will come any more."""
        for line in self._lines.values():
            for waiter in line:
                waiter.give_up()
