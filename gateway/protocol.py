"""One HTTP connection: uvicorn's protocol, with the limits it lacks.

What cannot become a request is refused here, in the gateway's own words and
within the limits of auth.md section 9:

    414 APIG.0201   the URI is over 32 KB
    494 APIG.0201   one header is over 32 KB, or all of them over 128 KB
    408 APIG.0201   the head of a request does not arrive in time
    400 APIG.0201   anything else that is not HTTP/1.0 or HTTP/1.1

A refusal waits for the responses still due on its connection, then closes it.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from ssl import SSLObject
from typing import Any
from urllib.parse import unquote_to_bytes

import httptools
import uvicorn
from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
)
from uvicorn._types import Scope as AnyScope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from uvicorn.server import ServerState

from gateway import upgrade
from gateway.asgi import read_piece
from gateway.cycle import Cycle, closed, compose
from gateway.errors import (
    BadRequest,
    GatewayError,
    HeadersTooLarge,
    InternalError,
    UriTooLarge,
)
from gateway.framing import Limits, check_head, refusal
from gateway.http import Headers, RawHeaders, Request, Response
from gateway.timing import TimedProtocol

log = logging.getLogger(__name__)

Answer = Callable[[Request], Response | Coroutine[Any, Any, Response]]


class GatewayProtocol(TimedProtocol):
    """One connection. Callbacks come from the parser, in the order of the wire."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        limits: Limits,
    ) -> None:
        super().__init__(config, server_state, app_state, limits)
        # A gateway answers a request without a body here, past ASGI.
        self.answer: Answer | None = getattr(config.loaded_app, "answer", None)
        self._direct = self._keep_alive = False
        self._method = ""
        self.head = Headers(())
        self._tls: SSLObject | None = None
        # The cycle at work; `cycle` is the last one received.
        self._running: Cycle | None = None
        self.url = b""
        self.headers = []
        self._head_size = 0
        # Bytes taken since the parser last reported anything.
        self._unreported = 0
        self._refused = False

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self._tls = transport.get_extra_info("ssl_object")
        if len(self.connections) > self.limits.connections:
            transport.abort()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        if self._running is not None and not self._running.response_complete:
            self._running.leave()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._unreported += len(data)
        try:
            self._feed(data)
            if self._unreported > self.limits.header:
                raise BadRequest if self._stage == "body" else HeadersTooLarge
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, GatewayError) else BadRequest())
        except GatewayError as error:
            self._refuse(error)
        if self._stage == "head" and self._head_timer is None:
            self._await_head()

    def _feed(self, data: bytes | memoryview) -> None:
        """Parse. An upgrade is a WebSocket or ignored, as RFC 9110 section 7.8 allows.

        The parser stops at one and forgets the body, so a fresh parser reads the
        same head without its Upgrade header, and then the rest.
        """
        while True:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as stop:
                data = memoryview(data)[stop.args[0] :]
                if upgrade.is_handshake(self):
                    self._stage, self._keep_alive = "idle", True
                    self._describe("1.1")
                    upgrade.Upgrading(self, bytes(data)).start()
                    return
                head = upgrade.head_without_upgrade(self)
                self.parser = upgrade.fresh_parser(self)
                self.parser.feed_data(head)

    def shutdown(self) -> None:
        if self._running is not None and self._running.tunnelled:
            self.transport.close()
        else:
            super().shutdown()

    def on_message_begin(self) -> None:
        self._stage = "head"
        self._head_size = self._unreported = 0
        self.url, self.headers = b"", []

    def on_url(self, url: bytes) -> None:
        self._unreported = 0
        self.url += url
        if len(self.url) > self.limits.uri:
            raise UriTooLarge

    def on_header(self, name: bytes, value: bytes) -> None:
        self._unreported = 0
        size = len(name) + len(value) + 4  # ": " and the end of the line
        self._head_size += size
        if size > self.limits.header or self._head_size > self.limits.headers:
            raise HeadersTooLarge
        # A trailer comes after the head was judged: it must not change it.
        if self._stage == "head":
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._stop_timers()
        version = self.parser.get_http_version()
        self._method = self.parser.get_method().decode("ascii")
        self.head = head = Headers(self.headers)
        self.url = check_head(self.url, version, self._method, head)
        if self.parser.should_upgrade():
            return
        self._stage = "body"
        self._keep_alive = version == "1.1" and self.parser.should_keep_alive()
        # A body waits to be read, an answer still due or unread comes first.
        framed = b"content-length" in head.first or b"transfer-encoding" in head.first
        self._direct = not (self.busy or framed or self.flow.write_paused)
        if not self._direct or self.answer is None:
            self._direct = False
            self._describe(version)
            cycle = self.new_cycle()
            self.answer_in_turn(cycle, self._application(cycle), after=self.cycle)

    def _describe(self, version: str) -> None:
        """Fill in the scope, which most requests need no more."""
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        self.scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme or "http",
            "root_path": "",
            "headers": self.headers,
            "method": self._method,
            "raw_path": path,
            "path": unquote_to_bytes(path).decode("utf-8", "replace"),
            "query_string": query,
            "state": {"tls": self._tls},
        }

    def _answer_now(self) -> None:
        """Hand a request without a body to the gateway, and write what it says."""
        if self.transport.is_closing():
            return
        assert self.answer is not None
        request = self.request()
        answer = self.answer(request)
        if isinstance(answer, Response) and isinstance(answer.body, bytes):
            self._write(answer.status, answer.headers, answer.body)
            return
        self._describe(self.parser.get_http_version())
        cycle = self.new_cycle()
        cycle.request = request
        self.answer_in_turn(cycle, cycle.responding(lambda: answer), after=self.cycle)

    def _application(self, cycle: Cycle) -> ASGI3Application:
        """What answers a request that has a body, or waits for its turn."""
        if self.answer is None:
            app: ASGI3Application = self.app
            return app
        cycle.request = request = self.request()
        request.read = partial(read_piece, cycle.receive)
        return cycle.responding(partial(self.answer, request))

    def request(self, kind: type[Request] = Request) -> Request:
        """The request whose head was read."""
        path, _, query = self.url.decode("latin-1").partition("#")[0].partition("?")
        return kind(
            self._method,
            path,
            query,
            self.head,
            scheme=self.scheme or "http",
            client=self.client[0] if self.client else "",
            port=(self.server and self.server[1]) or 0,
            tls=self._tls,
        )

    def _write(self, status: int, headers: RawHeaders, body: bytes) -> None:
        headers = [*self.server_state.default_headers, *headers]
        if not self._keep_alive:
            headers.append((b"Connection", b"close"))
        head = compose(status, headers)
        self.transport.write(head if self._method == "HEAD" else head + body)
        self.server_state.total_requests += 1
        if self._keep_alive:
            self._idle()
        else:
            self.transport.close()

    def new_cycle(self) -> Cycle:
        expected = self.head.first.get(b"expect", b"").lower()
        return Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=expected == b"100-continue",
            keep_alive=self._keep_alive,
            on_response=self.on_response_complete,
        )

    def on_body(self, body: bytes) -> None:
        self._unreported = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._stage = "idle"
        self._stop_timers()
        if self._direct:
            self._direct = False
            try:
                self._answer_now()
            except Exception:
                log.exception("a request failed outside the pipeline")
                raise InternalError from None
        else:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._stage == "body" and self.cycle.response_complete:
            # The rest of a body that nobody wants may not take for ever.
            self._head_timer = self.loop.call_later(
                self.limits.linger, self.transport.close
            )
        else:
            self._idle()

    def _start_asgi_task(
        self, cycle: RequestResponseCycle, app: ASGI3Application
    ) -> None:
        assert isinstance(cycle, Cycle)
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _refuse(self, error: GatewayError) -> None:
        """Answer with an error after the responses still due, then close."""
        self._refused = True
        self._stop_timers()
        due: RequestResponseCycle | None = self.cycle
        if self._stage == "body":
            # Its own body is what broke: nobody waits for this request any more.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if self.cycle.response_started:
                self.transport.close()
                return
            due = self.pipeline.popleft()[0] if self.pipeline else None
        refusal = self._refusal_cycle()

        async def app(
            scope: AnyScope, receive: ASGIReceiveCallable, send: ASGISendCallable
        ) -> None:
            await self._send_refusal(error, receive, send)

        self.answer_in_turn(refusal, app, after=due)

    def answer_in_turn(
        self,
        cycle: RequestResponseCycle,
        app: ASGI3Application,
        after: RequestResponseCycle | None,
    ) -> None:
        self.cycle = cycle
        if after is None or after.response_complete:
            self._start_asgi_task(cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))

    def _refusal_cycle(self) -> Cycle:
        # The method decides one thing here: an answer to HEAD has no body.
        self._method = self.parser.get_method().decode() if self.url else "GET"
        self.head, self._keep_alive = Headers(()), False
        self._describe("1.1")
        return self.new_cycle()

    async def _send_refusal(
        self,
        error: GatewayError,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
    ) -> None:
        """Send the error, then read on until the peer closes.

        Closing with bytes unread would reset the connection, and the peer would
        lose the answer.
        """
        response = refusal(error)
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": response.headers,
            }
        )
        await send(
            {"type": "http.response.body", "body": response.whole, "more_body": True}
        )
        if self.transport.can_write_eof():
            self.transport.write_eof()
        try:
            async with asyncio.timeout(self.limits.linger):
                await closed(receive)
        except TimeoutError:
            self.transport.abort()
            await closed(receive)
