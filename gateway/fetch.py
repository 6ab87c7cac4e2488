"""Short requests that policies make beside a call: to authorizers, for key sets.

They go over the gateway's own client, so the same addresses are refused to them as to
backends, redirects are not followed and certificates are verified.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from gateway.client import Client, tls_context

Pairs = Sequence[tuple[str, str]]


class FetchError(OSError):
    """There is no answer, or none that can be used; the text says why."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


async def fetch(
    client: Client,
    method: str,
    url: str | URL,
    *,
    headers: Pairs = (),
    body: bytes = b"",
    timeout: float,
    most: int = 1024 * 1024,
) -> Reply:
    """The answer within `timeout` seconds and `most` bytes of body; FetchError."""
    try:
        async with asyncio.timeout(timeout):
            async with client.session.request(
                method,
                url,
                headers=list(headers),
                data=body or None,
                allow_redirects=False,
                ssl=tls_context(None),
            ) as response:
                return Reply(
                    response.status, response.headers, await _read(response, most)
                )
    except TimeoutError:
        raise FetchError(f"no answer within {timeout:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(str(error) or type(error).__name__) from None


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > most:
            response.close()
            raise FetchError(f"the answer is larger than {most} bytes")
        pieces.append(piece)
    return b"".join(pieces)
