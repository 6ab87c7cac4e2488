"""HTTP and HTTPS backends (reference: api.md sections 2.2 and 5).

The backend's answer goes back as it is: its bytes, its redirects, its repeated
headers. Only what belongs to one connection ends here (RFC 9110 section 7.6.1), and
what the gateway says itself: Server, Date and X-Request-Id.

Once a piece of a streamed request body was taken from the client nothing is tried
again, whatever `retry_count` says: it could not be sent a second time.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
from yarl import URL

from gateway.backends.transfer import Download, Upload
from gateway.backends.websocket import UPGRADE, BackendTunnel
from gateway.call import Call, Upstream
from gateway.client import timeouts, tls_context
from gateway.errors import (
    BackendAddressDenied,
    BackendNotResolved,
    BackendTimeout,
    BackendUnavailable,
    CallsItself,
    GatewayError,
)
from gateway.guard import AddressDenied
from gateway.http import BODILESS, Handshake, RawHeaders, Response, decode_text
from gateway.outgoing import HOP_BY_HOP, Outgoing
from gateway.policies.domain import host_name
from gateway.snapshot import BackendApi

# How often a call has gone through a gateway already.
DEPTH = b"x-sallyport-depth"
# A body up to this size is sent on whole, so that a broken one is still an error.
SMALL_BYTES = 64 * 1024
_IDEMPOTENT = frozenset(("GET", "HEAD", "PUT", "OPTIONS", "DELETE"))
_OWN = HOP_BY_HOP | {b"content-length", b"expect", b"host", DEPTH}
_NOT_PASSED = HOP_BY_HOP | {b"server", b"date", b"x-request-id"}
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_URL = re.compile(r"[^!-~]")
_URL_SAFE = "".join(map(chr, range(0x21, 0x7F)))


@dataclass(frozen=True, slots=True)
class Peer:
    """Where one attempt goes: `host:port`, and the Host header it is sent.

    `end` is called once, with the error of the attempt, or with None when the
    exchange is over.
    """

    address: str
    host: str
    end: Callable[[GatewayError | None], None] = lambda error: None


# Chooses a peer for each attempt, or raises GatewayError.
Pick = Callable[[], Peer]


async def send(call: Call, to: BackendApi, pick: Pick | None = None) -> Response:
    """Send what was built for the backend, and give its answer.

    A channel's members come from `pick`; without it there is the one address.
    """
    exchange = _Exchange(call, to)
    _cancel_when_gone(call)
    left = _retries(to, exchange.sent.method)
    while True:
        peer = pick() if pick else Peer(to.url_domain, to.url_domain)
        try:
            return await exchange.attempt(peer)
        except BaseException as error:
            known = error if isinstance(error, GatewayError) else None
            peer.end(known)
            if not left or not exchange.repeatable(error):
                raise
            left -= 1


class _Exchange:
    """A request to a backend, tried once or more often."""

    def __init__(self, call: Call, to: BackendApi) -> None:
        assert call.outgoing is not None
        self.call, self.to, self.sent = call, to, call.outgoing
        self.limit = to.timeout / 1000
        self.attempts = 0
        self.upload = _upload(call, self.limit)
        self.headers = _sent_headers(call, self.sent, self.upload is not None)
        self.upgrade = isinstance(call.request, Handshake)
        if self.upgrade:
            self.headers += [(k.decode(), v.decode()) for k, v in UPGRADE]

    def repeatable(self, error: BaseException) -> bool:
        """Whether what went wrong may be tried again."""
        spent = self.upload is not None and self.upload.begun
        return isinstance(error, BackendUnavailable | BackendTimeout) and not spent

    async def attempt(self, peer: Peer) -> Response:
        """Ask one peer; BackendUnavailable and its like when it has no answer."""
        self.attempts += 1
        began = time.perf_counter()
        try:
            response = await self._request(peer)
            seconds = time.perf_counter() - began
            spent = round(seconds * 1000)
            url = str(_url(self.to, peer, self.sent))
            self.call.upstream = Upstream(url, response.status, seconds)
            self._explain(peer, response.status, spent)
            return await self._answer(peer, response, spent)
        except Exception as error:
            failure = self._failure(peer, error)
            if failure is error:
                raise
            raise failure from error

    async def _request(self, peer: Peer) -> aiohttp.ClientResponse:
        to, upload = self.to, self.upload
        session = self.call.services.client.session
        body = self.call.request.body or None
        try:
            async with asyncio.timeout(self.limit) as clock:
                if upload:
                    upload.clock = clock
                return await session.request(
                    self.sent.method,
                    _url(to, peer, self.sent),
                    headers=[("Host", peer.host), *self.headers],
                    data=upload or body,
                    allow_redirects=False,
                    read_until_eof=not self.upgrade,
                    timeout=timeouts(self.limit),
                    ssl=tls_context(to.tls) if to.req_protocol == "HTTPS" else True,
                    # A member's certificate is for the name it is asked for.
                    server_hostname=host_name(peer.host) if to.channel else None,
                )
        finally:
            if upload:
                upload.clock = None

    async def _answer(
        self, peer: Peer, response: aiohttp.ClientResponse, spent: int
    ) -> Response:
        """The gateway's answer: whole if it is small or all there, else a stream."""
        status = response.status
        if status == 101 and self.upgrade:
            tunnel = BackendTunnel(response, lambda: peer.end(None))
            return Response(status, [*UPGRADE, *_passed_headers(response)], tunnel)
        if not 200 <= status < 600:
            response.close()
            raise BackendUnavailable(reason=f"the backend answered status {status}")
        headers = _passed_headers(response)
        if self.call.request.headers.first.get(b"x-apig-mode") == b"debug":
            headers.append((b"X-Apig-Upstream-Latency", str(spent).encode()))
        length = response.headers.get("Content-Length")
        whole = status in BODILESS or response.content.is_eof()
        if length is not None and int(length) <= SMALL_BYTES:
            whole = True
        if self.sent.method == "HEAD" or not whole:
            return Response(status, headers, Download(response, lambda: peer.end(None)))
        body = await _read(response)
        peer.end(None)
        kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
        return Response(status, kept, body)

    def _failure(self, peer: Peer, error: Exception) -> Exception:
        """What an error of an attempt means to the caller."""
        if self.upload is not None and self.upload.error is not None:
            return self.upload.error
        if isinstance(error, GatewayError):
            return error
        where = f"{self.sent.method} {peer.address}"
        self.call.explain(backend=where, attempts=self.attempts, error=str(error))
        if isinstance(error, TimeoutError):
            return BackendTimeout(reason=f"no answer within {self.to.timeout} ms")
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            return BackendNotResolved(reason=str(error))
        if isinstance(error, aiohttp.ClientConnectorError) and isinstance(
            error.os_error, AddressDenied
        ):
            return BackendAddressDenied(reason=str(error.os_error))
        if isinstance(error, aiohttp.ClientError | OSError | ValueError):
            return BackendUnavailable(reason=f"{peer.address}: {error}")
        return error

    def _explain(self, peer: Peer, status: int, spent: int) -> None:
        if self.call.trace is not None:
            self.call.explain(
                backend=f"{self.sent.method} {_url(self.to, peer, self.sent)}",
                attempts=self.attempts,
                backend_status=status,
                backend_ms=spent,
            )


