"""IAM authentication: who calls is a user of the console (auth.md section 4.2).

A token in X-Auth-Token decides when there is one; otherwise the request is signed with
an access key, by the same algorithm as an app's. Too many wrong signatures in a row
lock the key for a while, at every
gateway that shares the state. Anything unexpected refuses the call.
"""

from collections.abc import Awaitable

from gateway import signing, tokens
from gateway.call import Call
from gateway.errors import IamAuthError, IamAuthMissing, TokenExpired
from gateway.patterns import pattern
from gateway.policies import carry
from gateway.policies.app_auth import signature_header
from gateway.snapshot import AccessKey, Api, User
from gateway.state import Window

TOKEN_HEADER = b"x-auth-token"
_LOCKED = "AK access failed to reach the limit,forbidden"


def skips(api: Api) -> str:
    mode = api.auth_type
    return "" if mode == "IAM" else f"the authentication mode is {mode}"


def authenticate(call: Call) -> Awaitable[None] | None:
    """Find out which user calls, by token or by signature."""
    token = call.request.headers.get(TOKEN_HEADER)
    if token is None:
        return _by_signature(call)
    sealing, find = call.snapshot.settings.token_cipher, call.snapshot.users_by_id.get
    try:
        user = tokens.read(token, sealing, find, call.services.clock())
    except tokens.TokenOutdated as error:
        raise TokenExpired(reason=str(error)) from None
    except tokens.TokenError as error:
        raise IamAuthError(str(error)) from None
    _accept(call, user)
    if _may_hand_on(call, user):
        carry.of(call).header("X-Auth-Token", token)
    return None


def _may_hand_on(call: Call, user: User) -> bool:
    """Whether the backend may act with this user's token."""
    return any(
        pattern(f"^(?:{name})$").search(user.name)
        for name in call.snapshot.settings.token_allow
    )


def _by_signature(call: Call) -> Awaitable[None] | None:
    try:
        header = call.request.headers.get(signature_header(call, b"authorization"))
        given = signing.parse_authorization(header)
    except signing.AuthorizationMissing:
        raise IamAuthMissing("x-auth-token not found") from None
    except signing.SignatureError as error:
        raise IamAuthError(str(error)) from None
    known = call.snapshot.access_keys.get(given.access)
    if known is None:
        text = f"Get secretKey failed,ak:{given.access},err:ak not exist"
        raise IamAuthError(text)
    locked = call.services.state.get(_lock(given.access))
    if locked is None:
        return _verify(call, given, *known)
    if isinstance(locked, bytes):
        raise IamAuthError(_LOCKED)
    return _verify_unless(locked, call, given, *known)


async def _verify_unless(
    locked: Awaitable[bytes | None],
    call: Call,
    given: signing.Authorization,
    user: User,
    key: AccessKey,
) -> None:
    """Where it has to be asked for, whether the key is locked."""
    if await locked is not None:
        raise IamAuthError(_LOCKED)
    waiting = _verify(call, given, user, key)
    if waiting is not None:
        await waiting


def _verify(
    call: Call, given: signing.Authorization, user: User, key: AccessKey
) -> Awaitable[None] | None:
    now, skew = call.services.clock(), call.snapshot.settings.signature_skew / 1000
    try:
        signing.verify(call.request, given, key.key, now, skew)
    except signing.SignatureWrong as error:
        return _count_failure(call, key, error)
    except signing.SignatureError as error:
        raise IamAuthError(str(error)) from None
    if call.services.state.seen(_failures(key.access)):
        call.services.state.forget(_failures(key.access))
    call.explain(access_key=key.access, signed_headers=given.signed_headers)
    _accept(call, user)
    return None


async def _count_failure(
    call: Call, key: AccessKey, error: signing.SignatureWrong
) -> None:
    """Refuse; and lock the key when this was one wrong signature too many."""
    state, most = call.services.state, call.snapshot.settings
    seconds = most.lock_time / 1000
    window = Window(_failures(key.access), most.lock_tries - 1, seconds)
    full = state.take([window])
    if full is not None and not isinstance(full, Window):
        full = await full
    if full is not None:
        state.put(_lock(key.access), b"locked", seconds)
        state.forget(window.key)
    text = f"verify aksk signature fail, {error.detail}"
    raise IamAuthError(text, reason=error.reason)


def _accept(call: Call, user: User) -> None:
    call.user = user
    call.explain(user=user.name, account=user.domain_name)


def _lock(access: str) -> str:
    return f"access key lock:{access}"


def _failures(access: str) -> str:
    return f"access key failures:{access}"
