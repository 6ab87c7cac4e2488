"""Who calls the management API (reference: api.md section 11).

The same proofs as calls of APIs with IAM authentication take, by the same code: a
token in X-Auth-Token, or a signature with an access key. What failed too often is
locked in the database, for all processes of the console.
"""

import time
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request as RestRequest

from console import features, tokens
from console.models import AccessKey, Lockout
from console.views.gateway import to_gateway
from gateway import signing
from gateway.tokens import TokenError

LOCKED = "AK access failed to reach the limit,forbidden"
Caller = tuple[User, Any]


class IamAuthentication(BaseAuthentication):
    """X-Auth-Token decides when it is there, else the signature."""

    def authenticate(self, request: RestRequest) -> Caller | None:
        caller = identify(request._request)
        if isinstance(caller, Exception):
            raise caller
        return caller

    def authenticate_header(self, request: RestRequest) -> str:
        return signing.ALGORITHM


AUTHENTICATION: tuple[type[BaseAuthentication], ...] = (IamAuthentication,)


def identify(request: HttpRequest) -> Caller | Exception | None:
    """Who calls, or what is wrong with the proof; found out once for a request.

    A view that works in a transaction calls this before it, or the count of wrong
    tries would be rolled back with the rest.
    """
    if not hasattr(request, "iam_caller"):
        request.iam_caller = _identify(request)  # type: ignore[attr-defined]
    return request.iam_caller  # type: ignore[attr-defined]


def _identify(request: HttpRequest) -> Caller | Exception | None:
    token, proof = (request.headers.get(n) for n in ("X-Auth-Token", "Authorization"))
    try:
        # A body is read once for all who look at it, so that it cannot be too large.
        _ = request.body
        if token is not None:
            return tokens.owner(token), "token"
        if proof is not None and proof.startswith(signing.ALGORITHM):
            key = _signer(request, signing.parse_authorization(proof))
            return key.account.user, key
    except (TokenError, signing.SignatureError) as error:
        text = f"Incorrect IAM authentication information: {error}"
        return AuthenticationFailed(text)
    except RequestDataTooBig as error:
        return error
    return None


def _signer(request: HttpRequest, given: signing.Authorization) -> AccessKey:
    """The key that signed the request; SignatureError says what is wrong."""
    key = _key(given.access)
    lock = f"access key:{key.access}"
    if Lockout.locked(lock):
        raise signing.SignatureError(LOCKED)
    received = to_gateway(request, request.body)
    secret, skew = signing.Key(key.secret.encode()), features.of_calls().signature_skew
    try:
        signing.verify(received, given, secret, time.time(), skew / 1000)
    except signing.SignatureWrong as error:
        Lockout.fail(lock)
        text = f"verify aksk signature fail, {error.detail}"
        raise signing.SignatureError(text) from None
    Lockout.forgive(lock)
    return key


def _key(access: str) -> AccessKey:
    enabled = AccessKey.objects.filter(
        status=AccessKey.Status.ACTIVE, account__user__is_active=True
    )
    found = enabled.select_related("account__user").filter(access=access).first()
    if found is None:
        text = f"Get secretKey failed,ak:{access},err:ak not exist"
        raise signing.SignatureError(text)
    return found
