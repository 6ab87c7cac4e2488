"""Requests that two servers would read differently: refused, by either server.

Each attempt hides a second request in what might be taken for the first one's body or
head. None of it may reach a backend as a request of its own.
"""

import socket

import pytest

from tests.gateway.backends.wire import OK, Exchange, backend, publish
from tests.gateway.world import HOST, World

HIDDEN = f"GET /hidden HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
START = f"POST /open HTTP/1.1\r\nHost: {HOST}\r\n".encode()
CHUNKS = b"2\r\nhi\r\n0\r\n\r\n"


def head(*lines: bytes, body: bytes = b"") -> bytes:
    return START + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def chunked(body: bytes) -> bytes:
    return head(b"Transfer-Encoding: chunked", body=body)


ATTEMPTS = {
    "a length and chunks": head(
        b"Content-Length: 5", b"Transfer-Encoding: chunked", body=CHUNKS
    ),
    "chunks and a length": head(
        b"Transfer-Encoding: chunked", b"Content-Length: 5", body=CHUNKS
    ),
    "two lengths": head(b"Content-Length: 2", b"Content-Length: 3", body=b"hi!"),
    "a list of lengths": head(b"Content-Length: 2, 3", body=b"hi!"),
    "a length with a sign": head(b"Content-Length: +2", body=b"hi"),
    "a length below nothing": head(b"Content-Length: -2", body=b"hi"),
    "a length in hexadecimal": head(b"Content-Length: 0x2", body=b"hi"),
    "a length with a blank": head(b"Content-Length: 1 2", body=b"hi"),
    "an endless length": head(b"Content-Length: " + b"9" * 40, body=b"hi"),
    "two codings": head(
        b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=CHUNKS
    ),
    "chunked, then another": head(b"Transfer-Encoding: chunked, gzip", body=CHUNKS),
    "an unknown coding": head(b"Transfer-Encoding: xchunked", body=CHUNKS),
    "a coding in quotes": head(b'Transfer-Encoding: "chunked"', body=CHUNKS),
    "a blank before a colon": head(b"Transfer-Encoding : chunked", body=CHUNKS),
    "a blank within a name": head(b"Content Length: 2", body=b"hi"),
    "a control character in a value": head(b"X-A: a\x00b"),
    "a line without a colon": head(b"X-A"),
    "a folded line": head(b"X-A: 1", b" Transfer-Encoding: chunked"),
    "a folded coding": head(b"Transfer-Encoding:", b" chunked", body=CHUNKS),
    "a folded first line": head(b" X-A: 1"),
    "bare line feeds": head(b"X-A: 1").replace(b"\r\n", b"\n"),
    "one bare line feed": head(b"X-A: 1\nTransfer-Encoding: chunked", body=CHUNKS),
    "a bare carriage return": head(b"X-A: 1\rX-B: 2"),
    "two hosts": head(b"Host: other"),
    "the same host twice": head(f"Host: {HOST}".encode()),
    "no host": START.partition(b"\r\n")[0] + b"\r\n\r\n",
    "chunks in HTTP/1.0": chunked(CHUNKS).replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "a chunk's size with 0x": chunked(b"0x2\r\nhi\r\n0\r\n\r\n"),
    "a chunk's size with a sign": chunked(b"-2\r\nhi\r\n0\r\n\r\n"),
    "an endless size of a chunk": chunked(b"F" * 20 + b"\r\nhi\r\n0\r\n\r\n"),
    "a chunk longer than its size": chunked(b"1\r\nhi\r\n0\r\n\r\n"),
    "a chunk that ends in a line feed": chunked(b"2\r\nhi\n0\r\n\r\n"),
    "a bare line feed after a size": chunked(b"2\nhi\r\n0\r\n\r\n"),
    "a bare line feed in an extension": chunked(b"2;a\nb\r\nhi\r\n0\r\n\r\n"),
    "a version that is none": head().replace(b"HTTP/1.1", b"HTTP/1.9", 1),
    "a blank in the target": head().replace(b"/open", b"/open /more", 1),
}

# hyper reads these as RFC 9112 allows a recipient to, and does not tell.
TOLERATED = {
    "uvicorn": set[str](),
    "granian": {
        "a length and chunks",
        "chunks and a length",
        "bare line feeds",
        "one bare line feed",
    },
}


def outcome(port: int, attempt: bytes) -> int:
    """The first status, 0 when the connection was just closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
        peer.sendall(attempt + HIDDEN)
        try:
            line = peer.makefile("rb").readline()
        except ConnectionResetError:
            return 0
    return int(line.split()[1]) if line else 0


@pytest.mark.parametrize("server", ["uvicorn", "granian"])
def test_nothing_hidden_reaches_a_backend(world: World, server: str) -> None:
    async def answer(exchange: Exchange) -> None:
        if exchange.header("transfer-encoding") or exchange.header("content-length"):
            await exchange.body()
        exchange.writer.write(OK)

    async def main() -> None:
        world.server = server
        async with backend(answer) as peer:
            publish(world, peer, "/hidden")
            publish(world, peer, "/open")

            refused = {
                name: sent
                for name, sent in ATTEMPTS.items()
                if name not in TOLERATED[server]
            }

            def client(port: int) -> dict[str, int]:
                return {name: outcome(port, sent) for name, sent in refused.items()}

            found = await world._serve(client)
            assert {n: s for n, s in found.items() if s not in (0, 400, 413)} == {}
            assert [seen.line for seen in peer.seen if "hidden" in seen.line] == []

    world.runner.run(main())
