"""What stands before every view."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from console import audit, counters
from console.models import Audit
from console.views.gateway import serve
from gateway.policies.domain import host_name

Handler = Callable[[HttpRequest], HttpResponse]


class GatewayHosts:
    """Calls to a host under GATEWAY_DOMAIN go to the gateway, not to a page."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response
        self._suffix = f".{settings.GATEWAY_DOMAIN}".lower()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if host_name(request.META.get("HTTP_HOST", "")).endswith(self._suffix):
            return serve(request)
        return self._get_response(request)


class Measured:
    """Counts requests and their times, for Prometheus."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with counters.DURATION.time():
            response = self._get_response(request)
        counters.REQUESTS.labels(f"{response.status_code // 100}xx").inc()
        return response


class ContentSecurityPolicy:
    """Nothing runs in a page but our own files; `csp_nonce` is for the editor."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self._get_response(request)
        response["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; object-src 'none'; "
            f"style-src 'self' 'nonce-{nonce}'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )
        return response


class Audited:
    """Says who is at it, for the trace of whatever the request changes."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        who = audit.Actor(request.user, address, Audit.Source.CONSOLE)
        token = audit.actor.set(who)
        try:
            return self._get_response(request)
        finally:
            audit.actor.reset(token)
