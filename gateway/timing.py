"""How long a connection may wait: for a head, for the next request."""

import asyncio
from abc import abstractmethod
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from gateway.errors import GatewayError, RequestTimeout
from gateway.framing import Limits


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with clocks of the gateway's limits.

    `_stage` is what is being read: the "head" or "body" of a request, or "idle".
    """

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        limits: Limits,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.limits = limits
        self._stage = "idle"
        self._idle_since = 0.0
        self._head_timer: asyncio.TimerHandle | None = None

    @property
    def busy(self) -> bool:
        """Whether an answer is still due, or waits to be read."""
        return self.cycle is not None and not self.cycle.response_complete

    def _idle(self) -> None:
        """Close the connection when nothing more comes for `keep_alive` seconds.

        One timer looks again after that time; setting one for each request costs.
        """
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_again(self.limits.keep_alive)

    def _look_again(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def timeout_keep_alive_handler(self) -> None:
        left = self._idle_since + self.limits.keep_alive - self.loop.time()
        if self._stage != "idle" or self.busy:
            self._look_again(self.limits.keep_alive)
        elif left > 0:
            self._look_again(left)
        elif not self.transport.is_closing():
            self.transport.close()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.limits.head, self._head_late)

    def _head_late(self) -> None:
        self._refuse(
            RequestTimeout(
                "API request error: the request head did not arrive in time."
            )
        )

    def _stop_timers(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    @abstractmethod
    def _refuse(self, error: GatewayError) -> None: ...
