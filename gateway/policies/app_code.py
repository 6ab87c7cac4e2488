"""Simple authentication: an AppCode instead of a signature (auth.md section 2).

Where an API allows it, the header decides when it is there; otherwise the request has
to be signed. Only the code is checked, so it may not travel in clear text.
"""

import hashlib
from hmac import compare_digest

from gateway.call import Call
from gateway.errors import AppAuthError
from gateway.http import Response
from gateway.snapshot import Api

HEADER = b"x-apig-appcode"


def skips(api: Api) -> str:
    on = api.auth_type == "APP" and api.app_code
    return "" if on else "simple authentication is off"


def check_code(call: Call) -> Response | None:
    """Find the credential whose AppCode the request has."""
    code = call.request.headers.first.get(HEADER)
    if code is None:
        return call.skip("there is no X-Apig-AppCode")
    if call.request.scheme != "https":
        raise AppAuthError("an AppCode is accepted over HTTPS only")
    # Looked up by digest, so that the time taken tells nothing of a code.
    known = call.snapshot.app_codes.get(hashlib.sha256(code).digest())
    if known is None or not compare_digest(known[1], code):
        raise AppAuthError("X-Apig-AppCode is incorrect")
    call.credential = known[0]
    if call.trace is not None:
        call.explain(credential=known[0].name)
    return None
