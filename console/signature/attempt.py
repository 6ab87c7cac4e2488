"""A signature in pieces: as it should be made, or as a client may have made it."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, unquote_to_bytes

from gateway import signing
from gateway.http import Headers, Request

Encode = Callable[[bytes], str]


def encode(part: bytes) -> str:
    """As signatures want it: everything but letters, digits and `-_.~`."""
    return quote_from_bytes(part, safe="~")


@dataclass(frozen=True)
class Evidence:
    """What arrived: the request, and the Authorization that came with it."""

    request: Request
    given: signing.Authorization

    @property
    def date(self) -> str:
        return self.request.headers.get(signing.DATE_HEADER) or ""


@dataclass(frozen=True)
class Attempt:
    """Everything that goes into a signature, each piece to be replaced alone.

    `path` lacks the slash that `slash` appends; `pairs` are decoded; `headers` are
    the lines between query and list, without their line ends.
    """

    method: str
    path: str
    slash: bool
    pairs: tuple[tuple[bytes, bytes], ...]
    sort: bool
    encode: Encode
    headers: tuple[tuple[str, str], ...]
    signed: str
    payload: str
    date: str
    secret: bytes
    # Takes the place of the query when it is not made from its pairs.
    query: str | None = None

    @property
    def canonical_uri(self) -> str:
        return self.path + "/" * (self.slash and not self.path.endswith("/"))

    @property
    def canonical_query(self) -> str:
        if self.query is not None:
            return self.query
        pairs = sorted(self.pairs) if self.sort else self.pairs
        return "&".join(f"{self.encode(k)}={self.encode(v)}" for k, v in pairs)

    @property
    def canonical(self) -> str:
        """The canonical request."""
        lines = "".join(f"{name}:{value}\n" for name, value in self.headers)
        return "\n".join(
            (
                self.method,
                self.canonical_uri,
                self.canonical_query,
                lines,
                self.signed,
                self.payload,
            )
        )

    @property
    def string_to_sign(self) -> str:
        digest = hashlib.sha256(self.canonical.encode("latin-1", "replace")).hexdigest()
        return f"{signing.ALGORITHM}\n{self.date}\n{digest}"

    @property
    def signature(self) -> str:
        text = self.string_to_sign.encode("latin-1", "replace")
        return hmac.digest(self.secret, text, "sha256").hex()


def expected(evidence: Evidence, secret: bytes) -> Attempt:
    """How the gateway makes the signature of what arrived.

    A signed header that did not arrive has an empty line here.
    """
    request, given = evidence.request, evidence.given
    pairs = (part.partition("=") for part in request.query.split("&") if part)
    return Attempt(
        method=request.method.upper(),
        path=canonical_path(request.raw_path, encode),
        slash=True,
        pairs=tuple((_decoded(name), _decoded(value)) for name, _, value in pairs),
        sort=True,
        encode=encode,
        headers=_lines(given.signed_headers.split(";"), request.headers),
        signed=given.signed_headers,
        payload=_payload(request),
        date=evidence.date,
        secret=secret,
    )


def canonical_path(raw_path: str, encoder: Encode) -> str:
    """Decoded whole, split, encoded by segment."""
    return "/".join(map(encoder, _decoded(raw_path).split(b"/")))


def _payload(request: Request) -> str:
    declared = request.headers.get(signing.CONTENT_HEADER)
    return declared or hashlib.sha256(request.body).hexdigest()


def _lines(names: list[str], headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value.strip(" \t"))
        for name in names
        for value in sorted(headers.getlist(name.encode("latin-1"))) or [""]
    )


def _decoded(text: str) -> bytes:
    return unquote_to_bytes(text.encode("latin-1"))
