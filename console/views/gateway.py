"""The built-in gateway view: a Django request through the same gateway core."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from console import records
from console.embedded import embedded
from gateway.http import Headers, Request, Response


def serve(request: HttpRequest) -> HttpResponseBase:
    """Answer a Django request as the gateway would."""
    # Not `request.body`: the limit, and the words of a refusal, are the gateway's.
    body = request.read(embedded().body_limit + 1)
    answer = embedded().serve(to_gateway(request, body))
    records.collect(embedded().records)
    response = _response(answer)
    del response["Content-Type"]
    for raw_name, raw_value in answer.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        # Django keeps one value of a name; a list means the same.
        response[name] = f"{response[name]}, {value}" if name in response else value
    return response


def _response(answer: Response) -> HttpResponseBase:
    if isinstance(answer.body, bytes):
        return HttpResponse(answer.body, status=answer.status)
    pieces = embedded().pieces(answer.body)
    return StreamingHttpResponse(pieces, status=answer.status)


def to_gateway(request: HttpRequest, body: bytes) -> Request:
    """A Django request as the gateway's value.

    WSGI gives the path decoded; encoding it again signs and matches the same,
    since both decode it whole first.
    """
    meta = request.META
    path = meta["PATH_INFO"].encode() if request.path else b"/"
    return Request(
        request.method or "GET",
        quote(path, safe="/~"),
        meta.get("QUERY_STRING", ""),
        Headers(_headers(request)),
        scheme=request.scheme or "http",
        client=meta.get("REMOTE_ADDR", ""),
        port=int(request.get_port()),
        body=body,
    )


def _headers(request: HttpRequest) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in request.headers.items()
        if value
    ]
