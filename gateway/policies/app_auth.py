"""The first factor: the app signature, and what its credential may call.

Reference: auth.md sections 1 and 3. Order of checks: header, app, date,
signature, authorization. Anything unexpected refuses the call.
"""

from gateway import signing
from gateway.call import Call
from gateway.errors import AppAuthError, AppAuthMissing, AppNotAuthorized, InternalError
from gateway.http import Response
from gateway.snapshot import Api

# A debug call is signed here, so that the user's own Authorization stays free.
DEBUG_HEADER = b"x-apig-authorization"


def skips(api: Api) -> str:
    """An unknown mode is not skipped: it refuses every call."""
    mode = api.auth_type
    others = ("NONE", "AUTHORIZER", "IAM")
    return f"the authentication mode is {mode}" * (mode in others)


def signature_header(call: Call, usual: bytes) -> bytes:
    """The header that the signature is in."""
    own = call.debug and DEBUG_HEADER in call.request.headers
    return DEBUG_HEADER if own else usual


def verify_signature(call: Call) -> Response | None:
    """Find the credential and check the SDK-HMAC-SHA256 signature."""
    mode = call.api.auth_type
    if mode != "APP":
        raise InternalError(reason=f"the authentication mode {mode} is not supported")
    if call.credential is not None:
        return call.skip("the credential has proved itself already")
    try:
        usual = call.snapshot.settings.signature_header
        authorization = call.request.headers.get(signature_header(call, usual))
        given = signing.parse_authorization(authorization)
        credential = call.snapshot.apps.get(given.access)
        if credential is None:
            raise AppAuthError(f"app not found, appkey {given.access}")
        skew = call.snapshot.settings.signature_skew / 1000
        now = call.services.clock()
        signing.verify(call.request, given, credential.key, now, skew)
    except signing.AuthorizationMissing as error:
        raise AppAuthMissing(str(error)) from None
    except signing.SignatureError as error:
        raise AppAuthError(str(error), reason=error.reason) from None
    call.credential = credential
    if call.trace is not None:
        call.explain(credential=credential.name, signed_headers=given.signed_headers)
    return None


def check_authorization(call: Call) -> Response | None:
    """Refuse a credential that is not bound to the API in this environment."""
    if call.credential is None:
        raise InternalError(reason="the app signature was not checked")
    if call.credential.id not in call.api.credentials:
        raise AppNotAuthorized(
            reason=f"credential {call.credential.name} is not bound to "
            f"{call.api.name} in {call.stage}"
        )
    return None
