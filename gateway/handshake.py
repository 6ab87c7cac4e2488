"""Handshakes of the HTTPS listener: each connection gets the context of its name.

What a client is asked for (its TLS version, a certificate) is settled when the
server's side of a connection is made, too early for Python's SNI callback. So the
first bytes of a connection are looked at, not taken (`gateway.acceptor`), and decide
which context it is made with. Asked at each handshake, so the next one after a change
sees it.
"""

import logging
import os
import ssl
import tempfile
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from gateway.errors import ConfigurationMissing
from gateway.snapshot import Domain, Snapshot
from gateway.source import Source

# The context for the name that a client asks for, if it asks for one.
Choose = Callable[[str | None], ssl.SSLContext]

# With those that TLS 1.1 needs: who may use it is each domain's own setting.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!eNULL:@SECLEVEL=0"

log = logging.getLogger(__name__)


class DomainContext(ssl.SSLContext):
    """The context of an independent domain name."""

    domain: Domain


class Contexts:
    """The listener's contexts: a domain's own, else the local certificate's."""

    def __init__(self, local: ssl.SSLContext, source: Source) -> None:
        self._local = local
        self._source = source
        self._seen: Snapshot | None = None
        self._made: dict[Domain, ssl.SSLContext] = {}
        self._ciphers: tuple[str, ...] = ()

    def choose(self, name: str | None) -> ssl.SSLContext:
        domain = self._domain(name)
        if domain is None or not domain.certificates:
            return self._local
        if domain not in self._made:
            self._made[domain] = self._make(domain)
        return self._made[domain]

    def _domain(self, name: str | None) -> Domain | None:
        try:
            snapshot = self._source.current()
        except ConfigurationMissing:
            return None
        if snapshot is not self._seen:
            # Those that are unchanged stay, and their sessions can be resumed.
            kept = {d for group in snapshot.groups for d in group.domains}
            if snapshot.settings.ssl_ciphers != self._ciphers:
                self._ciphers, kept = snapshot.settings.ssl_ciphers, set()
            self._made = {d: c for d, c in self._made.items() if d in kept}
            self._seen = snapshot
        site = snapshot.site(name.lower()) if name else None
        return site.domain if site else None

    def _make(self, domain: Domain) -> ssl.SSLContext:
        """One that cannot be made is logged, and nobody is let in by mistake."""
        try:
            return domain_context(domain, self._ciphers)
        except (ssl.SSLError, OSError, ValueError):
            log.exception("the certificate of %s cannot be used", domain.url_domain)
            return self._local


def domain_context(domain: Domain, ciphers: Sequence[str] = ()) -> DomainContext:
    """A context with a domain's certificates; `ciphers` are those of TLS 1.2.

    TLS 1.1 and a missing client certificate pass here: they are refused in HTTP.
    """
    context = DomainContext(ssl.PROTOCOL_TLS_SERVER)
    context.domain = domain
    _take_old_versions(context)
    if ciphers:
        context.set_ciphers(":".join((*ciphers, "@SECLEVEL=0")))
    context.set_alpn_protocols(["http/1.1"])
    for certificate in domain.certificates:
        _load(context, certificate.private_key + "\n" + certificate.cert_content)
    if domain.trusted_roots:
        context.load_verify_locations(cadata=domain.trusted_roots)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def _take_old_versions(context: ssl.SSLContext) -> None:
    with warnings.catch_warnings():
        # Python warns of TLS 1.1, which the product documents.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers(_CIPHERS)


def _load(context: ssl.SSLContext, pem: str) -> None:
    """Load a key and its certificates, which Python only reads from files.

    On Linux the file is one of memory alone: keys are never in clear on a disk.
    """
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("certificate"), "wb") as file:
            file.write(pem.encode())
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}")
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(pem.encode())
            file.flush()
            context.load_cert_chain(file.name)


class _Hello(ssl.SSLObject):
    """A try that ends as soon as the TLS library has read which name is asked for."""

    name: str | None = None


def _hear(tls: Any, name: str | None, _context: ssl.SSLContext) -> int:
    tls.name = name
    return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


_READER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
_take_old_versions(_READER)
_READER.sslobject_class = _Hello
_READER.sni_callback = _hear


def server_name(hello: bytes) -> tuple[bool, str | None]:
    """Whether enough of a client's first message is there, and the name in it."""
    arrived = ssl.MemoryBIO()
    arrived.write(hello)
    tls: Any = _READER.wrap_bio(arrived, ssl.MemoryBIO(), server_side=True)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return False, None
    except ssl.SSLError:
        # Also when it is not TLS at all: the real handshake says so.
        pass
    return True, tls.name
