"""State shared by many gateways, in Redis.

What is asked for in one turn of the event loop goes in one pipeline, so a call waits
for one round trip at most. While Redis does not answer, counters are this gateway's
own; they go on from what Redis said last.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from gateway import metrics
from gateway.state import Breaker, Full, Window
from gateway.state.memory import Memory
from gateway.state.scripts import FORGET, GET, NOTE, PUT, TAKE

# Seconds: how long an answer may take, and between two looks whether it is back.
TIMEOUT, PROBE = 0.25, 0.5
# Pipelines under way at once; what comes meanwhile goes together in the next.
PIPELINES = 8
# One slot of a cluster, since a script has all its keys in one.
PREFIX = "{sallyport}:"

log = logging.getLogger(__name__)
Argument = str | bytes | int


class _Ask(NamedTuple):
    """One operation, what becomes of its reply, and what to do without one."""

    script: str
    keys: list[str]
    arguments: list[Argument]
    use: Callable[[Any], Any]
    otherwise: Callable[[], Any]
    answer: "asyncio.Future[Any]"


class Redis:
    """`State` in the Redis server at a URL."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.time,
        timeout: float = TIMEOUT,
    ) -> None:
        self._clock = clock
        self._client = Client.from_url(
            url,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            retry=Retry(NoBackoff(), 0),
        )
        self._local = Memory(clock=clock)
        self._waiting: list[_Ask] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._probing: asyncio.Task[None] | None = None
        self._scheduled = False
        self._known: dict[str, str] = {}
        self.away = False
        self.round_trips = 0
        self.full = self._local.full
        self.seen = self._local.seen
        self.seconds_left = self._local.seconds_left
        self.open_left = self._local.open_left

    def take(self, windows: Sequence[Window]) -> Full | Awaitable[Full]:
        # A window that Redis said is full stays so until it ends.
        full = self.full(windows)
        if full is not None or self.away:
            return full or self._local.take(windows)
        if any(window.local for window in windows):
            self._local.take([window for window in windows if window.local])
            windows = [window for window in windows if not window.local]
            if not windows:
                return None
        sent = self._clock()
        arguments: list[Argument] = []
        for window in windows:
            arguments += (window.limit, round(window.seconds * 1000))

        def taken(reply: list[int]) -> Full:
            for window, count, left in zip(
                windows, reply[1::2], reply[2::2], strict=True
            ):
                self._local.counters.learn(window.key, count, sent + left / 1000)
            return windows[reply[0] - 1] if reply[0] else None

        keys = [window.key for window in windows]
        return self._ask(
            TAKE, keys, arguments, taken, lambda: self._local.take(windows)
        )

    def forget(self, key: str) -> None:
        self._local.forget(key)
        if not self.away:
            self._ask(FORGET, [key], [], _nothing, _nothing)

    def note(self, breaker: Breaker, healthy: bool) -> None:
        if self.away:
            self._local.note(breaker, healthy)
            return
        sent = self._clock()

        def noted(left: int) -> None:
            if left:
                self._local.breakers.learn(breaker.key, sent + left / 1000)

        milliseconds = [round(t * 1000) for t in (breaker.window, breaker.open)]
        self._ask(
            NOTE,
            [breaker.key],
            [
                int(healthy),
                breaker.threshold,
                *milliseconds,
                int(breaker.percentage),
                breaker.least,
            ],
            noted,
            lambda: self._local.note(breaker, healthy),
        )

    def get(self, key: str) -> bytes | None | Awaitable[bytes | None]:
        if self.away:
            return self._local.get(key)
        return self._ask(GET, [key], [], lambda v: v, lambda: self._local.get(key))

    def put(self, key: str, value: bytes, seconds: float) -> None:
        if self.away:
            self._local.put(key, value, seconds)
            return
        self._ask(
            PUT,
            [key],
            [value, max(1, round(seconds * 1000))],
            _nothing,
            lambda: self._local.put(key, value, seconds),
        )

    async def close(self) -> None:
        """Let what is under way arrive, then close the connections."""
        if self._probing is not None:
            self._probing.cancel()
        while self._waiting or self._tasks:
            self._flush()
            await asyncio.wait(self._tasks)
        await self._client.aclose()

    def _ask(
        self,
        script: str,
        keys: list[str],
        arguments: list[Argument],
        use: Callable[[Any], Any],
        otherwise: Callable[[], Any],
    ) -> "asyncio.Future[Any]":
        loop = asyncio.get_running_loop()
        ask = _Ask(script, keys, arguments, use, otherwise, loop.create_future())
        self._waiting.append(ask)
        if not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._flush)
        return ask.answer

    def _flush(self) -> None:
        self._scheduled = False
        if not self._waiting or len(self._tasks) >= PIPELINES:
            return
        asks, self._waiting = self._waiting, []
        task = asyncio.get_running_loop().create_task(self._send(asks))
        self._tasks.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._flush()

    async def _send(self, asks: list[_Ask]) -> None:
        try:
            replies = await self._run(asks)
            failed = [n for n, r in enumerate(replies) if isinstance(r, NoScriptError)]
            if failed:
                self._known.clear()
                again = await self._run([asks[n] for n in failed])
                for n, reply in zip(failed, again, strict=True):
                    replies[n] = reply
        except (RedisError, OSError, TimeoutError) as error:
            self._go_away(error)
            replies = [error] * len(asks)
        for ask, reply in zip(asks, replies, strict=True):
            self._settle(ask, reply)

    async def _run(self, asks: list[_Ask]) -> list[Any]:
        for ask in asks:
            if ask.script not in self._known:
                digest = await self._client.script_load(ask.script)
                self._known[ask.script] = _text(digest)
        pipeline = self._client.pipeline(transaction=False)
        for ask in asks:
            keys = [PREFIX + key for key in ask.keys]
            pipeline.evalsha(self._known[ask.script], len(keys), *keys, *ask.arguments)
        self.round_trips += 1
        return list(await pipeline.execute(raise_on_error=False))

    def _settle(self, ask: _Ask, reply: Any) -> None:
        failed = isinstance(reply, Exception)
        if failed:
            metrics.STATE_LOCAL.inc()
            if not self.away:
                log.error("Redis refused an operation: %s", reply)
        value = ask.otherwise() if failed else ask.use(reply)
        if not ask.answer.done():
            ask.answer.set_result(value)

    def _go_away(self, error: Exception) -> None:
        if self.away:
            return
        self.away = True
        metrics.STATE_AWAY.set(1)
        log.warning(
            "Redis does not answer (%s): limits hold for this gateway alone until "
            "it does",
            error,
        )
        self._probing = asyncio.get_running_loop().create_task(self._come_back())

    async def _come_back(self) -> None:
        while self.away:
            await asyncio.sleep(PROBE)
            try:
                await self._client.ping()
            except (RedisError, OSError, TimeoutError):
                continue
            self.away = False
        metrics.STATE_AWAY.set(0)
        log.warning("Redis answers again: limits hold for all gateways together")


def _nothing(reply: object = None) -> None:
    """What becomes of a reply that nobody needs."""


def _text(digest: str | bytes) -> str:
    return digest.decode() if isinstance(digest, bytes) else digest
