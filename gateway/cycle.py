"""One request and its response on a connection: uvicorn's, with one write less."""

import asyncio
import logging
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendEvent,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
)
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.asgi import send_response
from gateway.http import BodyBroken, ClientGone, Request, Response

_AT_ONCE = struct.pack("ii", 1, 0)

Answering = Callable[[], Response | Awaitable[Response]]
Deliver = Callable[[Response], Awaitable[None]]
log = logging.getLogger(__name__)


def compose(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The head of a response; RuntimeError if a header would end its own line."""
    lines = [b"%b: %b\r\n" % pair for pair in headers]
    text = b"".join((STATUS_LINE[status], *lines, b"\r\n"))
    if text.count(b"\n") != len(lines) + 2:
        raise RuntimeError("a response header has a line end in it")
    return text


class Cycle(RequestResponseCycle):
    """Sends a response that is whole, and says its length, in a single write.

    uvicorn writes head and body apart, which costs a system call and a packet on
    every call. Anything else it sends as always.
    """

    request: Request | None = None
    _head: HTTPResponseStartEvent | None = None
    # The end of the body is the end of the connection, for HTTP/1.0 knows no chunks.
    _until_close = False

    # Whether the connection has become another's.
    tunnelled = False

    def responding(
        self, answer: Answering, deliver: Deliver | None = None
    ) -> ASGI3Application:
        """An ASGI application that sends an answer, or has it delivered."""

        async def application(*_: object) -> None:
            await self._respond(answer, deliver or self._deliver)

        return application

    async def _deliver(self, response: Response) -> None:
        await send_response(response, self.send)

    async def _respond(self, answer: Answering, deliver: Deliver) -> None:
        try:
            found = answer()
            response = found if isinstance(found, Response) else await found
            await deliver(response)
        except ClientGone:
            self._end()
        except BodyBroken as error:
            log.info("%s", error)
            self._end()
        except asyncio.CancelledError:
            if not self.disconnected:
                raise

    def leave(self) -> None:
        """The client has gone: whoever works for it may stop."""
        self.disconnected = True
        if self.request is not None and self.request.gone is not None:
            self.request.gone()

    def _end(self) -> None:
        """Close the connection so that the client sees what it got as cut off."""
        self.disconnected = True
        if self._until_close:
            # An end like any other would make the body look whole: reset instead.
            found = self.transport.get_extra_info("socket")
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.transport.abort()
        else:
            self.transport.close()

    async def send(self, message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start" and self._head is None:
            self._head = message
            return
        head, self._head = self._head, None
        body = cast(HTTPResponseBodyEvent, message)
        if head is None or not self._send_whole(head, body):
            await self._send_apart(head, message)

    async def _send_apart(
        self, head: HTTPResponseStartEvent | None, message: ASGISendEvent
    ) -> None:
        if head is not None:
            self._until_close = self._has_no_end(head)
            if self._until_close:
                self.chunked_encoding = False
            await super().send(head)
        if self._until_close:
            body = cast(HTTPResponseBodyEvent, message).get("body", b"")
            self.expected_content_length = len(body)
        await super().send(message)

    def _has_no_end(self, head: HTTPResponseStartEvent) -> bool:
        named = any(name.lower() == b"content-length" for name, _ in head["headers"])
        return self.scope["http_version"] == "1.0" and not named

    def _send_whole(
        self, head: HTTPResponseStartEvent, message: HTTPResponseBodyEvent
    ) -> bool:
        """Write head and body at once; False when they must go apart."""
        body, headers = message.get("body", b""), list(head["headers"])
        length = (b"Content-Length", b"%d" % len(body))
        whole = length in headers and not message.get("more_body")
        plain = self.keep_alive and self.scope["method"] != "HEAD"
        if not (whole and plain) or self.flow.write_paused or self.disconnected:
            return False
        text = compose(head["status"], (*self.default_headers, *headers))
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(text + body)
        self.message_event.set()
        self.on_response()
        return True


async def closed(receive: ASGIReceiveCallable) -> None:
    """Wait until the peer has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
