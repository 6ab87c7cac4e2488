"""Bodies between a client and a backend, passed on as they come.

Neither side is read faster than the other takes: what is on its way stays small
whatever its size.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp

from gateway.errors import BodyTooLarge, GatewayError, RequestTimeout
from gateway.http import BodyBroken, ClientGone, Request


class Upload:
    """A request body on its way to a backend: counted, timed, and read once.

    `most` is its largest size in bytes, `patience` how long the client may be silent
    and `limit` how long the backend may, in seconds. `begun` says that it cannot be
    sent again, `error` what ended it early.
    """

    def __init__(
        self, request: Request, most: int, patience: float, limit: float
    ) -> None:
        self._request = request
        self._most, self._patience, self._limit = most, patience, limit
        self._size = 0
        self.begun = False
        self.error: Exception | None = None
        # The backend's time until its head; it stands still while the client sends.
        self.clock: asyncio.Timeout | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        try:
            while more:
                piece, more = await self._next()
                if piece:
                    yield piece
        except (GatewayError, ClientGone) as error:
            self.error = error
            raise

    async def _next(self) -> tuple[bytes, bool]:
        assert self._request.read is not None
        self._set_clock(None)
        try:
            async with asyncio.timeout(self._patience):
                piece, more = await self._request.read()
        except TimeoutError:
            raise RequestTimeout from None
        self.begun = self.begun or bool(piece)
        self._size += len(piece)
        if self._size > self._most:
            raise BodyTooLarge
        self._set_clock(self._limit)
        return piece, more

    def _set_clock(self, seconds: float | None) -> None:
        if self.clock is not None:
            now = asyncio.get_running_loop().time()
            self.clock.reschedule(None if seconds is None else now + seconds)


class Download:
    """A response body on its way from a backend."""

    def __init__(
        self, response: aiohttp.ClientResponse, end: Callable[[], None]
    ) -> None:
        self._response, self._end = response, end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._response.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise BodyBroken(f"the backend's answer broke off: {error!r}") from None

    def close(self) -> None:
        """End the exchange, once; the connection is kept if all of it was read."""
        self._response.close()
        end, self._end = self._end, lambda: None
        end()
