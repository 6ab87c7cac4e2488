"""The event a function is called with (reference: auth.md section 5.3)."""

import base64
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from gateway.call import Call, parse_query
from gateway.http import decode_text
from gateway.router import decode_path, parameter_names

Value = str | list[str]


def build_event(call: Call, *, with_body: bool) -> dict[str, Any]:
    """The APIG trigger event of a call; a repeated key has a list of values."""
    api = call.api
    body = call.request.body if with_body else b""
    encoded = api.is_send_fg_body_base64
    return {
        "isBase64Encoded": encoded,
        "httpMethod": call.request.method,
        "path": call.path,
        "body": base64.b64encode(body).decode() if encoded else decode_text(body),
        "pathParameters": path_parameters(call),
        "requestContext": {
            "apiId": api.id,
            "requestId": call.request_id,
            "sourceIp": call.request.client,
            "stage": call.stage,
        },
        "headers": _grouped(call.request.headers) | forwarding_headers(call),
        "queryStringParameters": {k: _single(v) for k, v in call.query.items()},
    }


def backend_event(call: Call) -> dict[str, Any]:
    """The same of the request that was built for the backend, with its body."""
    outgoing = call.outgoing
    assert outgoing is not None
    query = parse_query(outgoing.query)
    return build_event(call, with_body=True) | {
        "httpMethod": outgoing.method,
        "path": decode_path(outgoing.path),
        "pathParameters": outgoing.path_parameters,
        "headers": _grouped(outgoing.headers),
        "queryStringParameters": {k: _single(v) for k, v in query.items()},
    }


def path_parameters(call: Call) -> dict[str, str]:
    """Captured path values; a prefix match's remainder has the empty name."""
    if not call.path_values:
        return {}
    names = parameter_names(call.api.req_uri)
    if call.api.match_mode == "SWA":
        names = (*names, "")
    values = call.path_values
    if call.snapshot.settings.uri_no_escape:
        values = tuple(map(decode_path, values))
    return dict(zip(names, values, strict=True))


def forwarding_headers(call: Call) -> dict[str, str]:
    """The headers a gateway adds on the way on (auth.md section 8.4)."""
    request = call.request
    host = request.headers.get(b"host") or ""
    return {
        "x-real-ip": request.client,
        "x-forwarded-for": request.client,
        "x-forwarded-port": str(request.port),
        "x-forwarded-proto": request.scheme,
        "x-forwarded-host": host,
        "x-request-id": call.request_id,
    }


def _grouped(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, Value]:
    collected: dict[str, list[str]] = defaultdict(list)
    for name, value in headers:
        collected[name.decode("latin-1").lower()].append(decode_text(value))
    return {k: _single(v) for k, v in collected.items()}


def _single(values: list[str]) -> Value:
    return values[0] if len(values) == 1 else values
