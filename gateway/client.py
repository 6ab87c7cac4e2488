"""Connections to HTTP backends: one pool for a process, verified, within bounds.

What is done here once keeps the wire as it was: no redirect is followed, nothing is
decompressed, no cookie is kept, no header is made up, no proxy of the environment
is used. Connections are kept between calls, and made to permitted addresses only.
"""

import asyncio
import os
import socket
import ssl
from functools import lru_cache

import aiohttp
from aiohttp import hdrs

from gateway.guard import Guard
from gateway.snapshot import ClientTls

# Seconds that an unused connection is kept: servers mostly keep theirs for five, and
# a request that meets a closing connection is lost.
KEPT = 4.0
# What of a body waits here before the backend has to.
BUFFER_BYTES = 64 * 1024
# The head of a response: one line, and how many.
LINE_BYTES = 64 * 1024
HEADER_COUNT = 1000
_MADE_UP = (
    hdrs.ACCEPT,
    hdrs.ACCEPT_ENCODING,
    hdrs.CONTENT_TYPE,
    hdrs.USER_AGENT,
)


class Client:
    """The connections of one event loop, opened by its first call."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard or Guard()
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._open()
        return self._session

    async def connect(self, host: str, port: int) -> asyncio.Transport:
        """A plain connection, to a permitted address; OSError when there is none."""
        loop = asyncio.get_running_loop()
        error = OSError(f"{host} has no address")
        for found in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            made = self._socket(found)
            made.setblocking(False)
            try:
                await loop.sock_connect(made, found[4])
                transport, _ = await loop.create_connection(asyncio.Protocol, sock=made)
                return transport
            except BaseException as failed:
                made.close()
                if not isinstance(failed, OSError):
                    raise
                error = failed
        raise error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        # As many connections as calls need: what limits calls comes before.
        connector = aiohttp.TCPConnector(
            limit=0, keepalive_timeout=KEPT, socket_factory=self._socket
        )
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=_MADE_UP,
            auto_decompress=False,
            read_bufsize=BUFFER_BYTES,
            max_line_size=LINE_BYTES,
            max_field_size=LINE_BYTES,
            max_headers=HEADER_COUNT,
        )
        # It would try again on its own; here `retry_count` decides.
        session._retry_connection = False
        return session

    def _socket(self, found: aiohttp.AddrInfoType) -> socket.socket:
        """A socket for an address that was resolved, if one may connect to it."""
        family, kind, protocol, _, address = found
        self.guard.check(str(address[0]), int(address[1]))
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return made


@lru_cache(maxsize=1000)
def timeouts(seconds: float) -> aiohttp.ClientTimeout:
    """A limit between two pieces of a body; `http` has the one until its head."""
    return aiohttp.ClientTimeout(total=None, sock_read=seconds)


@lru_cache(maxsize=1000)
def tls_context(tls: ClientTls | None) -> ssl.SSLContext:
    """A context that verifies: against `ca`, or else what this host trusts.

    ValueError when what is configured cannot be used.
    """
    try:
        context = ssl.create_default_context(cadata=(tls and tls.ca) or None)
        context.set_alpn_protocols(["http/1.1"])
        if tls is not None and tls.content:
            _show(context, tls.content + "\n" + tls.key)
    except (ssl.SSLError, OSError) as error:
        raise ValueError(f"the TLS configuration cannot be used: {error}") from None
    return context


def _show(context: ssl.SSLContext, pem: str) -> None:
    """Give a context its certificate; OpenSSL wants a file, so one in memory."""
    descriptor = os.memfd_create("certificate", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "w") as file:
        file.write(pem)
        file.flush()
        # No password: an encrypted key is an error, not a question on a terminal.
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password="")
