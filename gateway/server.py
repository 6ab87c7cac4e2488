"""The gateway's HTTP server: uvicorn, on several listeners in one event loop."""

import asyncio
import resource
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from gateway.acceptor import Acceptor
from gateway.framing import Limits
from gateway.handshake import Choose
from gateway.protocol import GatewayProtocol

# An ASGI 3 application.
App = Callable[..., Awaitable[None]]
# In clear, or in TLS with the context chosen for each connection.
Listener = tuple[socket.socket, Choose | None]

InFlight = Callable[[], int]

BACKLOG = 2048
# Files that connections must leave to workers, backends and the snapshot.
_RESERVED_FILES = 256


class GatewayServer(uvicorn.Server):
    """uvicorn's server on several listeners, each in clear or TLS.

    SIGTERM and SIGINT stop it: it finishes the requests in flight, at most
    `limits.drain` seconds, and `serve` returns.
    """

    def __init__(
        self,
        app: App,
        listeners: Sequence[Listener],
        limits: Limits | None = None,
    ) -> None:
        self.listeners = listeners
        self.limits = limits or Limits()
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                http=GatewayProtocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=self.limits.keep_alive,
                timeout_graceful_shutdown=self.limits.drain,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.servers = []
        for listener, choose in self.listeners:
            # A peer that reads nothing must not hold its connection for ever;
            # accepted connections inherit this from the listener.
            unsent = int(self.limits.unsent * 1000)
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unsent)
            # Small pieces of a streamed body must not wait for more.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            made: Any = Acceptor(listener, self._connection, choose, BACKLOG)
            self.servers.append(made)
        self.started = True

    def _connection(self) -> GatewayProtocol:
        return GatewayProtocol(self.config, self.server_state, {}, self.limits)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on a signal, and do not raise it again: a drained stop is exit 0."""
        on_stop_signal(lambda number: self.handle_exit(number, None))
        yield

    def in_flight(self) -> int:
        """How many requests wait for their answers."""
        return len(self.server_state.tasks)

    def stop(self) -> None:
        """Drain, as after a signal."""
        self.should_exit = True


def on_stop_signal(stop: Callable[[int], None]) -> None:
    """Call `stop` at each SIGTERM and SIGINT, if this thread gets signals."""
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop, number)


def parse_address(text: str) -> tuple[str, int]:
    """`host:port` or `[v6]:port` as (host, port). ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"{text!r} is not host:port")
    return host.strip("[]"), int(port)


def bind(host: str, port: int, *, reuse_port: bool = False) -> socket.socket:
    """A listener not yet listening. OSError when the address cannot be had.

    With `reuse_port` the kernel shares connections out among all that say so.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuse_port)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, error.strerror, f"{host}:{port}") from None
    listener.setblocking(False)
    return listener


def raise_file_limit() -> int:
    """Allow as many open files as the host does, and give that number."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return files


def connection_limits() -> Limits:
    """As many connections as open files allow, beside what else needs some."""
    room = max(raise_file_limit() - _RESERVED_FILES, 64)
    return Limits(connections=min(room, Limits.connections))


async def serve(
    app: App,
    listeners: Sequence[Listener],
    close: Callable[[], Awaitable[None]],
    watch: Callable[[InFlight], object] = lambda in_flight: None,
) -> None:
    """Serve until a signal stops it, then close what the app holds.

    `watch` gets what says how many requests wait for their answers.
    """
    server = GatewayServer(app, listeners, connection_limits())
    watch(server.in_flight)
    try:
        await server.serve()
    finally:
        await close()
