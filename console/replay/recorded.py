"""A call as it was recorded, and what of it was not.

A call of the debug page is kept whole. A live one that was refused or traced is kept as
it came, without what would let others call in its sender's name; of any other there is
its line in the access log.
"""

from dataclasses import dataclass, replace

from django.contrib.auth.models import User

from console import access
from console.models import (
    AccessKey,
    AccessLog,
    Account,
    Api,
    Credential,
    Environment,
    Trace,
)
from console.proofs import BY_NOBODY, BY_TOKEN, Signer
from console.replay import events, text
from console.replay.asked import DRAFT, LOCAL, Asked, encoded
from console.replay.signers import by_id
from gateway import signing
from gateway.access import CUT
from gateway.http import Headers
from gateway.policies import app_code, iam_auth
from gateway.snapshot import RELEASE

# A signer, or why there is none.
Found = tuple[Signer, str]
_GONE = (BY_NOBODY, "Signature: what signed the call is gone. Choose another signer.")
_NOT_YOURS = (
    BY_NOBODY,
    "Signature: you may not use what signed the call. Choose another signer.",
)
_LITTLE = (
    "Query, headers and body: of a call that was neither refused nor traced only its "
    "line in the access log is kept. Turn on tracing for the API to keep more."
)


@dataclass(frozen=True)
class Recorded:
    """A call on record: `asked` is what can be asked again, `lacking` what cannot.

    Each of `lacking` is a sentence. `trace` and `log` are None when there is none.
    """

    request_id: str
    asked: Asked
    lacking: list[str]
    trace: Trace | None
    log: AccessLog | None

    @property
    def events(self) -> list[tuple[str, str]]:
        """Where events of its functions can be saved as test events."""
        return events.links(self.trace) if self.trace else []

    @property
    def api(self) -> Api | None:
        """The API that was called, if it still is there."""
        record = self.trace or self.log
        return Api.objects.filter(pk=record.api_id).first() if record else None


def find(request_id: str, user: User) -> Recorded | None:
    """The recorded call, signed by what signed it if the user may use that."""
    trace = Trace.objects.filter(request_id=request_id).first()
    log = AccessLog.objects.filter(request_id=request_id).first()
    if trace is not None and "call" in trace.content:
        asked, lacking = _whole(trace)
    elif trace is not None and trace.request:
        asked, lacking = _as_it_came(trace, log)
    elif log is not None:
        asked, lacking = _line(log)
    else:
        return None
    if asked.version != DRAFT and not _is_there(asked.version):
        lacking.append(f"Environment: {asked.version} is gone. Choose another.")
        asked = replace(asked, version=RELEASE)
    signer, said = _allowed(_signer(asked, trace, log, user), user)
    asked = replace(asked, signer=signer if isinstance(signer, str) else signer.pk)
    sentences = [*lacking, said] if said else lacking
    return Recorded(request_id, asked, sentences, trace, log)


def _is_there(environment: str) -> bool:
    return Environment.objects.filter(name=environment).exists()


def _whole(trace: Trace) -> tuple[Asked, list[str]]:
    """A debug call."""
    request = text.request_of(trace.request)
    return Asked.from_document(trace.content["call"]), _hidden(request.headers)


def _as_it_came(trace: Trace, log: AccessLog | None) -> tuple[Asked, list[str]]:
    """A live call that was refused or traced."""
    request = text.request_of(trace.request)
    lacking = _hidden(request.headers)
    if without := text.lacking(request):
        lacking.append(without)
        request.body = b""
    if log is None:
        request.scheme = "https"
        lacking.append(
            "Protocol, environment and caller's address: its line in the access log "
            "is gone."
        )
        return Asked.of(request), lacking
    request.scheme, request.client = log.scheme, log.remote_addr
    return Asked.of(request, version=log.env_name or RELEASE), lacking


def _line(log: AccessLog) -> tuple[Asked, list[str]]:
    """A call of which there is only its line in the access log."""
    asked = Asked(
        log.request_method,
        log.scheme,
        log.host,
        encoded(log.router_uri),
        version=log.env_name or RELEASE,
        client=log.remote_addr or LOCAL,
    )
    cut = ["Path: only its beginning is recorded."] if CUT in log.router_uri else []
    return asked, [_LITTLE, *cut]


def _hidden(headers: Headers) -> list[str]:
    """What others could call with, but for what the signer makes anew."""
    proofs = {app_code.HEADER.decode().title(), iam_auth.TOKEN_HEADER.decode().title()}
    return [
        f"Header {name}: its value is not kept, as others could call with it."
        for name in text.hidden(headers)
        if name not in proofs
    ]


def _allowed(found: Found, user: User) -> Found:
    signer = found[0]
    own_word = isinstance(signer, str)
    return found if own_word or access.may_use(user, signer) else _NOT_YOURS


def _signer(
    asked: Asked, trace: Trace | None, log: AccessLog | None, user: User
) -> Found:
    """What proved who called."""
    if trace is not None and "call" in trace.content and asked.signer != BY_NOBODY:
        found = by_id(asked.signer)
        return (found, "") if found else _GONE
    headers = text.request_of(trace.request if trace else "").headers
    given = headers.get(b"authorization") or ""
    if given.startswith(signing.ALGORITHM):
        return _by_key(given)
    if app_code.HEADER in headers:
        return _by_code(log)
    if iam_auth.TOKEN_HEADER in headers:
        return BY_TOKEN, ""
    return _by_log(log, user) if trace is None and log else (BY_NOBODY, "")


def _by_key(authorization: str) -> Found:
    try:
        key = signing.parse_authorization(authorization).access
    except signing.SignatureError:
        return BY_NOBODY, "Signature: it is not of the right form, and not made again."
    app = Credential.objects.filter(app_key=key).first()
    found = app or AccessKey.objects.filter(access=key).first()
    return (found, "") if found else _GONE


def _by_code(log: AccessLog | None) -> Found:
    """Which of its AppCodes a credential sent is not kept."""
    app = Credential.objects.filter(pk=log.app_id).first() if log else None
    code = app.app_codes.first() if app else None
    if code is None:
        return BY_NOBODY, "AppCode: it is not kept. Choose a signer."
    return code, ""


def _by_log(log: AccessLog, user: User) -> Found:
    """Who it was, where nothing is known of how that was proved."""
    if log.app_id:
        app = Credential.objects.filter(pk=log.app_id).first()
        return (app, "") if app else _GONE
    if log.user_id:
        return (BY_TOKEN, "") if Account.of(user).pk == log.user_id else _NOT_YOURS
    return BY_NOBODY, ""
