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
import uuid
from dataclasses import dataclass
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
from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from gateway.cycle import Cycle
from gateway.errors import (
    BadRequest,
    GatewayError,
    HeadersTooLarge,
    RequestTimeout,
    UriTooLarge,
    render,
)


@dataclass(frozen=True)
class Limits:
    """What one server accepts: sizes in bytes, times in seconds.

    `unsent` is how long a peer may leave what was sent to it unread, `linger` how
    long a refused one may still send, `drain` how long a stop waits for answers.
    """

    uri: int = 32 * 1024
    header: int = 32 * 1024
    headers: int = 128 * 1024
    connections: int = 10_000
    head: float = 10.0
    keep_alive: int = 75
    unsent: float = 60.0
    linger: float = 2.0
    drain: int = 8


class GatewayProtocol(HttpToolsProtocol):
    """One connection. Callbacks come from the parser, in the order of the wire."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        limits: Limits,
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.limits = limits
        self.url = b""
        self.headers = []
        self._stage = "idle"
        self._head_size = 0
        # Bytes taken since the parser last reported anything.
        self._unreported = 0
        self._refused = False
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.abort()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
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
        """Parse. A protocol upgrade is ignored, as RFC 9110 section 7.8 allows.

        The parser stops at one and forgets the body, so a fresh parser reads the
        same head without its Upgrade header, and then the rest.
        """
        while True:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                head = self._head_without_upgrade()
                data = memoryview(data)[upgrade.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                self.parser.feed_data(head)

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + version]
        lines += [n + b": " + v for n, v in self.headers if n != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        self._unset_keepalive_if_required()
        self._stage = "head"
        self._head_size = self._unreported = 0
        super().on_message_begin()

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
        version, method = self.parser.get_http_version(), self.parser.get_method()
        self._check_head(version, method)
        if self.parser.should_upgrade():
            return
        self._stage = "body"
        path, _, query = self.url.partition(b"#")[0].partition(b"?")
        self.scope["method"] = method.decode("ascii")
        self.scope["http_version"] = version
        self.scope["raw_path"] = path
        self.scope["path"] = unquote_to_bytes(path).decode("utf-8", "replace")
        self.scope["query_string"] = query
        keep_alive = version == "1.1" and self.parser.should_keep_alive()
        before = self.cycle
        self._answer_in_turn(self._new_cycle(keep_alive), self.app, after=before)

    def _new_cycle(self, keep_alive: bool) -> Cycle:
        expected = dict(self.headers).get(b"expect", b"").lower()
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
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )

    def _check_head(self, version: str, method: bytes) -> None:
        """Refuse what the parser allows and RFC 9112 does not."""
        if version not in ("1.1", "1.0") or method == b"CONNECT":
            raise BadRequest
        names = [name for name, _ in self.headers]
        hosts = names.count(b"host")
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            raise BadRequest
        if b"transfer-encoding" in names and not self._is_chunked(version):
            raise BadRequest
        if not self.url.startswith(b"/"):
            self.url = _origin_form(self.url)

    def _is_chunked(self, version: str) -> bool:
        codings = [v for n, v in self.headers if n == b"transfer-encoding"]
        return version == "1.1" and [v.lower() for v in codings] == [b"chunked"]

    def on_body(self, body: bytes) -> None:
        self._unreported = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            self._stage = "idle"
            super().on_message_complete()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.limits.head, self._head_late)

    def _head_late(self) -> None:
        self._refuse(
            RequestTimeout(
                "API request error: the request head did not arrive in time."
            )
        )

    def _stop_timers(self) -> None:
        self._unset_keepalive_if_required()
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

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

        self._answer_in_turn(refusal, app, after=due)

    def _answer_in_turn(
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
        method = self.parser.get_method().decode() if self.url else "GET"
        self.scope = {"type": "http", "method": method}  # type: ignore[typeddict-item]
        return self._new_cycle(keep_alive=False)

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
        request_id = uuid.uuid4().hex
        response = render(error, {}, {"requestId": request_id})
        headers = [
            *response.headers,
            (b"Content-Length", str(len(response.body)).encode()),
            (b"X-Request-Id", request_id.encode()),
            (b"Server", b"api-gateway"),
        ]
        await send(
            {
                "type": "http.response.start",
                "status": response.status,
                "headers": headers,
            }
        )
        await send(
            {"type": "http.response.body", "body": response.body, "more_body": True}
        )
        if self.transport.can_write_eof():
            self.transport.write_eof()
        try:
            async with asyncio.timeout(self.limits.linger):
                await _closed(receive)
        except TimeoutError:
            self.transport.abort()
            await _closed(receive)


async def _closed(receive: ASGIReceiveCallable) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _origin_form(target: bytes) -> bytes:
    """Path and query of an absolute-form target; BadRequest for any other form.

    `*` stays: it names no API, and the router says so.
    """
    scheme, separator, rest = target.partition(b"://")
    if target == b"*":
        return target
    if not separator or scheme.lower() not in (b"http", b"https"):
        raise BadRequest
    authority = rest.partition(b"/")[0].partition(b"?")[0]
    path = rest[len(authority) :]
    return path if path.startswith(b"/") else b"/" + path
