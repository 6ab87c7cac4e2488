"""A call that can be made again: its request, and how it is to be made."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any
from urllib.parse import quote

from console.proofs import BY_DEBUGGER
from gateway import signing
from gateway.access import SECRET
from gateway.http import Headers, RawHeaders, Request, decode_text
from gateway.policies.app_auth import DEBUG_HEADER
from gateway.snapshot import RELEASE

DRAFT = "draft"
LOCAL = "127.0.0.1"
# Of a body that is kept with a trace or edited on a page, in bytes.
MAX_BODY = 1024 * 1024
# Made anew with every call: they frame it, name where to, or prove who calls.
_OWN: tuple[bytes, ...] = (
    *(b"connection", b"content-length", b"host", b"keep-alive", b"transfer-encoding"),
    *(b"x-stage", signing.DATE_HEADER, DEBUG_HEADER),
)
OWN = frozenset(_OWN)
# What stands in a path or a query as it is: it has been encoded already.
_ENCODED = "/%~!$&'()*+,;=:@?"
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """A request without what proves who calls, and who is to prove it where.

    `path` and `query` are percent-encoded, `version` is DRAFT or an environment's name,
    `signer` the id of a credential, an AppCode or an access key, or one of the words of
    `console.proofs`; `client` is the address that the call comes from.
    """

    method: str
    scheme: str
    host: str
    path: str
    query: str = ""
    headers: Pairs = ()
    body: bytes = b""
    version: str = RELEASE
    signer: str = BY_DEBUGGER
    policies: bool = True
    client: str = LOCAL

    @classmethod
    def of(cls, request: Request, **how: Any) -> "Asked":
        """What can be made again of a request; `how` are the fields it does not have.

        Left out are headers in `OWN`, those that others could call with, and a body
        that is too long.
        """
        headers = request.headers
        kept = ((n, v) for n, v in headers if n.lower() not in OWN | SECRET)
        return cls(
            request.method,
            request.scheme,
            headers.get(b"host") or "",
            encoded(request.raw_path),
            encoded(request.query),
            tuple((name.decode("latin-1"), decode_text(value)) for name, value in kept),
            request.body if len(request.body) <= MAX_BODY else b"",
            client=request.client or LOCAL,
            **how,
        )

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Asked":
        known = {f.name for f in fields(cls)}
        values = {name: v for name, v in document.items() if name in known}
        values["headers"] = tuple((name, value) for name, value in values["headers"])
        values["body"] = b64decode(values["body"])
        return cls(**values)

    def document(self) -> dict[str, Any]:
        """The same as JSON has it."""
        return asdict(self) | {"body": b64encode(self.body).decode()}

    @property
    def without_secrets(self) -> "Asked":
        """The same without headers that others could call with."""
        kept = ((n, v) for n, v in self.headers if n.lower().encode() not in SECRET)
        return replace(self, headers=tuple(kept))

    @property
    def target(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def stage(self) -> RawHeaders:
        """The header that chooses the environment; none for RELEASE and a draft."""
        if self.version in (DRAFT, RELEASE):
            return []
        return [(b"x-stage", self.version.encode())]

    def request(self) -> Request:
        """The request as it would arrive, before anybody proves who calls."""
        named: RawHeaders = [(b"host", self.host.encode()), *self.stage]
        named += [(n.lower().encode(), v.encode()) for n, v in self.signable]
        if self.body:
            named.append((b"content-length", str(len(self.body)).encode()))
        return Request(
            self.method,
            self.path,
            self.query,
            Headers(named),
            scheme=self.scheme,
            client=self.client,
            port=443 if self.scheme == "https" else 80,
            body=self.body,
        )

    @property
    def signable(self) -> Pairs:
        """The headers, where a hash of the body is the one of this body."""
        digest = hashlib.sha256(self.body).hexdigest()
        declared = signing.CONTENT_HEADER.decode()
        return tuple(
            (n, v if n.lower() != declared or v == signing.UNSIGNED else digest)
            for n, v in self.headers
        )


def encoded(text: str) -> str:
    """A path or a query as it came, in latin-1, with what is not ASCII encoded."""
    return quote(text.encode("latin-1", "replace"), safe=_ENCODED)
