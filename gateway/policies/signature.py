"""The backend signature: proof toward the backend of who sends (policies.md 3.2).

A backend checks it with the key and secret of the signature key. Whatever the caller
sent in Authorization is replaced. The signature covers the body.
"""

import base64
from collections.abc import Callable

from gateway import signing
from gateway.call import Call
from gateway.errors import BackendSignatureError
from gateway.http import Headers, Request
from gateway.outgoing import Outgoing
from gateway.policies import mapping
from gateway.snapshot import Api, BackendApi, MockInfo
from gateway.snapshot.signature import BASIC, HMAC, Signature

# Those of the request toward the backend that nothing on the way changes.
_SIGNED = (b"content-type", b"host", signing.DATE_HEADER)


def skips(api: Api) -> str:
    if api.signature is None:
        return "no signature key is bound"
    return mapping.skips(api)


def needs_body(api: Api) -> bool:
    return api.signature is not None and api.signature.sign_type == HMAC


def sign(call: Call) -> None:
    """Sign what the backend is going to be sent."""
    bound = call.api.signature
    assert bound is not None
    if call.outgoing is None or isinstance(call.backend.to, MockInfo):
        call.skip("a Mock is sent nothing")
        return
    apply = _APPLY.get(bound.sign_type)
    if apply is None:
        raise BackendSignatureError(
            reason=f"the signature key {bound.name} cannot sign: {bound.sign_type}"
        )
    apply(call, call.outgoing, bound)
    call.explain(signature_key=bound.name, type=bound.sign_type)


def _basic(call: Call, sent: Outgoing, bound: Signature) -> None:
    pair = f"{bound.sign_key}:{bound.sign_secret}".encode()
    sent.set_header(_header(call), b"Basic " + base64.b64encode(pair))


def _hmac(call: Call, sent: Outgoing, bound: Signature) -> None:
    """SDK-HMAC-SHA256 over the backend's request, as apps sign theirs."""
    to = call.backend.to
    if isinstance(to, BackendApi):
        received = (sent.header(b"host") or b"").decode("latin-1")
        sent.set_header(b"host", to.host(received).encode("latin-1"))
    sent.headers = [h for h in sent.headers if h[0] != signing.CONTENT_HEADER]
    date = signing.format_date(call.services.clock())
    sent.set_header(signing.DATE_HEADER, date.encode())
    headers = Headers(sent.headers)
    names = ";".join(sorted(n.decode() for n in _SIGNED if n in headers))
    request = Request(
        sent.method, sent.path, sent.query, headers, body=call.request.body
    )
    canonical = signing.canonical_request(request, names)
    proof = bound.key.sign(signing.string_to_sign(canonical, date))
    text = (
        f"{signing.ALGORITHM} Access={bound.sign_key}, SignedHeaders={names}, "
        f"Signature={proof}"
    )
    sent.set_header(_header(call), text.encode("latin-1"))


def _header(call: Call) -> bytes:
    """Authorization, unless the gateway was told another."""
    return call.snapshot.settings.backend_sign_header.lower().encode()


_APPLY: dict[str, Callable[[Call, Outgoing, Signature], None]] = {
    BASIC: _basic,
    HMAC: _hmac,
}
