"""What goes on to a backend, and what stays here (auth.md section 8.4)."""

import pytest

from gateway.http import Headers, RawHeaders
from gateway.outgoing import Outgoing, encode_path, passed_headers


def passed(*headers: tuple[str, str], signed: bool = False) -> RawHeaders:
    received = Headers([(k.encode(), v.encode()) for k, v in headers])
    return passed_headers(
        received, {"x-real-ip": "192.0.2.7"}, b"authorization" if signed else None
    )


@pytest.mark.parametrize(
    "name",
    [
        *("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
        *("proxy-authorization", "proxy-authenticate", "proxy-connection"),
        *("x-apig-appcode", "x-apig-authorization", "x-auth-token", "x-hw-appkey"),
    ],
)
def test_a_header_of_the_connection_or_of_a_credential_stays_here(name: str) -> None:
    assert name.encode() not in dict(passed((name, "value")))


def test_a_header_that_connection_names_stays_here() -> None:
    sent = passed(("connection", "close, X-Hop"), ("x-hop", "1"), ("x-b", "2"))
    assert b"x-hop" not in dict(sent)
    assert (b"x-b", b"2") in sent


@pytest.mark.parametrize(
    ("signed", "value", "goes_on"),
    [
        (True, "SDK-HMAC-SHA256 Access=k", False),
        (True, "Basic dTpw", True),
        (False, "SDK-HMAC-SHA256 Access=k", True),
    ],
)
def test_only_a_signature_that_was_meant_for_the_gateway_stays_here(
    signed: bool, value: str, goes_on: bool
) -> None:
    sent = passed(("authorization", value), signed=signed)
    assert ((b"authorization", value.encode()) in sent) is goes_on


def test_repeated_headers_go_on_in_order_and_forged_ones_do_not() -> None:
    sent = passed(("x-a", "2"), ("x-a", "1"), ("x-real-ip", "forged"), ("host", "h"))
    assert [value for name, value in sent if name == b"x-a"] == [b"2", b"1"]
    assert [value for name, value in sent if name == b"x-real-ip"] == [b"192.0.2.7"]
    assert (b"host", b"h") in sent


def test_a_header_is_replaced_whole() -> None:
    outgoing = Outgoing(
        "GET", "/", "", [(b"x-a", b"1"), (b"x-b", b"2"), (b"x-a", b"3")]
    )
    outgoing.set_header(b"x-a", b"4")
    assert outgoing.headers == [(b"x-b", b"2"), (b"x-a", b"4")]
    assert (outgoing.header(b"x-a"), outgoing.header(b"x-c")) == (b"4", None)


@pytest.mark.parametrize(("query", "target"), [("", "/p"), ("a=1", "/p?a=1")])
def test_a_target_is_path_and_query(query: str, target: str) -> None:
    assert Outgoing("GET", "/p", query, []).target == target


def test_a_path_keeps_its_slashes_and_nothing_that_ends_it() -> None:
    assert encode_path("a/b c?#%\n广") == "a/b%20c%3F%23%25%0A%E5%B9%BF"
