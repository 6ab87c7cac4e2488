"""The built-in gateway view: the same core as the gateway's own server."""

import time
from urllib.parse import quote

import pytest
from django.test import Client, RequestFactory

from console import demo
from console.models import Credential
from console.views.gateway import to_gateway
from gateway import signing
from gateway.http import Headers, Request
from tests.console import world


@pytest.mark.parametrize(
    "path", ["/", "/a b", "/值", "/a%2Fb", "/a;b", "/%25", "/~a/(b)"]
)
def test_a_path_means_the_same_to_the_gateway(path: str) -> None:
    asked = RequestFactory().get(quote(path, safe="/%"))
    given = to_gateway(asked, b"")
    straight = Request("GET", quote(path, safe="/%"), "", Headers([]))
    assert signing.canonical_uri(given.raw_path) == signing.canonical_uri(
        straight.raw_path
    )


def test_everything_else_is_handed_over_as_it_came() -> None:
    asked = RequestFactory().post(
        "/a?x=1&x=%20",
        b"body",
        content_type="text/plain",
        headers={
            "Host": "g.apig.localhost:8000",
            "X-Own": "值".encode().decode("latin-1"),
        },
    )
    given = to_gateway(asked, asked.read())
    assert (given.method, given.query, given.body) == ("POST", "x=1&x=%20", b"body")
    assert given.headers.get(b"host") == "g.apig.localhost:8000"
    assert given.headers.get(b"content-type") == "text/plain"
    assert given.headers.first[b"x-own"] == "值".encode()
    assert (given.scheme, given.client) == ("http", "127.0.0.1")


@pytest.mark.django_db(transaction=True)
def test_the_documented_call_passes_both_doors(client: Client) -> None:
    api, app = demo.create().api, Credential.objects.get()
    host = api.group.sl_domain
    query = f"test={quote(demo.TEST, safe='')}"
    named = [(b"host", host.encode()), (b"token", demo.TOKEN.encode())]
    asked = Request("GET", api.req_uri, query, Headers(named), scheme="https")
    signed = signing.sign(
        asked, app.app_key, signing.Key(app.app_secret.encode()), time.time()
    )
    headers = {k.decode(): v.decode() for k, v in (*named, *signed)}
    url = f"{api.req_uri}?{query}"
    response = client.get(url, headers=headers, secure=True)
    assert response.status_code == 200
    assert response.json() == {"message": "Hello from behind two doors"}
    assert len(response["X-Request-Id"]) == 32
    response = client.get(url + "4", headers=headers, secure=True)
    assert response.status_code == 401
    response = client.get(url, headers=headers | {"token": "other"}, secure=True)
    assert response.status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_mock_s_headers_all_arrive(client: Client) -> None:
    pairs = [("X-A", "1"), ("X-A", "2"), ("Content-Type", "text/plain")]
    headers = [{"name": name, "value": value} for name, value in pairs]
    row = world.published(
        auth_type="NONE",
        req_protocol="BOTH",
        mock_info={"status_code": 299, "result_content": "值", "headers": headers},
    )
    response = client.get(row.req_uri, headers={"host": row.group.sl_domain})
    assert response.status_code == 299
    assert response.content.decode() == "值"
    assert response["Content-Type"] == "text/plain"
    assert response["X-A"] == "1, 2"


@pytest.mark.django_db(transaction=True)
def test_a_body_over_the_limit_is_refused_in_the_gateway_s_words(
    client: Client,
) -> None:
    row = world.published(auth_type="NONE", req_protocol="BOTH", req_method="POST")
    response = client.post(
        row.req_uri,
        b"x" * (12 * 1024 * 1024 + 1),
        content_type="text/plain",
        headers={"host": row.group.sl_domain},
    )
    assert response.status_code == 413
    assert response["Server"] == "api-gateway"
