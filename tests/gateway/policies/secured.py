"""A front that makes a stand-in for a Kafka broker ask for a password, over TLS too.

It speaks as much of the protocol as clients need to authenticate: requests have a
length, an API key, its version and a number that the answer repeats.
"""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

METADATA, HANDSHAKE, VERSIONS = 3, 17, 18
Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def read(reader: asyncio.StreamReader) -> bytes:
    (size,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(size)


def write(writer: asyncio.StreamWriter, payload: bytes) -> None:
    writer.write(struct.pack(">i", len(payload)) + payload)


class Front:
    """What it lets pass: `user` and `password`. `tries` are the tokens it was sent."""

    def __init__(self, broker: str, user: str, password: str) -> None:
        self.host, _, port = broker.partition(":")
        self.broker_port, self.port = int(port), 0
        self.right = user, password
        self.tries: list[tuple[str, str]] = []

    async def serve(self, *client: asyncio.StreamReader | asyncio.StreamWriter) -> None:
        reader, writer = client
        assert isinstance(reader, asyncio.StreamReader)
        assert isinstance(writer, asyncio.StreamWriter)
        behind = await asyncio.open_connection(self.host, self.broker_port)
        try:
            await self._relay((reader, writer), behind)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()
            behind[1].close()

    async def _relay(self, client: Pipe, behind: Pipe) -> None:
        known = False
        while True:
            payload = await read(client[0])
            key, _, number = struct.unpack_from(">hhi", payload)
            if key == HANDSHAKE:
                plain = struct.pack(">ihih", number, 0, 1, 5) + b"PLAIN"
                write(client[1], plain)
                known = await self._is_right(client)
            if key not in (HANDSHAKE, VERSIONS) and not known:
                return
            if key != HANDSHAKE:
                write(behind[1], payload)
                write(client[1], self._answer(key, await read(behind[0])))
            await client[1].drain()

    async def _is_right(self, client: Pipe) -> bool:
        """The oldest form: the token has a length and no head."""
        _, user, password = (await read(client[0])).decode().split("\0")
        self.tries.append((user, password))
        if self.tries[-1] != self.right:
            raise ConnectionResetError
        write(client[1], b"")
        return True

    def _answer(self, key: int, answer: bytes) -> bytes:
        """The broker's, which has to name this front and what it adds."""
        if key == METADATA:
            behind = self.host.encode() + struct.pack(">i", self.broker_port)
            # As long as 127.0.0.1, and a name that a certificate may have.
            return answer.replace(behind, b"localhost" + struct.pack(">i", self.port))
        if key == VERSIONS:
            number, error, count = struct.unpack_from(">ihi", answer)
            more = struct.pack(">hhh", HANDSHAKE, 0, 0)
            head = struct.pack(">ihi", number, error, count + 1)
            return head + answer[10 : 10 + 6 * count] + more + answer[10 + 6 * count :]
        return answer


@asynccontextmanager
async def secured(
    broker: str, user: str, password: str, tls: ssl.SSLContext | None
) -> AsyncIterator[Front]:
    front = Front(broker, user, password)
    server = await asyncio.start_server(front.serve, "127.0.0.1", 0, ssl=tls)
    front.port = server.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        server.close()
