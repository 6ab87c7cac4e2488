"""Where a call comes from, when a proxy stands before the gateway (policies.md 11)."""

from gateway.http import Request
from gateway.snapshot import Settings


def client_address(request: Request, settings: Settings) -> str:
    """The caller's address; the TCP peer's where nothing else is said."""
    if settings.real_ip_header:
        sent = request.headers.get(settings.real_ip_header.lower().encode())
        return sent.strip() if sent else request.client
    if settings.xff_index is not None:
        lines = request.headers.getlist(b"x-forwarded-for")
        hops = [hop.strip() for hop in ",".join(lines).split(",") if hop.strip()]
        try:
            return hops[settings.xff_index]
        except IndexError:
            return request.client
    return request.client
