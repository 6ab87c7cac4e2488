"""SDK-HMAC-SHA256, one function per step (reference: auth.md section 1).

The same steps verify a call, sign one, and explain a difference. Text here is
latin-1 or ASCII: one character is one byte of the wire, so nothing is lost.
"""

import calendar
import hashlib
import hmac
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from gateway.http import Headers, Request

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = b"x-sdk-date"
CONTENT_HEADER = b"x-sdk-content-sha256"
UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()
SKEW_SECONDS = 15 * 60

# Copied, because a new one looks its algorithm up each time.
_FRESH = hashlib.sha256()
_BLANKS = " \t"
_BLOCK = 64
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))
_AUTHORIZATION = re.compile(
    r"SDK-HMAC-SHA256\s+Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)\s*\Z",
    re.ASCII,
)
_ACCESS = re.compile(r"(?:Access|Credential)=[^,\s]")
_DATE = re.compile(r"\d{8}T\d{6}Z\Z", re.ASCII)
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+\Z")
# Already in canonical spelling: nothing to decode, nothing to encode.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/_.~-]*\Z")
_PLAIN_PAIR = re.compile(
    r"[A-Za-z0-9_.~-]+=(?:[A-Za-z0-9_.~-]|%(?:2[0-9A-CF]|3[A-F]|40|5[BCDE]|60|7[BCD]))*"
    r"\Z"
)


class SignatureError(ValueError):
    """The signature cannot be right; the text says why (auth.md section 1.2).

    `reason` is what may be kept of it.
    """

    @property
    def reason(self) -> str:
        return str(self)


class AuthorizationMissing(SignatureError):
    """There is no Authorization header at all."""


class SignatureWrong(SignatureError):
    """All is there, but another key, or another request, was signed.

    The text has the values of the signed headers, so callers alone get it.
    """

    reason = "the signature was made with another secret, or of another request"

    def __init__(self, canonical: str) -> None:
        shown = canonical.replace("\n", "|")
        self.detail = f"canonicalRequest:{shown}"
        super().__init__(f"verify signature fail, {self.detail}")


class Authorization(NamedTuple):
    """The three parts of an Authorization header.

    `signed_headers` is the list as sent, `a;b;c`.
    """

    access: str
    signed_headers: str
    signature: str


def parse_authorization(value: str | None) -> Authorization:
    """The parts of the header; SignatureError says what is wrong with it."""
    if value is None:
        raise AuthorizationMissing("Authorization header is missing")
    found = _AUTHORIZATION.match(value)
    if found:
        return Authorization(*found.groups())
    if not _ACCESS.search(value):
        raise SignatureError("Access or Credential is empty in Authorization")
    if not value.startswith(ALGORITHM + " "):
        raise SignatureError(f"the algorithm must be {ALGORITHM}")
    raise SignatureError("the format of Authorization is incorrect")


def covered(headers: Headers) -> frozenset[bytes]:
    """The headers that a signature claims to cover; none without a signature."""
    given = headers.get(b"authorization") or ""
    if not given.startswith(ALGORITHM):
        return frozenset()
    listed = given.partition("SignedHeaders=")[2].partition(",")[0]
    return frozenset(listed.encode("latin-1").split(b";"))


@lru_cache(maxsize=4096)
def parse_date(text: str) -> int:
    """Epoch seconds of `YYYYMMDDTHHMMSSZ`; SignatureError when it is not one."""
    if not _DATE.match(text):
        raise SignatureError("the format of X-Sdk-Date is incorrect")
    try:
        return calendar.timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise SignatureError("the format of X-Sdk-Date is incorrect") from None


def format_date(seconds: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def check_date(text: str | None, now: float, skew: float = SKEW_SECONDS) -> str:
    """The date as sent, when it is at most `skew` seconds off."""
    if not text:
        raise SignatureError("X-Sdk-Date is missing")
    if abs(now - parse_date(text)) > skew:
        raise SignatureError(
            f"signature expired, signature time:{text},server time:{format_date(now)}"
        )
    return text


# Callers repeat paths and queries. Few are kept: each may have 32 KB.
@lru_cache(maxsize=128)
def canonical_uri(raw_path: str) -> str:
    """Decoded whole, split, encoded by segment, ending in a slash."""
    if not _PLAIN_PATH.match(raw_path):
        segments = unquote_to_bytes(_wire(raw_path)).split(b"/")
        raw_path = "/".join(map(_encode, segments))
    return raw_path if raw_path.endswith("/") else raw_path + "/"


@lru_cache(maxsize=128)
def canonical_query(query: str) -> str:
    """Pairs decoded, sorted by name and value, encoded; `+` is a plus sign."""
    if not query:
        return ""
    if "&" not in query and _PLAIN_PAIR.match(query):
        return query
    pairs = sorted(
        (unquote_to_bytes(_wire(name)), unquote_to_bytes(_wire(value)))
        for name, _, value in (part.partition("=") for part in query.split("&") if part)
    )
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)


