"""The gateway: holds the snapshot, runs the pipeline, speaks ASGI."""

import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from gateway.asgi import Receive, Scope, Send, read_piece, send_response
from gateway.backends.channel import channels
from gateway.call import Call, Services
from gateway.client import Client
from gateway.functions.pool import Pool
from gateway.http import ClientGone, Headers, Request, Response
from gateway.pipeline import start
from gateway.records import Recorder
from gateway.source import Source
from gateway.state import State
from gateway.state.memory import ExpiringCache, Memory


class Gateway:
    """One gateway: `handle` for any server, `__call__` for ASGI servers."""

    def __init__(
        self,
        source: Source,
        functions: Pool,
        *,
        verdicts: ExpiringCache | None = None,
        clock: Callable[[], float] = time.time,
        records: Recorder | None = None,
        state: State | None = None,
        client: Client | None = None,
    ) -> None:
        # An empty cache is false.
        cache = ExpiringCache() if verdicts is None else verdicts
        self.services = Services(
            source,
            functions,
            cache,
            clock,
            records or Recorder(),
            state or Memory(clock=clock),
            client or Client(),
        )

    def answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        """The answer to one request, on the configuration of this moment.

        At once when nothing has to be waited for.
        """
        return start(Call(request, self.services))

    async def handle(self, request: Request) -> Response:
        answer = self.answer(request)
        return answer if isinstance(answer, Response) else await answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"unsupported ASGI scope {scope['type']}")
        try:
            response = await self.handle(_request(scope, receive))
        except ClientGone:
            return
        await send_response(response, send)

    def open(self) -> None:
        """Begin what goes on beside calls. To be called in the event loop."""
        channels(self.services)

    async def close(self) -> None:
        """End the function workers and connections, and let go of the state."""
        await self.services.background.close()
        await self.services.client.close()
        await self.services.functions.close()
        await self.services.state.close()


def _request(scope: Scope, receive: Receive) -> Request:
    client, server = scope["client"], scope["server"]
    return Request(
        scope["method"],
        scope["raw_path"].decode("latin-1"),
        scope["query_string"].decode("latin-1"),
        Headers(scope["headers"]),
        scheme=scope["scheme"],
        client=client[0] if client else "",
        port=server[1] if server else 0,
        read=partial(read_piece, receive),
        tls=scope.get("state", {}).get("tls"),
    )
