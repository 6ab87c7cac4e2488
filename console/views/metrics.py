"""Where Prometheus finds the console's metrics; not for people."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from console.exposition import REGISTRY


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All of them, for who brings the token as a bearer."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        # Not by address: behind a proxy everybody has the proxy's.
        refusal = HttpResponse("A bearer token is needed.\n", "text/plain", 401)
        refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refusal
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(REGISTRY), kind)
