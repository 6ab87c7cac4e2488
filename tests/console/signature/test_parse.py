"""Requests from what a person has at hand."""

import pytest

from console.signature import parse

SIGNED = "SDK-HMAC-SHA256 Access=key12345, SignedHeaders=host;x-sdk-date, Signature=ab"
RAW = f"""POST /a%20b?x=1&y HTTP/1.1
Host: api.example.com
X-Sdk-Date: 20240102T030405Z
Authorization: {SIGNED}

{{"a": 1}}
second"""


def test_a_raw_request() -> None:
    found = parse.evidence(RAW)
    request = found.request
    assert (request.method, request.raw_path, request.query) == (
        "POST",
        "/a%20b",
        "x=1&y",
    )
    assert request.headers.get(b"host") == "api.example.com"
    assert request.body == b'{"a": 1}\nsecond'
    assert (found.given.access, found.date) == ("key12345", "20240102T030405Z")


def test_a_raw_request_with_carriage_returns_and_absolute_url() -> None:
    text = RAW.replace("\n", "\r\n").replace("/a%20b", "https://other.example/a%20b")
    request = parse.evidence(text.replace("Host: api.example.com\r\n", "")).request
    assert request.raw_path == "/a%20b"
    assert request.headers.get(b"host") == "other.example"


@pytest.mark.parametrize(
    ("command", "method", "target", "body"),
    [
        ("curl 'http://h:8080/p?a=1&b=%20'", "GET", "/p?a=1&b=%20", b""),
        ("$ curl -X DELETE http://h/p", "DELETE", "/p?", b""),
        ("curl -XPUT http://h/p -d 'a\nb'", "PUT", "/p?", b"ab"),
        ("curl --request=PUT --url=http://h/p", "PUT", "/p?", b""),
        ("curl http://h/p --data-binary 'a\nb'", "POST", "/p?", b"a\nb"),
        ("curl http://h/p --data-raw @x", "POST", "/p?", b"@x"),
        ("curl http://h/p -d a=1 -d b=2", "POST", "/p?", b"a=1&b=2"),
        ("curl -G http://h/p -d a=1", "GET", "/p?a=1", b""),
        ("curl -I http://h", "HEAD", "/?", b""),
        ("curl -s -o out --compressed \\\n http://h/p", "GET", "/p?", b""),
        ("curl http://h/é?ü=1", "GET", "/é?ü=1", b""),
    ],
)
def test_a_curl_command(command: str, method: str, target: str, body: bytes) -> None:
    header = f" -H 'Authorization: {SIGNED}' -H \"X-A:  1 \""
    request = parse.evidence(command + header).request
    path, _, query = target.partition("?")
    assert request.method == method
    assert request.raw_path.encode("latin-1").decode() == path
    assert request.query.encode("latin-1").decode() == query
    assert request.body == body
    assert request.headers.get(b"x-a") == "1"
    assert (request.headers.get(b"host") or "").startswith("h")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins like"),
        ("hello", "begins like"),
        ("GET / HTTP/1.1\nnonsense", "has a colon"),
        ("GET / HTTP/1.1\nHost: h", "not signed"),
        ("GET / HTTP/1.1\nAuthorization: Basic x", "Access or Credential"),
        ("curl 'http://h", "incomplete"),
        ("curl -X GET", "no URL"),
        ("curl http://h -d @file", "is in a file"),
        ("curl http://[::1", "no URL"),
        ("GET / HTTP/1.1\n" + "x" * (2 * 1024 * 1024), "longer than 2 MB"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, said: str) -> None:
    with pytest.raises(parse.Unreadable) as refused:
        parse.evidence(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
        (' {"error_code": "APIG.0303", "request_id": "r1"} ', "r1"),
        ('{"error_code": "APIG.0303"}', None),
        ("[1]", None),
        ("GET / HTTP/1.1", None),
    ],
)
def test_the_request_id_of_an_error(text: str, found: str | None) -> None:
    assert parse.request_id(text) == found