def canonical_headers(signed: Sequence[str], headers: Headers) -> str:
    """A line for each signed header, in the order of `signed`, values trimmed.

    A repeated header gives a line per value, values sorted.
    """
    received = _folded(headers) if headers.repeated else headers.first
    try:
        return "".join(
            [
                f"{name}:{received[name.encode()].decode('latin-1').strip(_BLANKS)}\n"
                for name in signed
            ]
        )
    except KeyError as error:
        (name,) = error.args
        missing = f"signed header {name.decode()} is not in the request"
        raise SignatureError(missing) from None


def payload_hash(content_header: str | None, body: bytes) -> str:
    """The last line of the canonical request.

    A declared hash must be that of the body, or the body would not be covered;
    `UNSIGNED-PAYLOAD` is the client's own renunciation.
    """
    if content_header == UNSIGNED:
        return UNSIGNED
    actual = hashlib.sha256(body).hexdigest() if body else EMPTY_HASH
    if content_header and content_header.lower() != actual:
        raise SignatureError("X-Sdk-Content-Sha256 is not the hash of the body")
    return content_header or actual


def canonical_request(
    request: Request, signed_headers: str, payload: str | None = None
) -> str:
    """The six lines, from what was received, never from what the client says."""
    headers = request.headers
    lines = canonical_headers(signed_names(signed_headers), headers)
    if payload is None:
        payload = payload_hash(headers.get(CONTENT_HEADER), request.body)
    return (
        f"{request.method.upper()}\n{canonical_uri(request.raw_path)}\n"
        f"{canonical_query(request.query)}\n{lines}\n{signed_headers}\n{payload}"
    )


def string_to_sign(canonical: str, date: str) -> str:
    digest = _FRESH.copy()
    digest.update(canonical.encode("latin-1"))
    return f"{ALGORITHM}\n{date}\n{digest.hexdigest()}"


class Key:
    """A secret, ready to sign: HMAC-SHA256 (RFC 2104), both pads hashed already.

    The secret itself is the key: there is no derivation. `hmac.digest` prepares
    the key anew each time, which doubles the cost of the dearest step of a call.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes) -> None:
        if len(secret) > _BLOCK:
            secret = hashlib.sha256(secret).digest()
        padded = secret.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(padded.translate(_INNER_PAD))
        self._outer = hashlib.sha256(padded.translate(_OUTER_PAD))

    def sign(self, text: str) -> str:
        """The hex signature of a text."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode("latin-1"))
        outer.update(inner.digest())
        return outer.hexdigest()


def verify(
    request: Request,
    given: Authorization,
    key: Key,
    now: float,
    skew: float = SKEW_SECONDS,
) -> None:
    """Return if the request was signed with the key, else SignatureError."""
    date = check_date(request.headers.get(DATE_HEADER), now, skew)
    canonical = canonical_request(request, given.signed_headers)
    expected = key.sign(string_to_sign(canonical, date))
    if hmac.compare_digest(expected, given.signature):
        return
    if _empty_unsigned(request):
        canonical = canonical_request(request, given.signed_headers, EMPTY_HASH)
        expected = key.sign(string_to_sign(canonical, date))
        if hmac.compare_digest(expected, given.signature):
            return
    raise SignatureWrong(canonical)


@lru_cache(maxsize=256)
def signed_names(signed_headers: str) -> tuple[str, ...]:
    """The names in a list: lower-case, sorted, each once, X-Sdk-Date among them."""
    names = signed_headers.split(";")
    if not all(map(_HEADER_NAME.match, names)):
        raise SignatureError("the format of SignedHeaders is incorrect")
    if names != sorted(set(names)):
        raise SignatureError("SignedHeaders must be sorted, each name once")
    if "x-sdk-date" not in names:
        raise SignatureError("X-Sdk-Date is not among SignedHeaders")
    return tuple(names)


def sign(
    request: Request, app_key: str, key: Key, now: float
) -> list[tuple[bytes, bytes]]:
    """The headers that sign `request`: X-Sdk-Date and Authorization.

    Every header of the request gets covered, as the vendor's SDKs do.
    """
    date = format_date(now)
    dated = (DATE_HEADER, date.encode())
    headers = Headers([*(h for h in request.headers if h[0] != DATE_HEADER), dated])
    names = ";".join(sorted(name.decode("latin-1") for name in headers.first))
    copy = Request(
        request.method, request.raw_path, request.query, headers, body=request.body
    )
    proof = key.sign(string_to_sign(canonical_request(copy, names), date))
    text = f"{ALGORITHM} Access={app_key}, SignedHeaders={names}, Signature={proof}"
    return [dated, (b"authorization", text.encode("latin-1"))]


def _folded(headers: Headers) -> dict[bytes, bytes]:
    """Each name once; of a repeated one the value holds the lines that follow."""
    values: dict[bytes, list[bytes]] = defaultdict(list)
    for name, value in headers:
        values[name].append(value.strip(b" \t"))
    return {n: (b"\n%s:" % n).join(sorted(v)) for n, v in values.items()}


def _empty_unsigned(request: Request) -> bool:
    """The core SDK hashes an empty body although it says UNSIGNED-PAYLOAD."""
    empty = not request.body and request.read is None
    return empty and request.headers.get(CONTENT_HEADER) == UNSIGNED


def _wire(text: str) -> bytes:
    return text.encode("latin-1")


def _encode(part: bytes) -> str:
    return quote_from_bytes(part, safe="~")
