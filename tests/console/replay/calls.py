"""Calls of a real gateway core, recorded as a gateway records them."""

from collections.abc import Mapping

from console import models, publish, records
from console.embedded import embedded
from console.proofs import sign
from gateway.delivery import batches
from gateway.http import Headers, Request, Response


def call(
    api: models.Api,
    signer: models.Credential | models.AccessKey | None = None,
    *,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    path: str = "",
    stage: str = "",
) -> models.AccessLog:
    """Call an API as a client would; gives the line in the access log."""
    named = {"host": api.group.sl_domain} | dict(headers or {})
    if stage:
        named["x-stage"] = stage
    if body:
        named["content-length"] = str(len(body))
    request = Request(
        api.req_method,
        path or api.req_uri,
        query,
        Headers((n.encode(), v.encode()) for n, v in named.items()),
        scheme="https",
        client="192.0.2.7",
        port=443,
        body=body,
    )
    match signer:
        case models.Credential():
            sign(request, signer.app_key, signer.app_secret)
        case models.AccessKey():
            sign(request, signer.access, signer.secret)
    publish.compile_now()
    answer = serve(request)
    request_id = dict(answer.headers)[b"X-Request-Id"].decode()
    return models.AccessLog.objects.get(request_id=request_id)


def serve(request: Request) -> Response:
    answer = embedded().serve(request)
    for batch in batches(embedded().records):
        records.store(batch)
    return answer
