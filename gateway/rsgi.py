"""The throughput server: granian, whose HTTP is native code, over RSGI.

granian hands a request over on a thread of its own, from where it goes to the event
loop: two threads that run Python would take turns anyway, and lose time on it. HTTP
and HTTPS share this process: one gateway, one set of workers.

What it does otherwise than `protocol`, because granian decides it:

    a path comes percent-decoded as UTF-8; other bytes in it are 400 APIG.0201
    request headers that are not ASCII do not arrive
    response headers are lower-case, and those that are not ASCII become UTF-8
    a malformed head, and one over about 256 KB or late, gets no error body
    a body that breaks off, and one with trailers, is 400 APIG.0201
    an answer of unknown length that breaks off looks whole
    a connection idle for `keep_alive` seconds is closed, also within a head
    one certificate: no choice by server name
    a length beside chunks, and lines that end in a bare line feed, are let pass
    no WebSockets: a handshake is passed on as any GET, or answered as one
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from granian._granian import (
    CallbackScheduler,
    RSGIWorker,
    SocketHolder,
    WorkerSignal,
)
from granian.http import HTTP1Settings
from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

from gateway.app import Gateway
from gateway.errors import BadRequest, GatewayError, InternalError
from gateway.framing import Limits, check_framing, refusal
from gateway.http import (
    BodyBroken,
    ClientGone,
    Headers,
    RawHeaders,
    Request,
    Response,
    Stream,
    decode_text,
)
from gateway.server import BACKLOG, InFlight, connection_limits, on_stop_signal

log = logging.getLogger(__name__)

# A bound socket, and the folder of its certificate when it speaks TLS.
Listener = tuple[socket.socket, Path | None]
Waiting = Coroutine[Any, Any, Response]
Answer = Callable[[Request], Response | Waiting]
# The request line and the headers, roughly; the pipeline has the exact limits.
_HEAD_BYTES = 192 * 1024
_UNDECODABLE = "\ufffd"
# Seconds that a client may be gone before its call is told.
_UNWATCHED = 0.02


class Handler(CallbackScheduler):
    """Called for each request of a listener, on granian's thread.

    `exchange` has the request's scope and protocol, and ends with `done()`. What is
    the same for all requests is said once: `scheme`, and the `port` they came to.
    """

    def __new__(
        cls, answer: Answer, loop: asyncio.AbstractEventLoop, *_: object, **__: object
    ) -> "Handler":
        # What the base class would need to run coroutines; it gets none.
        made: Handler = super().__new__(cls, loop, None, None, None, None)
        return made

    def __init__(
        self,
        answer: Answer,
        loop: asyncio.AbstractEventLoop,
        *,
        port: int,
        scheme: str,
    ) -> None:
        self._answer, self._event_loop = answer, loop
        self._port, self._scheme = port, scheme
        self._waiting: set[asyncio.Task[None]] = set()
        self._arrived: deque[Any] = deque()
        self._told = False
        self._schedule_fn = self._arrive

    def _arrive(self, exchange: Any) -> None:
        """Hand over to the event loop, which is woken once for all that wait."""
        self._arrived.append(exchange)
        if not self._told:
            self._told = True
            self._event_loop.call_soon_threadsafe(self._handle_all)

    def _handle_all(self) -> None:
        # Before it looks: what comes from now on tells anew.
        self._told = False
        arrived = self._arrived
        for _ in range(len(arrived)):
            exchange = arrived.popleft()
            try:
                self.handle(exchange)
            except Exception:
                log.exception("a request failed outside the pipeline")
                exchange.done()

    def handle(self, exchange: Any) -> None:
        answer: Response | Waiting
        try:
            request = self._request(exchange.scope, exchange.proto)
            answer = self._answer(request)
        except Exception as error:
            answer = _failed(error)
        if isinstance(answer, Response) and isinstance(answer.body, bytes):
            _respond(exchange.proto, answer)
            exchange.done()
        else:
            task = self._event_loop.create_task(_finish(answer, request, exchange))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    def in_flight(self) -> int:
        """How many requests wait for their answers."""
        return len(self._arrived) + len(self._waiting)

    def _request(self, scope: Scope, proto: HTTPProtocol) -> Request:
        received = scope.headers.items()
        headers = Headers([(k.encode(), v.encode()) for k, v in received])
        method = scope.method
        check_framing(scope.http_version, method, headers)
        path = scope.path
        if not path.isascii() or "%" in path:
            path = _encoded(path)
        first = headers.first
        framed = b"content-length" in first or b"transfer-encoding" in first
        return Request(
            method,
            path,
            scope.query_string,
            headers,
            scheme=self._scheme,
            client=scope.client.rpartition(":")[0].strip("[]"),
            port=self._port,
            read=Body(proto).read if framed else None,
        )


class Body:
    """What is still to come of a request."""

    def __init__(self, proto: HTTPProtocol) -> None:
        self._proto = proto
        self._pieces: AsyncIterator[bytes] | None = None
        self._empty = 0

    async def read(self) -> tuple[bytes, bool]:
        """The next piece, and whether more follows.

        A whole body ends with one empty piece; one that broke off, or has
        trailers, has a second one and is told by nothing else.
        """
        if self._pieces is None:
            self._pieces = aiter(self._proto)
        try:
            # Not `anext(pieces, b"")`: its wrapper crashes on native awaitables.
            piece: bytes = await anext(self._pieces)
        except StopAsyncIteration:
            return b"", False
        except ProtocolClosed:
            raise ClientGone from None
        self._empty += not piece
        if self._empty > 1:
            raise BadRequest(reason="the body broke off, or has trailers")
        return piece, True


class GranianServer:
    """granian on several listeners of one event loop.

    SIGTERM and SIGINT stop it: it finishes the requests in flight, at most
    `limits.drain` seconds, and `serve` returns.
    """

    def __init__(
        self,
        answer: Answer,
        listeners: Sequence[Listener],
        limits: Limits,
    ) -> None:
        self.answer, self.listeners, self.limits = answer, listeners, limits
        self.started = False
        self._handlers: list[Handler] = []
        self._stopped = asyncio.Event()

    async def serve(self) -> None:
        on_stop_signal(lambda number: self.stop())
        loop = asyncio.get_running_loop()
        ended = [self._listen(loop, *listener) for listener in self.listeners]
        self.started = True
        await self._stopped.wait()
        for signal, _ in ended:
            signal.set()
        await asyncio.wait([end for _, end in ended], timeout=self.limits.drain)

    def stop(self) -> None:
        self._stopped.set()

    def in_flight(self) -> int:
        """How many requests wait for their answers."""
        return sum(handler.in_flight() for handler in self._handlers)

    def _listen(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: socket.socket,
        tls_dir: Path | None,
    ) -> tuple[WorkerSignal, "asyncio.Future[None]"]:
        """Start threads for a listener; what stops them, and what says they have."""
        port, scheme = listener.getsockname()[1], "https" if tls_dir else "http"
        handler = Handler(self.answer, loop, port=port, scheme=scheme)
        self._handlers.append(handler)
        unsent = int(self.limits.unsent * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unsent)
        signal, ended = WorkerSignal(), loop.create_future()
        signal.add_cb(
            partial(loop.call_soon_threadsafe, lambda: ended.set_result(None))
        )
        # The threads close it.
        holder = SocketHolder(listener.detach(), False, BACKLOG)
        worker = RSGIWorker(
            1,
            (None, holder),
            None,
            backpressure=self.limits.connections,
            http_mode="1",
            http1_opts=HTTP1Settings(
                header_read_timeout=self.limits.keep_alive * 1000,
                max_buffer_size=_HEAD_BYTES,
            ),
            ssl_enabled=tls_dir is not None,
            ssl_cert=tls_dir and str(tls_dir / "server.pem"),
            ssl_key=tls_dir and str(tls_dir / "server.key"),
            ssl_protocol_min="tls1.2",
            metrics=(None, None),
        )
        worker.serve_async(handler, loop, signal)
        return signal, ended


def _encoded(path: str) -> str:
    """The path with its percent signs and its characters beyond ASCII encoded."""
    if _UNDECODABLE in path:
        raise BadRequest(reason="the path is not UTF-8")
    return quote(path, safe="/!\"#$&'()*+,:;<=>?@[\\]^`{|}~")


async def _finish(answer: Response | Waiting, request: Request, exchange: Any) -> None:
    """Send an answer that is waited for, or comes piece by piece."""
    proto = exchange.proto
    leaving = Leaving(request, proto)
    try:
        found = answer if isinstance(answer, Response) else await answer
        if isinstance(found.body, bytes):
            _respond(proto, found)
        else:
            await _stream(proto, found, found.body)
    except BodyBroken as error:
        log.info("%s", error)
    except (ClientGone, ProtocolClosed, asyncio.CancelledError):
        log.debug("a client left before its answer")
    except Exception as error:
        _respond(proto, _failed(error))
    finally:
        leaving.cancel()
        exchange.done()


class Leaving:
    """When the client goes, whoever works for it may stop.

    Nobody looks at first: most answers are there before that would have paid.
    """

    def __init__(self, request: Request, proto: HTTPProtocol) -> None:
        self._request, self._proto = request, proto
        self._task: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_UNWATCHED, self._start)

    def cancel(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _start(self) -> None:
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        await self._proto.client_disconnect()
        if self._request.gone is not None:
            self._request.gone()


async def _stream(proto: HTTPProtocol, answer: Response, body: Stream) -> None:
    try:
        sink = proto.response_stream(answer.status, _wire(answer.headers))
        async for piece in body:
            await sink.send_bytes(piece)
    finally:
        body.close()


def _respond(proto: HTTPProtocol, answer: Response) -> None:
    proto.response_bytes(answer.status, _wire(answer.headers), answer.whole)


def _wire(headers: RawHeaders) -> list[tuple[str, str]]:
    try:
        return [(k.decode(), v.decode()) for k, v in headers]
    except UnicodeDecodeError:
        return [(k.decode(), decode_text(v)) for k, v in headers]


def _failed(error: Exception) -> Response:
    """The answer to what became no call; what its connection sends next is doubtful."""
    known = error if isinstance(error, GatewayError) else InternalError()
    if known is not error:
        log.error("a request failed outside the pipeline", exc_info=error)
    answer = refusal(known)
    answer.headers.append((b"Connection", b"close"))
    return answer


async def serve(
    gateway: Gateway,
    listeners: Sequence[Listener],
    watch: Callable[[InFlight], object] = lambda in_flight: None,
) -> None:
    """Serve until a signal stops it, then close what the gateway holds.

    `watch` gets what says how many requests wait for their answers.
    """
    server = GranianServer(gateway.answer, listeners, connection_limits())
    watch(server.in_flight)
    try:
        await server.serve()
    finally:
        await gateway.close()
