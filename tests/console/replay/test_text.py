"""Messages of traces are read again as they came."""

import pytest

from console.replay import text
from gateway.access import evidence
from gateway.call import Call
from gateway.http import Headers, Request


class _Only:
    """A call of which only the request matters."""

    def __init__(self, request: Request) -> None:
        self.request = request


def kept(request: Request) -> Request:
    """The request as its trace has it, read again."""
    call: Call = _Only(request)  # type: ignore[assignment]
    return text.request_of(evidence(call))


def asked(body: bytes, *headers: tuple[bytes, bytes]) -> Request:
    length = (b"content-length", str(len(body)).encode())
    named = Headers([(b"host", b"h"), *headers, length])
    return Request("POST", "/a%2Fb", "x=1&x=2?", named, body=body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain\r\n\r\ntwo",
        "value \u503c".encode(),
        "\u00e9".encode(),
        b"\xe9",
        b"\x89PNG\r\n\x00\xff",
        "line\u2028end\x85".encode(),
    ],
)
def test_a_body_is_read_as_it_came(body: bytes) -> None:
    request = kept(asked(body))
    assert request.body == body
    assert (request.method, request.raw_path, request.query) == (
        "POST",
        "/a%2Fb",
        "x=1&x=2?",
    )
    assert text.lacking(request) == ""


def test_values_keep_their_bytes_and_repeated_headers_their_order() -> None:
    odd = (b"x-odd", b"a\x85b \xe9")
    request = kept(asked(b"", odd, (b"x-two", b"1"), (b"x-two", b"2")))
    assert request.headers.first.get(b"x-odd") == odd[1]
    assert request.headers.getlist(b"x-two") == ["1", "2"]


def test_what_was_not_recorded_of_a_body_is_told() -> None:
    long = kept(asked(b"x" * 70_000))
    assert text.lacking(long) == (
        "Body: only the first 65,536 of 70,000 bytes are recorded."
    )
    passed_on = asked(b"x" * 10)
    passed_on.body = b""
    assert "its 10 bytes were passed on" in text.lacking(kept(passed_on))
    chunked = Headers([(b"transfer-encoding", b"chunked")])
    assert "in pieces" in text.lacking(Request("PUT", "/", "", chunked))


def test_hidden_values_are_named_and_signatures_are_none() -> None:
    signed = b"SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=0"
    request = kept(asked(b"", (b"cookie", b"a=1"), (b"authorization", signed)))
    assert list(text.hidden(request.headers)) == ["Cookie"]


def test_a_debug_call_s_answer_is_read_with_its_lines() -> None:
    headers, body = text.answer_of("HTTP/1.1 200 OK\nContent-Length: 3\nX: 1\n\na\nb")
    assert headers == [(b"content-length", b"3"), (b"x", b"1")]
    assert body == b"a\nb"