def _retries(to: BackendApi, method: str) -> int:
    """How often a failed attempt is repeated (policies.md section 13.4)."""
    return int(method in _IDEMPOTENT) if to.retry_count < 0 else to.retry_count


def _cancel_when_gone(call: Call) -> None:
    task = asyncio.current_task()
    if task is not None:
        call.request.gone = task.cancel


def _upload(call: Call, limit: float) -> Upload | None:
    if call.request.read is None:
        return None
    most = call.snapshot.settings
    patience = most.request_body_timeout / 1000
    return Upload(call.request, most.request_body_size, patience, limit)


def _url(to: BackendApi, peer: Peer, sent: Outgoing) -> URL:
    target = sent.target
    if _NOT_URL.search(target):
        target = quote(target.encode("latin-1", "replace"), safe=_URL_SAFE)
    return URL(f"{to.req_protocol.lower()}://{peer.address}{target}", encoded=True)


def _sent_headers(call: Call, sent: Outgoing, streamed: bool) -> list[tuple[str, str]]:
    """Headers as text, which aiohttp writes as UTF-8, with the call's depth."""
    depth = _depth(call)
    if depth >= call.snapshot.settings.call_depth:
        raise CallsItself(reason=f"the call came through here {depth} times")
    kept = [
        (name.decode("latin-1"), decode_text(value))
        for name, value in sent.headers
        if name not in _OWN
    ]
    kept.append((DEPTH.decode(), str(depth + 1)))
    length = call.request.headers.get(b"content-length")
    if streamed and length is not None:
        kept.append(("content-length", length))
    return kept


def _depth(call: Call) -> int:
    text = call.request.headers.get(DEPTH) or "0"
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _passed_headers(response: aiohttp.ClientResponse) -> RawHeaders:
    """The backend's headers that the client gets; BackendUnavailable if one is bad."""
    dropped = _NOT_PASSED
    if "Connection" in response.headers:
        named = ",".join(response.headers.getall("Connection")).lower().split(",")
        dropped |= {name.strip().encode() for name in named}
    passed = [p for p in response.raw_headers if p[0].lower() not in dropped]
    # The parser has looked at the names.
    if _CONTROL.search(b"".join([value for _, value in passed])):
        response.close()
        raise BackendUnavailable(reason="the backend sent a malformed header")
    return passed


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """All of a body. What was not sent of the request by now is not sent any more."""
    try:
        return await response.content.read()
    except BaseException:
        response.close()
        raise
