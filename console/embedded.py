"""The gateway's core inside the console: one event loop on a thread of its own.

It serves `views/gateway.py`, the debug page and a function's Test, so that
`manage.py runserver` alone is a whole gateway, and a draft can be tried without
touching live traffic.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings

from console import features
from gateway.app import Gateway
from gateway.call import Call, Services
from gateway.client import Client
from gateway.control import start_control
from gateway.errors import ConfigurationMissing
from gateway.functions.package import Store
from gateway.functions.pool import Invocation, Pool
from gateway.guard import Guard, guard
from gateway.http import Request, Response, Stream, gathered
from gateway.pipeline import run
from gateway.questions import answering
from gateway.records import Recorder
from gateway.server import parse_address
from gateway.snapshot import Function, Snapshot
from gateway.source import File, Fixed
from gateway.state.memory import ExpiringCache, Memory
from gateway.verdicts import Verdicts

T = TypeVar("T")
# What is read of a debug call's answer; what is shown is cut elsewhere.
SHOWN_BYTES = 2 * 1024 * 1024


class Embedded:
    """A gateway on a loop thread; every method may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="gateway", daemon=True
        )
        self._thread.start()
        self._pool = Pool(Store(settings.PACKAGES_DIR), jail=settings.FUNCTION_JAIL)
        self._live = File(settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE)
        self.records = Recorder()
        self._client = Client(_guard())
        self._gateway = Gateway(
            self._live, self._pool, records=self.records, client=self._client
        )
        self._loop.call_soon_threadsafe(self._gateway.open)
        self._drafts = ExpiringCache()
        self._draft_state = Memory()
        self._control = start_control(
            settings.SNAPSHOT_FILE,
            settings.SNAPSHOT_KEY_FILE,
            answering(self._verdicts(), self._gateway.services),
        )

    def serve(self, request: Request) -> Response:
        """What a gateway answers to a request."""
        return self._wait(lambda: self._gateway.handle(request))

    @property
    def body_limit(self) -> int:
        """The largest request body that the gateway takes, in bytes."""
        try:
            return self._live.current().settings.request_body_size
        except ConfigurationMissing:
            return features.of_calls().request_body_size

    def debug(
        self, request: Request, snapshot: Snapshot, *, policies: bool
    ) -> tuple[Response, Call]:
        """The answer to a debug call run on a given snapshot, and what became of it.

        Without `policies`, none of those that are bound acts on it.
        """
        services = Services(
            Fixed(snapshot),
            self._pool,
            self._drafts,
            time.time,
            self.records,
            self._draft_state,
            self._client,
            self._gateway.services.background,
        )
        call = Call(request, services, debug=True, traced=True, policies=policies)
        return self._wait(lambda: _whole(call)), call

    def pieces(self, body: Stream) -> Iterator[bytes]:
        """The body of a response, for a server that waits for each piece."""
        iterator = aiter(body)

        async def following() -> bytes | None:
            return await anext(iterator, None)

        try:
            while (piece := self._wait(following)) is not None:
                yield piece
        finally:
            self._loop.call_soon_threadsafe(body.close)

    def invoke(self, function: Function, event: object, request_id: str) -> Invocation:
        """One call of a function."""
        return self._wait(
            lambda: self._pool.invoke(function, event, request_id=request_id)
        )

    @property
    def jail(self) -> str:
        """The jail level that functions run at."""
        return self._pool.jail

    def _verdicts(self) -> Verdicts:
        remembered = {
            "console": self._gateway.services.verdicts,
            "debug page": self._drafts,
        }
        return Verdicts(remembered, self._live, settings.SNAPSHOT_KEY_FILE.read_bytes())

    def close(self) -> None:
        """End the function workers, the connections and the loop."""
        if self._control is not None:
            self._control.close()
        self._wait(self._gateway.close)
        self._wait(self._loop.shutdown_default_executor)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(start(), self._loop).result()


async def _whole(call: Call) -> Response:
    """The answer of a debug call, as much of it as is shown."""
    return await gathered(await run(call), SHOWN_BYTES)


def _guard() -> Guard:
    """The addresses that backends may not have, as for the gateway's own process."""
    binds = [text for text in (settings.CONSOLE_BIND, settings.METRICS_BIND) if text]
    return guard(map(parse_address, binds), settings.ALLOWED_BACKENDS)


@lru_cache(maxsize=1)
def embedded() -> Embedded:
    """The gateway core of this process, started when it is first needed."""
    return Embedded()
