"""The gateway's core inside the console: one event loop on a thread of its own.

It serves `views/gateway.py`, the debug page and a function's Test, so that
`manage.py runserver` alone is a whole gateway, and a draft can be tried without
touching live traffic.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings

from gateway.app import Gateway
from gateway.call import Call, Services, Step
from gateway.functions.package import Store
from gateway.functions.pool import Invocation, Pool
from gateway.http import Request, Response
from gateway.pipeline import run
from gateway.records import Recorder
from gateway.snapshot import Function, Snapshot
from gateway.source import File, Fixed
from gateway.state.memory import ExpiringCache, Memory

T = TypeVar("T")


class Embedded:
    """A gateway on a loop thread; every method may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="gateway", daemon=True
        )
        self._thread.start()
        self._pool = Pool(Store(settings.PACKAGES_DIR), jail=settings.FUNCTION_JAIL)
        live = File(settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE)
        self.records = Recorder()
        self._gateway = Gateway(live, self._pool, records=self.records)
        self._drafts = ExpiringCache()
        self._draft_state = Memory()

    def serve(self, request: Request) -> Response:
        """What a gateway answers to a request."""
        return self._wait(lambda: self._gateway.handle(request))

    def debug(
        self, request: Request, snapshot: Snapshot
    ) -> tuple[Response, list[Step]]:
        """The answer and the trace of a debug call, run on a given snapshot."""
        services = Services(
            Fixed(snapshot),
            self._pool,
            self._drafts,
            time.time,
            self.records,
            self._draft_state,
        )
        call = Call(request, services, debug=True, traced=True)
        response = self._wait(lambda: run(call))
        return response, call.trace or []

    def invoke(self, function: Function, event: object, request_id: str) -> Invocation:
        """One call of a function."""
        return self._wait(
            lambda: self._pool.invoke(function, event, request_id=request_id)
        )

    @property
    def jail(self) -> str:
        """The jail level that functions run at."""
        return self._pool.jail

    def close(self) -> None:
        """End the function workers and the loop."""
        self._wait(self._pool.close)
        self._wait(self._loop.shutdown_default_executor)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(start(), self._loop).result()


@lru_cache(maxsize=1)
def embedded() -> Embedded:
    """The gateway core of this process, started when it is first needed."""
    return Embedded()
