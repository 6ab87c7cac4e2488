"""The values of an exchange keep every byte of the wire."""

from gateway.http import Headers, configured_headers, decode_text

RAW = [(b"a", b"1"), (b"b", b"\xe9"), (b"a", b"2")]


def test_a_repeated_header_has_a_first_value_and_all_values() -> None:
    headers = Headers(RAW)
    assert headers.get(b"a") == "1"
    assert headers.getlist(b"a") == ["1", "2"]
    assert headers.get(b"c") is None
    assert headers.repeated


def test_headers_that_come_once_are_read_as_latin_1() -> None:
    headers = Headers(RAW[:2])
    assert headers.get(b"b") == "\xe9"
    assert headers.get(b"c") is None
    assert not headers.repeated


def test_headers_are_a_collection_in_the_order_of_the_wire() -> None:
    headers = Headers(iter(RAW))
    assert list(headers) == RAW
    assert len(headers) == 3
    assert b"b" in headers and b"B" not in headers


def test_text_is_utf_8_or_else_one_character_per_byte() -> None:
    assert decode_text("é广".encode()) == "é广"
    assert decode_text(b"\xff\x00a") == "\xff\x00a"


def test_configured_headers_are_json_unless_they_say_otherwise() -> None:
    assert configured_headers([]) == [(b"Content-Type", b"application/json")]
    assert configured_headers([("content-type", "text/plain")]) == [
        (b"content-type", b"text/plain")
    ]


def test_a_configured_header_cannot_split_the_response() -> None:
    made = configured_headers([("X-A", "1\r\nX-B: 2\0\x1f\x7f\tend")])
    assert made[0] == (b"X-A", b"1  X-B: 2   \tend")


def test_configured_headers_cannot_reframe_the_message_or_rename_the_request() -> None:
    names = ["Content-Length", "TRANSFER-ENCODING", "Connection", "Server"]
    reserved = [(name, "1") for name in [*names, "x-request-id"]]
    assert configured_headers(reserved) == configured_headers([])
