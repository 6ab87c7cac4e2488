"""The request toward a backend, while it is being built (auth.md section 8.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from gateway.http import Headers, RawHeaders

# They are about one connection, and end with it (RFC 9110 section 7.6.1).
HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
# What proved to this gateway who calls is nobody else's business.
CREDENTIALS = frozenset(
    (
        b"x-apig-appcode",
        b"x-apig-authorization",
        b"x-auth-token",
        b"x-hw-appkey",
        b"x-hw-id",
    )
)
SIGNATURE = b"SDK-HMAC-SHA256"
# Left as they are in a path: what RFC 3986 allows in one, and slashes.
PATH_SAFE = "/!$&'()*+,;=:@-._~"
QUERY_SAFE = "-._~"
# Of constants the product encodes less (api.md section 4.2). A number sign would end
# the path, so it is encoded although the product does not say so.
CONSTANT_PATH_SAFE = PATH_SAFE + '"<[\\]^`{|}'
CONSTANT_QUERY_SAFE = "!$'()*,-./:;?@_~"


@dataclass(slots=True)
class Outgoing:
    """What a backend is sent. The body is the request's own: `call.request`.

    `path` and `query` are percent-encoded, as sent. `headers` hold no framing and no
    connection; Host is still the caller's, for backends that have none of their own.
    `path_parameters` are a function event's `pathParameters`.
    """

    method: str
    path: str
    query: str
    headers: RawHeaders
    path_parameters: dict[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Path and query, as a request line has them."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def header(self, name: bytes) -> bytes | None:
        """The last value of a header, by its lower-case name."""
        return dict(self.headers).get(name)

    def set_header(self, name: bytes, value: bytes) -> None:
        """Send this value of a header (lower-case name) and no other."""
        self.headers = [pair for pair in self.headers if pair[0] != name]
        self.headers.append((name, value))


def passed_headers(
    received: Headers, added: Mapping[str, str], signature_header: bytes | None
) -> RawHeaders:
    """The headers received that go on, and those that a gateway adds.

    A signature in `signature_header`, if there may be one, was meant for the gateway.
    """
    ours = {name.encode(): value.encode("latin-1") for name, value in added.items()}
    dropped = HOP_BY_HOP | CREDENTIALS | ours.keys() | _named_by_connection(received)
    kept = [pair for pair in received if pair[0] not in dropped]
    if signature_header is not None:
        kept = [pair for pair in kept if not _is_signature(*pair, signature_header)]
    return [*kept, *ours.items()]


def encode_path(text: str) -> str:
    """Clear text as it stands in a path; slashes stay."""
    return quote(text, safe=PATH_SAFE)


def encode_query(text: str) -> str:
    """Clear text as it stands in a name or a value of a query."""
    return quote(text, safe=QUERY_SAFE)


def encode_constant(location: str) -> Callable[[str], str]:
    """How a constant is written: in a path its percent signs stay as they are."""
    safe = "%" + CONSTANT_PATH_SAFE if location == "PATH" else CONSTANT_QUERY_SAFE
    return lambda text: quote(text, safe=safe)


def _named_by_connection(received: Headers) -> set[bytes]:
    values = received.getlist(b"connection")
    names = {name.strip() for value in values for name in value.lower().split(",")}
    return {name.encode("latin-1") for name in names}


def _is_signature(name: bytes, value: bytes, signature_header: bytes) -> bool:
    return name == signature_header and value.lstrip().startswith(SIGNATURE)
