"""A call that can be made again keeps what is its own, and nothing that proves it."""

import hashlib

from console.replay.asked import MAX_BODY, Asked, encoded
from gateway.http import Headers, Request


def request(*headers: tuple[bytes, bytes], body: bytes = b"") -> Request:
    named = Headers([(b"host", b"h"), *headers])
    return Request("PUT", "/a%2Fb", "x=1+2", named, scheme="https", body=body)


def test_what_is_made_anew_and_what_others_could_call_with_is_left_out() -> None:
    asked = Asked.of(
        request(
            (b"x-sdk-date", b"20240102T030405Z"),
            (b"authorization", b"SDK-HMAC-SHA256 ..."),
            (b"content-length", b"0"),
            (b"x-stage", b"DEV"),
            (b"cookie", b"a=1"),
            (b"x-own", "é".encode()),
            (b"x-own", b"2"),
        ),
        version="DEV",
    )
    assert asked.headers == (("x-own", "é"), ("x-own", "2"))
    assert asked.target == "/a%2Fb?x=1+2"
    again = asked.request()
    assert again.headers.get(b"x-stage") == "DEV"
    assert again.headers.getlist(b"x-own")[1] == "2"


def test_a_document_is_the_same_call() -> None:
    asked = Asked.of(request((b"a", b"1"), body=b"\x00\xff"), signer="s")
    assert Asked.from_document(asked.document()) == asked
    assert Asked.from_document(asked.document() | {"later": 1}) == asked


def test_a_declared_hash_is_that_of_the_body_that_is_sent() -> None:
    name = "X-Sdk-Content-Sha256"
    old = Asked("PUT", "https", "h", "/", headers=((name, "0" * 64),), body=b"new")
    digest = hashlib.sha256(b"new").hexdigest()
    assert old.request().headers.get(name.lower().encode()) == digest
    none = Asked("PUT", "https", "h", "/", headers=((name, "UNSIGNED-PAYLOAD"),))
    assert none.signable == none.headers


def test_a_body_that_is_too_long_is_left_out() -> None:
    assert Asked.of(request(body=b"x" * (MAX_BODY + 1))).body == b""


def test_what_is_not_ascii_is_encoded_and_the_rest_stays() -> None:
    assert encoded("/\xe9%20~+|") == "/%E9%20~+%7C"
