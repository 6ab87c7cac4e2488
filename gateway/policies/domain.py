"""The name a call came in by (reference: api.md sections 1.1, 1.2 and 3).

A call over a TLS version that its domain does not take, or without the certificate
it asks callers for, is refused in HTTP: the handshake lets both pass. Only a
certificate of a wrong issuer ends the handshake, with TLS's own alert.
"""

from collections.abc import Awaitable
from ipaddress import ip_address

from gateway.call import Call
from gateway.errors import (
    ApiNotFound,
    BadRequest,
    ClientCertificateError,
    Throttled,
    TlsVersionNotSupported,
)
from gateway.handshake import DomainContext
from gateway.http import Response
from gateway.policies import throttling
from gateway.snapshot import Api, Domain, Site, given
from gateway.state import Full, Window

_DAY_LIMIT = "the debugging domain name has taken its calls of a day"


def match_host(call: Call) -> Response | None:
    """Host to group."""
    call.site = site = _site(call)
    call.group = site.group
    if site.domain is not None:
        _check_protocol(call, site.domain)
    if call.trace is not None:
        name = site.domain.url_domain if site.domain else "given by the system"
        call.explain(group=site.group.name, domain=name)
    return None


def skips_http(api: Api) -> str:
    return "" if api.wants_tls else "its domain names take plain HTTP as it comes"


def leave_http(call: Call) -> Response | None:
    """Send callers of plain HTTP to HTTPS, or refuse them where a certificate counts.

    As documented, GET and HEAD of APIs that speak HTTPS are redirected.
    """
    domain, request = call.site.domain, call.request
    if domain is None or not domain.wants_tls or request.scheme == "https":
        return call.skip("nothing is asked of this protocol and name")
    simple = request.method in ("GET", "HEAD") and call.api.req_protocol != "HTTP"
    if domain.redirects and simple:
        location = _https_url(call, domain).encode("latin-1")
        return Response(301, [(b"Location", location)], b"")
    if domain.verified_client_certificate_enabled:
        raise ClientCertificateError(reason="plain HTTP carries no certificate")
    return None


@given(throttling.meter)
def count_call(
    counted: throttling.Meter | None, call: Call
) -> Awaitable[None] | Response | None:
    """Count the calls that a debugging domain name takes a day."""
    windows = call.site.windows
    if not windows or call.debug:
        return call.skip("the calls of this name are not limited")
    if counted is not None:
        call.due = windows
        return call.skip("counted together with the limits of the API")
    full = call.services.state.take(windows)
    if full is None:
        return None
    if isinstance(full, Window):
        raise Throttled(reason=_DAY_LIMIT)
    return _wait(full)


async def _wait(full: Awaitable[Full]) -> None:
    if await full is not None:
        raise Throttled(reason=_DAY_LIMIT)


def host_name(host: str) -> str:
    """A Host header's name without port, lower-case: `[::1]:80` gives `::1`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")


def _site(call: Call) -> Site:
    headers = call.request.headers
    if headers.repeated and len(headers.getlist(b"host")) > 1:
        raise BadRequest(reason="the request has more than one Host header")
    host = headers.get(b"host") or ""
    site = call.snapshot.hosts.get(host)
    if site is not None:
        return site
    name = host_name(host)
    site = call.snapshot.site(name)
    if site is None and is_address(name) and _is_trusted(call, name):
        site = call.snapshot.plain_site
    if site is None:
        raise ApiNotFound(reason=f"no API group answers to the host {name!r}")
    return site


def is_address(name: str) -> bool:
    """The gateway's plain address: an IP address, localhost, or no name."""
    return name in ("", "localhost") or ":" in name or name.replace(".", "").isdecimal()


def _is_trusted(call: Call, name: str) -> bool:
    """Whether DEFAULT answers to this plain address, where some are named."""
    trusted = call.snapshot.settings.trusted_hosts
    return not trusted or name in trusted or name in ("", "localhost") or _is_own(name)


def _is_own(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _check_protocol(call: Call, domain: Domain) -> None:
    request, name = call.request, domain.url_domain
    if request.scheme != "https":
        if not domain.http:
            raise ApiNotFound(reason=f"{name} does not take HTTP")
        return
    if not domain.https:
        raise ApiNotFound(reason=f"{name} does not take HTTPS")
    # None when TLS ended before the gateway: it cannot tell, and only trusts itself.
    version = request.tls.version() if request.tls else None
    if version is not None and not domain.allows(version):
        raise TlsVersionNotSupported(version)
    if domain.verified_client_certificate_enabled:
        _check_certificate(call, domain)


def _check_certificate(call: Call, domain: Domain) -> None:
    """A certificate counts if the CA of this very domain was what it had to pass."""
    tls = call.request.tls
    context = tls.context if tls else None
    if not isinstance(context, DomainContext) or (
        context.domain.trusted_roots != domain.trusted_roots
    ):
        raise ClientCertificateError(
            reason=f"the TLS connection was not made for {domain.url_domain}"
        )
    if tls is None or not tls.getpeercert(binary_form=True):
        raise ClientCertificateError(reason="the caller showed no certificate")


def _https_url(call: Call, domain: Domain) -> str:
    """Where the same is served over HTTPS.

    A Host that names no port means that the standard ones lead here.
    """
    host = call.request.headers.get(b"host") or ""
    port = domain.https_port if ":" in host else domain.public_https_port
    suffix = "" if port == 443 else f":{port}"
    return f"https://{host_name(host)}{suffix}{call.request.target}"
