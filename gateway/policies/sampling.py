"""Which live calls leave a trace (reference: api.md section 2.1).

A share of an API's calls, by its definition; and a call that asks for it with a header
which its signature covers, so that only who may call the API may ask.
"""

from random import random

from gateway.call import Call
from gateway.signing import covered

HEADER = b"x-sallyport-trace"
_SIGNED = ("APP", "IAM")


def wanted(call: Call) -> bool:
    """Whether this call is to be traced."""
    share = call.api.traced
    if share and random() * 100 < share:
        return True
    headers = call.request.headers
    if HEADER not in headers.first or call.api.auth_type not in _SIGNED:
        return False
    # Whether the signature is right, a later phase finds out.
    return HEADER in covered(headers)
