"""How a debug call, or a snippet, proves who calls.

A signer is a credential, an AppCode, an access key of the user, or one of the words
below; the gateway then judges the proof as any other.
"""

import secrets
import time
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.contrib.auth.models import User

from console import compile, models, tokens
from gateway import signing
from gateway import snapshot as data
from gateway.http import Headers, RawHeaders, Request
from gateway.policies import app_code, iam_auth
from gateway.policies.app_auth import DEBUG_HEADER

# The debugger signs as an app or a user that exists for this call only.
BY_DEBUGGER = "debugger"
# An Authorization header is the user's own affair.
BY_NOBODY = "nobody"
# A token of the user's own, made for the call.
BY_TOKEN = "token"
Signer = models.Credential | models.AppCode | models.AccessKey | str


@dataclass(frozen=True)
class Debugger:
    """The one-call identity: a key that no other call knows."""

    access: str = field(default_factory=lambda: secrets.token_hex(16))
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @cached_property
    def credential(self) -> data.Credential:
        return data.Credential(self.access, "debug client", self.access, self.secret)

    def joins(
        self, snapshot: data.Snapshot, api: data.Api | None, user: User
    ) -> data.Snapshot:
        """The configuration in which it may call the API, and is the user to IAM."""
        known = compile.user(models.Account.of(user))
        key = data.AccessKey(self.access, self.secret)
        me = replace(known, access_keys=(*known.access_keys, key))
        others = (other for other in snapshot.users if other.id != me.id)
        return replace(
            snapshot,
            apis=tuple(self._bound(a) if a is api else a for a in snapshot.apis),
            credentials=(*snapshot.credentials, self.credential),
            users=(*others, me),
        )

    def _bound(self, api: data.Api) -> data.Api:
        return replace(api, credentials=api.credentials | {self.credential.id})


def prove(
    request: Request, signer: Signer, user: User, mode: str, debugger: Debugger
) -> None:
    """Add the signer's proof to a request; `mode` is what the API asks for."""
    if signer == BY_DEBUGGER:
        if mode in (models.Api.Auth.APP, models.Api.Auth.IAM):
            sign(request, debugger.access, debugger.secret, DEBUG_HEADER)
    elif (pair := key_of(signer)) is not None:
        sign(request, *pair)
    else:
        request.headers = Headers([*request.headers, *sent(signer, user)])


def key_of(signer: Signer) -> tuple[str, str] | None:
    """Key and secret of a signer that signs."""
    match signer:
        case models.Credential():
            return signer.app_key, signer.app_secret
        case models.AccessKey():
            return signer.access, signer.secret
    return None


def sent(signer: Signer, user: User) -> RawHeaders:
    """The header of a signer whose proof is sent as it is."""
    if isinstance(signer, models.AppCode):
        return [(app_code.HEADER, signer.app_code.encode())]
    if signer == BY_TOKEN:
        return [(iam_auth.TOKEN_HEADER, tokens.issue(user)[0].encode())]
    return []


def sign(
    request: Request, access: str, secret: str, header: bytes = b"authorization"
) -> None:
    """Put date and signature into a request."""
    key = signing.Key(secret.encode())
    dated, (_, proof) = signing.sign(request, access, key, time.time())
    request.headers = Headers([*request.headers, dated, (header, proof)])
