"""One request and its response on a connection: uvicorn's, with one write less."""

from collections.abc import Awaitable, Sequence
from typing import cast

from uvicorn._types import (
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    Scope,
)
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from gateway.http import Response


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

    _head: HTTPResponseStartEvent | None = None

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
            await super().send(head)
        await super().send(message)

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


async def send_answer(
    answer: Awaitable[Response],
    scope: Scope,
    receive: ASGIReceiveCallable,
    send: ASGISendCallable,
) -> None:
    """The ASGI application of a request whose answer is awaited."""
    response = await answer
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": response.headers,
        }
    )
    await send({"type": "http.response.body", "body": response.body})


async def closed(receive: ASGIReceiveCallable) -> None:
    """Wait until the peer has closed its connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
