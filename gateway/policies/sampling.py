"""Which live calls leave a trace (reference: api.md section 2.1).

A share of an API's calls, by its definition; and a call that asks for it with a header
which its signature covers, so that only who may call the API may ask.
"""

from random import random

from gateway.call import Call
from gateway.signing import ALGORITHM

HEADER = b"x-sallyport-trace"
_SIGNED = ("APP", "IAM")


def wanted(call: Call) -> bool:
    """Whether this call is to be traced."""
    share = call.api.traced
    if share and random() * 100 < share:
        return True
    return HEADER in call.request.headers.last and _signed(call)


def _signed(call: Call) -> bool:
    """Whether the signature, which a later phase checks, covers the header."""
    given = call.request.headers.get(b"authorization") or ""
    listed = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    known = call.api.auth_type in _SIGNED and given.startswith(ALGORITHM)
    return known and HEADER.decode() in listed
