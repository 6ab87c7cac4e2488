"""Work beside calls that no call waits for: bounded, and ended with the gateway.

Everything here belongs to one event loop; phases that use it give coroutines.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Protocol, TypeVar

log = logging.getLogger(__name__)


class Closing(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T", bound=Closing)


class Background:
    """Tasks, and what lives from call to call until its configuration changes."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._counts: dict[str, int] = {}
        self._kept: dict[Hashable, tuple[Hashable, Closing]] = {}

    def spawn(self, kind: str, work: Coroutine[Any, Any, None], most: int) -> bool:
        """Run work of a kind; False when `most` of it is running already."""
        if self._counts.get(kind, 0) >= most:
            work.close()
            return False
        self._counts[kind] = self._counts.get(kind, 0) + 1
        task = asyncio.get_running_loop().create_task(self._run(work))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(kind, done))
        return True

    def keep(self, key: Hashable, version: Hashable, make: Callable[[], T]) -> T:
        """What was made under a key for this version, made now if it was not.

        What an older version had is closed.
        """
        known = self._kept.get(key)
        if known is not None and known[0] == version:
            return known[1]  # type: ignore[return-value]
        made = make()
        self._kept[key] = version, made
        if known is not None:
            self.spawn("close", known[1].close(), 1000)
        return made

    def running(self, kind: str) -> int:
        return self._counts.get(kind, 0)

    async def close(self) -> None:
        """End everything, finished or not."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        kept, self._kept = self._kept, {}
        for _, thing in kept.values():
            await thing.close()

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("work beside calls failed")

    def _end(self, kind: str, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._counts[kind] -= 1
