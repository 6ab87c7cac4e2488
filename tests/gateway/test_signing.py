"""SDK-HMAC-SHA256 against published and computed vectors, and step by step."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from gateway import signing
from gateway.http import Headers, Request

Vector = dict[str, Any]
FILE = Path(__file__).parent.parent / "vectors" / "signing.json"
DATA = json.loads(FILE.read_text())
KEY, SECRET = DATA["app_key"], DATA["app_secret"]
VECTORS: list[Vector] = DATA["vectors"]
NOW = signing.parse_date("20240102T030405Z")


def named(*fields: str) -> Any:
    """A test once for every vector that has these fields."""
    kept = [v for v in VECTORS if all(v.get(field) for field in fields)]
    return pytest.mark.parametrize("vector", kept, ids=[v["id"] for v in kept])


def received(vector: Vector, **changes: Any) -> Request:
    vector = vector | changes
    headers = [(n.encode(), v.encode()) for n, v in vector["headers"]]
    body = vector["body"].encode()
    return Request(
        vector["method"], vector["path"], vector["query"], Headers(headers), body=body
    )


def given(vector: Vector) -> signing.Authorization:
    signed = vector["canonical_request"][-2]
    return signing.Authorization(KEY, signed, vector["signature"])


def by_id(name: str) -> Vector:
    return next(vector for vector in VECTORS if vector["id"] == name)


def verify(request: Request, vector: Vector, *, now: float = NOW) -> None:
    signing.verify(request, given(vector), signing.Key(SECRET.encode()), now)


def last_line(vector: Vector) -> str:
    """What the signer hashed: in one vector not what its header says."""
    payload: str = vector["canonical_request"][-1]
    return payload


@named()
def test_the_canonical_request_is_the_documented_one(vector: Vector) -> None:
    signed = vector["canonical_request"][-2]
    text = signing.canonical_request(received(vector), signed, last_line(vector))
    assert text.split("\n") == vector["canonical_request"]


@named("canonical_sha256")
def test_the_string_to_sign_ends_in_the_documented_hash(vector: Vector) -> None:
    date = dict(vector["headers"])["x-sdk-date"]
    text = signing.string_to_sign("\n".join(vector["canonical_request"]), date)
    assert text.split("\n") == ["SDK-HMAC-SHA256", date, vector["canonical_sha256"]]


@named("signature")
def test_the_signature_is_the_documented_one(vector: Vector) -> None:
    canonical = "\n".join(vector["canonical_request"])
    text = signing.string_to_sign(canonical, "20240102T030405Z")
    assert signing.Key(SECRET.encode()).sign(text) == vector["signature"]


@named("signature")
def test_each_vector_is_verified(vector: Vector) -> None:
    verify(received(vector), vector)


@named("signature")
def test_each_vector_is_refused_under_another_secret(vector: Vector) -> None:
    with pytest.raises(signing.SignatureError, match="verify signature fail"):
        signing.verify(received(vector), given(vector), signing.Key(b"another"), NOW)


@named("signature", "sdk")
def test_the_official_signer_gives_each_vector(vector: Vector) -> None:
    sdk = vector["sdk"]
    request = SdkRequest(
        method=vector["method"],
        host=sdk.get("host", "api.example.com"),
        resource_path=sdk["path"],
        query_params=[(name, value) for name, value in sdk["query"]],
        header_params=dict(sdk["headers"]) | {"X-Sdk-Date": "20240102T030405Z"},
        body=vector["body"],
    )
    Signer(BasicCredentials(KEY, SECRET, "project")).sign(request)
    authorization = request.header_params["Authorization"]
    assert signing.parse_authorization(authorization) == given(vector)
    assert request.uri.partition("?")[2] == vector["query"]


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "/files/\xe5\xb9\xbf\xe5\xb7\x9e%20report~v1.txt"},
        {"path": "/files/%e5%b9%bf%e5%b7%9e%20report%7ev1.txt"},
        {"path": "/files/%E5%B9%BF%E5%B7%9E%20report~v1.txt/"},
        {"query": "tag2&tag=b&tag=a&q=%e4%bd%a0%e5%a5%bd%20*%2B/&flag=true"},
        {"query": "&flag=true&&q=%E4%BD%A0%E5%A5%BD%20*+/&tag=a&tag=b&tag2=&"},
    ],
)
def test_the_same_request_in_another_spelling_is_verified(
    changes: dict[str, str],
) -> None:
    vector = by_id("V3")
    verify(received(vector, **changes), vector)


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/a", "/a/"),
        ("/a/", "/a/"),
        ("/a/./../b", "/a/./../b/"),
        ("//", "//"),
        ("/a%2Fb", "/a/b/"),
        ("/a+b", "/a%2Bb/"),
        ("/100%", "/100%25/"),
        ("/%zz", "/%25zz/"),
        ("/%ff", "/%FF/"),
        ("/%7Euser", "/~user/"),
    ],
)
def test_a_path_is_decoded_whole_and_encoded_by_segment(
    path: str, canonical: str
) -> None:
    assert signing.canonical_uri(path) == canonical


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("&&", ""),
        ("a", "a="),
        ("a=", "a="),
        ("=1", "=1"),
        ("a=1+1", "a=1%2B1"),
        ("a=%2b", "a=%2B"),
        ("a=%41", "a=A"),
        ("a=%C3%A9", "a=%C3%A9"),
        ("a=1=2", "a=1%3D2"),
        ("b=1&a=2&A=3", "A=3&a=2&b=1"),
        ("a=10&a=9&a=", "a=&a=10&a=9"),
        ("%62=1&a=2", "a=2&b=1"),
    ],
)
def test_query_pairs_are_decoded_sorted_and_encoded(query: str, canonical: str) -> None:
    assert signing.canonical_query(query) == canonical


def test_header_values_are_trimmed_and_repeated_ones_sorted() -> None:
    headers = Headers([(b"b", b" two \t"), (b"a", b"\t1  2 "), (b"b", b"one")])
    assert signing.canonical_headers(["a", "b"], headers) == "a:1  2\nb:one\nb:two\n"


def test_a_header_that_was_signed_but_not_sent_is_named() -> None:
    with pytest.raises(signing.SignatureError, match="signed header x-user is not in"):
        signing.canonical_headers(["x-user"], Headers([(b"host", b"a")]))


@pytest.mark.parametrize(
    ("declared", "body", "line"),
    [
        (None, b"", signing.EMPTY_HASH),
        (None, b"{}", hashlib.sha256(b"{}").hexdigest()),
        ("", b"{}", hashlib.sha256(b"{}").hexdigest()),
        ("UNSIGNED-PAYLOAD", b"{}", "UNSIGNED-PAYLOAD"),
        (signing.EMPTY_HASH.upper(), b"", signing.EMPTY_HASH.upper()),
    ],
)
def test_the_payload_line_is_what_the_client_declares_or_the_hash(
    declared: str | None, body: bytes, line: str
) -> None:
    assert signing.payload_hash(declared, body) == line


def test_a_declared_hash_must_be_the_hash_of_the_body() -> None:
    with pytest.raises(signing.SignatureError, match="not the hash of the body"):
        signing.payload_hash(signing.EMPTY_HASH, b"{}")


def test_a_body_hash_cannot_be_replaced_by_renouncing_it() -> None:
    vector = by_id("V2")
    altered = received(vector, body='{"qty":3}')
    altered.headers = Headers(
        [*altered.headers, (signing.CONTENT_HEADER, b"UNSIGNED-PAYLOAD")]
    )
    with pytest.raises(signing.SignatureError, match="verify signature fail"):
        verify(altered, vector)


def test_a_body_cannot_be_added_to_a_request_signed_without_one() -> None:
    vector = by_id("V4b")
    with pytest.raises(signing.SignatureError, match="verify signature fail"):
        verify(received(vector, body="added=1"), vector)


@pytest.mark.parametrize(
    "text",
    [
        "SDK-HMAC-SHA256 Access=k, SignedHeaders=host;x-sdk-date, Signature=00ff",
        "SDK-HMAC-SHA256  Access=k,SignedHeaders=host;x-sdk-date,Signature=00ff",
        "SDK-HMAC-SHA256\tAccess=k, SignedHeaders=host;x-sdk-date,Signature=00ff ",
    ],
)
def test_the_authorization_header_is_taken_apart(text: str) -> None:
    found = signing.parse_authorization(text)
    assert found == signing.Authorization("k", "host;x-sdk-date", "00ff")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "Authorization header is missing"),
        ("", "Access or Credential is empty in Authorization"),
        ("Basic dTpw", "Access or Credential is empty in Authorization"),
        ("SDK-HMAC-SHA256 Access=, Signature=0", "Access or Credential is empty"),
        (
            "SDK-HMAC-SM3 Access=k, SignedHeaders=a, Signature=0",
            "the algorithm must be",
        ),
        ("SDK-HMAC-SHA256, Access=k, SignedHeaders=a, Signature=0", "the algorithm"),
        ("SDK-HMAC-SHA256 Access=k", "the format of Authorization"),
        ("SDK-HMAC-SHA256 Access=k, Signature=0, SignedHeaders=a", "the format of"),
        ("SDK-HMAC-SHA256 Access=k, SignedHeaders=a, Signature=", "the format of"),
        ("SDK-HMAC-SHA256 Access=k, SignedHeaders=a, Signature=\xe9", "the format of"),
        ("SDK-HMAC-SHA256 Access=k, SignedHeaders=a, Signature=0, x", "the format of"),
    ],
)
def test_what_is_wrong_with_an_authorization_header_is_said(
    text: str | None, reason: str
) -> None:
    with pytest.raises(signing.SignatureError, match=reason):
        signing.parse_authorization(text)


@pytest.mark.parametrize("off", [-900, 0, 900])
def test_a_date_fifteen_minutes_off_still_passes(off: int) -> None:
    assert signing.check_date("20240102T030405Z", NOW + off) == "20240102T030405Z"


def test_a_later_date_is_expired_and_both_times_are_said() -> None:
    with pytest.raises(signing.SignatureError) as error:
        signing.check_date("20240102T030405Z", NOW + 901)
    assert str(error.value) == (
        "signature expired, signature time:20240102T030405Z,"
        "server time:20240102T031906Z"
    )


def test_a_date_in_the_future_is_expired_too() -> None:
    with pytest.raises(signing.SignatureError, match="signature expired"):
        signing.check_date("20240102T030405Z", NOW - 901)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "20240102T030405",
        "2024-01-02T03:04:05Z",
        "20240230T030405Z",
        "00000101T000000Z",
        "20240102T250405Z",
        "20240102T030405Z\n",
        "\xb2\xb3\xb9\xb201\xb2T030405Z",
        "9" * 5000,
    ],
)
def test_what_is_no_date_is_refused(text: str | None) -> None:
    with pytest.raises(signing.SignatureError, match="X-Sdk-Date"):
        signing.check_date(text, NOW)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ("host", "X-Sdk-Date is not among SignedHeaders"),
        ("x-sdk-date;host", "sorted"),
        ("host;host;x-sdk-date", "each name once"),
        ("Host;x-sdk-date", "format of SignedHeaders"),
        ("host;;x-sdk-date", "format of SignedHeaders"),
        ("host;x-sdk-date;", "format of SignedHeaders"),
        ("host; x-sdk-date", "format of SignedHeaders"),
        ("h\xe9;x-sdk-date", "format of SignedHeaders"),
    ],
)
def test_a_bad_list_of_signed_headers_is_refused(names: str, reason: str) -> None:
    with pytest.raises(signing.SignatureError, match=reason):
        signing.signed_names(names)


def test_what_sign_signs_verifies_and_covers_every_header() -> None:
    headers = [(b"host", b"a:8080"), (b"x-user", "é".encode())]
    request = Request("PUT", "/a b", "q=1&q=", Headers(headers), body=b"{}")
    added = signing.sign(request, KEY, signing.Key(SECRET.encode()), NOW)
    request.headers = Headers([*headers, *added])
    found = signing.parse_authorization(request.headers.get(b"authorization"))
    assert found.signed_headers == "host;x-sdk-date;x-user"
    signing.verify(request, found, signing.Key(SECRET.encode()), NOW)


def test_a_repeated_header_leaves_the_others_one_line_each() -> None:
    names = sorted(f"{number:x}" for number in range(4000))
    pairs = [(name.encode(), b"1") for name in names]
    text = signing.canonical_headers(names, Headers([*pairs, pairs[0]]))
    assert text == "".join(f"{n}:1\n" for n in sorted([*names, "0"]))
