"""Both sides of a signature, with what cannot be seen made visible."""

from dataclasses import replace

import pytest

from console.signature import compare, parse
from console.signature.attempt import expected
from gateway import signing

NOW = signing.parse_date("20240102T030405Z")
TEXT = """GET /a?b=1 HTTP/1.1
Host: h
X-Sdk-Date: {date}
Authorization: SDK-HMAC-SHA256 Access=k, SignedHeaders=host;x-sdk-date, Signature=ab
"""
EVIDENCE = parse.evidence(TEXT.format(date="20240102T030405Z"))
HONEST = expected(EVIDENCE, b"secret")


def test_only_what_differs_differs() -> None:
    client = replace(HONEST, path="/other")
    found = {row.label: row.same for row in compare.rows(HONEST, client)}
    assert not found["Path"] and not found["Canonical request"]
    assert found["Method"] and found["Query"] and found["Header host"]


def test_an_unknown_client_is_compared_with_nothing() -> None:
    assert all(row.client is None for row in compare.rows(HONEST, None))


def test_a_printed_canonical_request_is_compared_line_by_line() -> None:
    printed = HONEST.canonical.replace("/a/", "/a").replace("\n", "\r\n")
    found = compare.given_rows(HONEST, printed)
    assert [row.label for row in found if not row.same] == ["Path"]
    more = compare.given_rows(HONEST, HONEST.canonical + "\nmore")
    assert [row.label for row in more if not row.same] == ["Line too many"]
    assert any(not row.same for row in compare.given_rows(HONEST, "GET"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b", "a b"),
        (" a", "\u2423a"),
        ("a ", "a\u2423"),
        ("a  b", "a\u2423\u2423b"),
        ("a\nb", "a\u21b5\nb"),
        ("a\r\tb\x00", "a\u27e8U+000D\u27e9\u21e5b\u27e8U+0000\u27e9"),
        ("a\u200bb\u00a0", "a\u27e8U+200B\u27e9b\u27e8U+00A0\u27e9"),
        ("é中", "é中"),
    ],
)
def test_the_invisible_is_visible(text: str, shown: str) -> None:
    assert compare.visible(text) == shown


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("20240102T030405Z", None),
        ("20240102T031905Z", None),
        ("20240102T032005Z", "16 min ahead of"),
        ("20240102T024805Z", "16 min behind"),
        ("20240102T110405Z", "write local time"),
        ("20240101T213405Z", "write local time"),
        ("20240109T030405Z", "7 d ahead of"),
        ("yesterday", "X-Sdk-Date is yesterday"),
        ("", "is missing"),
    ],
)
def test_what_the_clock_says(date: str, said: str | None) -> None:
    found = compare.clock(parse.evidence(TEXT.format(date=date)), NOW)
    assert (found is None) if said is None else (said in str(found))
