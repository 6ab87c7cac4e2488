"""Where a browser or a program on this host reaches what listens here."""

from django.conf import settings

from gateway.server import parse_address

Address = tuple[str, int]
# What listens on every address is reached on the local one.
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def local(bind: str) -> Address:
    """Where to connect to for a `host:port` setting."""
    host, port = parse_address(bind)
    return WILDCARDS.get(host, host), port


def gateway(scheme: str) -> Address:
    """Where to connect to for `http` or `https` calls of APIs."""
    https = scheme == "https"
    return local(settings.GATEWAY_TLS_BIND if https else settings.GATEWAY_BIND)


def bracketed(host: str) -> str:
    """A host as URLs have it: an IPv6 address gets its brackets."""
    return f"[{host}]" if ":" in host else host


def text(address: Address) -> str:
    host, port = address
    return f"{bracketed(host)}:{port}"


def url(scheme: str, address: Address) -> str:
    """The URL of a listener, as a browser on this host may use it."""
    host, port = address
    return f"{scheme}://{text((WILDCARDS.get(host, host), port))}"
