"""Bodies as ASGI messages."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from gateway.http import ClientGone, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


async def read_piece(receive: Receive) -> tuple[bytes, bool]:
    """The next piece of the body, and whether more follows."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message.get("body", b""), message.get("more_body", False)


async def send_response(response: Response, send: Send) -> None:
    """Send a response as ASGI messages. BodyBroken when its body broke off."""
    start = {
        "type": "http.response.start",
        "status": response.status,
        "headers": response.headers,
    }
    body = response.body
    if isinstance(body, bytes):
        await send(start)
        await send({"type": "http.response.body", "body": body})
        return
    try:
        await send(start)
        # The head goes before there is anything of the body: it may take long.
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        async for piece in body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        body.close()
