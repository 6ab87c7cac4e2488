"""Accepts connections, in clear or in TLS with the context of the name asked for."""

import asyncio
import logging
import socket
from collections.abc import Callable

from gateway.handshake import Choose, server_name

# Seconds for each end of TLS.
_HANDSHAKE, _SHUTDOWN = 10.0, 2.0
# More than any first message; a client that sends more without one is not TLS.
_HELLO = 64 * 1024
# Seconds until more of it may be there.
_AGAIN = 0.01
# Connections that are accepted at a time. uvloop's own server takes one, and then all
# requests that have come: under load a crowd of new clients would wait for long.
_AT_ONCE = 64

log = logging.getLogger(__name__)


class Acceptor:
    """A server of asyncio's kind, in clear or with contexts chosen by name."""

    def __init__(
        self,
        sock: socket.socket,
        connection: Callable[[], asyncio.Protocol],
        choose: Choose | None,
        backlog: int,
    ) -> None:
        self._socket = sock
        self._connection = connection
        self._choose = choose
        self._loop = asyncio.get_running_loop()
        self._greeting: set[asyncio.Task[None]] = set()
        sock.listen(backlog)
        sock.setblocking(False)
        self._loop.add_reader(sock, self._accept)

    def close(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._socket.close()
        for task in self._greeting:
            task.cancel()

    async def wait_closed(self) -> None:
        await asyncio.gather(*self._greeting, return_exceptions=True)

    def _accept(self) -> None:
        try:
            for _ in range(_AT_ONCE):
                self._take(self._socket.accept()[0])
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            log.error("no connection can be accepted: %s", error)
            self._loop.remove_reader(self._socket)
            self._loop.call_later(1.0, self._resume)

    def _take(self, peer: socket.socket) -> None:
        peer.setblocking(False)
        task = self._loop.create_task(self._greet(peer))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    def _resume(self) -> None:
        if self._socket.fileno() >= 0:
            self._loop.add_reader(self._socket, self._accept)

    async def _greet(self, peer: socket.socket) -> None:
        """Find out the name for TLS, then hand over; who fails at it is let go."""
        try:
            if self._choose is None:
                await self._loop.connect_accepted_socket(self._connection, peer)
                return
            async with asyncio.timeout(_HANDSHAKE):
                name = await self._name(peer)
            await self._loop.connect_accepted_socket(
                self._connection,
                peer,
                ssl=self._choose(name),
                ssl_handshake_timeout=_HANDSHAKE,
                ssl_shutdown_timeout=_SHUTDOWN,
            )
        except (OSError, TimeoutError, asyncio.CancelledError):
            peer.close()

    async def _name(self, peer: socket.socket) -> str | None:
        while True:
            await self._readable(peer)
            hello = peer.recv(_HELLO, socket.MSG_PEEK)
            if not hello:
                raise ConnectionResetError
            known, name = server_name(hello)
            if known or len(hello) >= _HELLO:
                return name
            # What is there stays readable: wait for more of it.
            await asyncio.sleep(_AGAIN)

    async def _readable(self, peer: socket.socket) -> None:
        ready = self._loop.create_future()
        self._loop.add_reader(peer, _settle, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(peer)


def _settle(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
