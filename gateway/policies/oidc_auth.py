"""OpenID Connect authentication (policies.md section 4.8).

A call passes with an access token of the provider in Authorization, or with the
session that the authorization-code flow left in a cookie. Without either a browser is
sent to the provider; it comes back to the redirect API, which trades the code for
tokens. The policy is bound to that API too. What is kept meanwhile is sealed with a key
made of the client secret, so any gateway reads what another wrote, and nobody else can.
"""

import base64
import hashlib
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from cryptography.fernet import Fernet, InvalidToken

from gateway.call import Call
from gateway.cookies import cookie_value
from gateway.errors import OidcDiscoveryFailed, OidcFlowFailed, OidcTokenRefused
from gateway.http import Response
from gateway.policies import carry
from gateway.policies.document import Part
from gateway.policies.form import Field
from gateway.policies.keys import Keys
from gateway.policies.oidc_provider import Provider, TradeFailed
from gateway.policies.plugins import read
from gateway.snapshot import Api, per_api

NAME = "oidc_auth"
TITLE = "OpenID Connect"
ABOUT = "Logs browsers in at an OpenID Connect provider; takes its access tokens too."
FORM = (
    Field("client_id", "Client ID", required=True),
    Field("client_secret", "Client Secret", "secret", required=True),
    Field("discovery", "Discovery Address", required=True),
    Field(
        "redirect_api_id",
        "Redirect API",
        "login",
        required=True,
        help="Where browsers come back to: GET over HTTPS, matched exactly, without "
        "authentication, with a Mock as backend. Bind the policy to it and to logout.",
    ),
    Field("logout_api_id", "Logout API", "login"),
    Field("redirect_after_logout_uri", "Address after Logout"),
    Field("scope", "Scope", default="openid email profile"),
    Field("access_token_expires_in", "Token Lifetime (s)", "number", 3600),
    Field("jwks_enabled", "Keys of the Provider", "flag", True),
    Field("public_key", "Public Key (PEM)", "area", help="Wins over the provider's"),
    Field("jwt_cache_enabled", "Cache Verified Tokens", "flag", True),
    Field("slient_renew_access_token_enabled", "Renew Tokens Silently", "flag", True),
)
COOKIE, STATE_COOKIE = "sallyport_oidc", "sallyport_oidc_state"
TOKEN_HEADER, USER_HEADER = "X-Access-Token", "X-Userinfo"
MAX_TOKEN = 5 * 1024
STATE_SECONDS = 600
# How long a session is kept beyond its token, when that can be renewed.
SESSION_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Config:
    client_id: str
    client_secret: str = field(repr=False)
    discovery: str
    redirect_api_id: str
    logout_api_id: str
    after_logout: str
    scope: str
    lifetime: int
    keys: Keys | None
    remember: bool
    renew: bool

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        discovery = part.text("discovery", most=1024)
        if not discovery.startswith(("http://", "https://")):
            raise part.refuse("discovery", "an http or https address")
        keys = None
        if pem := part.text("public_key", ""):
            try:
                keys = Keys.pem(pem)
            except ValueError as error:
                raise part.refuse("public_key", str(error)) from None
        if keys is None and not part.flag("jwks_enabled", True):
            raise part.refuse("public_key", "it is required without jwks_enabled")
        return cls(
            part.text("client_id", most=512),
            part.text("client_secret", most=512),
            discovery,
            part.text("redirect_api_id", most=64),
            part.text("logout_api_id", "", most=64),
            part.text("redirect_after_logout_uri", "", most=1024),
            part.text("scope", "openid email profile", most=512),
            part.number("access_token_expires_in", 3600, low=1),
            keys,
            part.flag("jwt_cache_enabled", True),
            part.flag("slient_renew_access_token_enabled", True),
        )

    @cached_property
    def cipher(self) -> Fernet:
        digest = hashlib.sha256(
            f"oidc\0{self.client_id}\0{self.client_secret}".encode()
        )
        return Fernet(base64.urlsafe_b64encode(digest.digest()))

    def seal(self, value: Any) -> str:
        return self.cipher.encrypt(orjson.dumps(value)).decode()

    def unseal(self, text: str, seconds: int | None = None) -> Any:
        """What was sealed, or None when it was not, or too long ago."""
        try:
            return orjson.loads(self.cipher.decrypt(text.encode(), ttl=seconds))
        except (InvalidToken, ValueError):
            return None


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    return "" if config(api) else "no OpenID Connect policy is bound"


def authenticate(call: Call) -> Awaitable[Response | None]:
    return _authenticate(call)


async def _authenticate(call: Call) -> Response | None:
    """Let the call pass, answer it for the flow, or refuse it."""
    policy, plugin = config(call.api), call.api.plugins[NAME]
    assert policy is not None
    provider = call.services.background.keep(
        (NAME, plugin.id),
        plugin.content,
        lambda: Provider(policy.discovery, policy.client_id, policy.client_secret),
    )
    carried = carry.of(call)
    for name in (TOKEN_HEADER, USER_HEADER):
        carried.header(name, None)
    carried.cookies |= {COOKIE, STATE_COOKIE}
    if call.api.id == policy.redirect_api_id:
        return await _come_back(call, policy, provider)
    if call.api.id == policy.logout_api_id:
        return _log_out(call, policy)
    if (bearer := _bearer(call)) is not None:
        claims = await provider.verify(
            call.services.client, bearer, policy.keys, remember=policy.remember
        )
        _forward(call, bearer, claims)
        return None
    session = await _session(call, policy, provider)
    if session is not None:
        _forward(call, session["token"], session["user"])
        return None
    return await _send_away(call, policy, provider)


async def _session(
    call: Call, policy: Config, provider: Provider
) -> dict[str, Any] | None:
    """The session of the browser's cookie, while its token lives or can be renewed."""
    name = cookie_value(call.request.headers, COOKIE)
    if not name:
        return None
    kept = call.services.state.get(_session_key(name))
    if isinstance(kept, Awaitable):
        kept = await kept
    session: dict[str, Any] | None = policy.unseal(kept.decode()) if kept else None
    if session is None or session["until"] > call.services.clock():
        return session
    if not policy.renew or not session.get("refresh"):
        return None
    key = _session_key(name)
    renewed: dict[str, Any] | None = await provider.once(
        key, _renew(call, policy, provider, key, session)
    )
    return renewed


async def _renew(
    call: Call, policy: Config, provider: Provider, key: str, session: dict[str, Any]
) -> dict[str, Any] | None:
    """The session with a new token; None when the provider gives none any more."""
    form = {"grant_type": "refresh_token", "refresh_token": session["refresh"]}
    try:
        tokens = await provider.tokens(call.services.client, form)
        user = session["user"]
        if isinstance(tokens.get("id_token"), str):
            user = await _identity(call, policy, provider, tokens["id_token"])
            if user.get("sub") != session["user"].get("sub"):
                raise TradeFailed("the new token is somebody else's")
    except (TradeFailed, OidcTokenRefused, OidcDiscoveryFailed) as error:
        call.explain(renewal=str(error))
        return None
    return _keep(call, policy, key, tokens, user, session["refresh"])


def _keep(
    call: Call,
    policy: Config,
    key: str,
    tokens: dict[str, Any],
    user: dict[str, Any],
    refresh: str = "",
) -> dict[str, Any]:
    """Put a session into the state: as long as its token lives, or can be renewed."""
    given = tokens.get("expires_in")
    seconds = given if type(given) is int and given > 0 else policy.lifetime
    new = tokens.get("refresh_token")
    session = {
        "token": tokens["access_token"],
        "user": user,
        "until": call.services.clock() + seconds,
        "refresh": new if isinstance(new, str) else refresh,
    }
    lasts = seconds
    if policy.renew and session["refresh"]:
        lasts = max(seconds, SESSION_SECONDS)
    call.services.state.put(key, policy.seal(session).encode(), lasts)
    return session | {"lasts": lasts}


async def _identity(
    call: Call, policy: Config, provider: Provider, id_token: str
) -> dict[str, Any]:
    """Who an ID token for this client is about."""
    return await provider.verify(
        call.services.client, id_token, policy.keys, audience=policy.client_id
    )


def _session_key(name: str) -> str:
    """Whoever reads the state cannot take over a session."""
    return "oidc:" + hashlib.sha256(name.encode()).hexdigest()


async def _send_away(call: Call, policy: Config, provider: Provider) -> Response:
    """To the provider, remembering where the browser wanted to go."""
    if call.request.method not in ("GET", "HEAD"):
        raise OidcTokenRefused(reason="there is neither a token nor a session")
    about = await provider.about(call.services.client)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    request = call.request
    # Two slashes would begin the name of another host.
    path = "/" + request.raw_path.lstrip("/")
    target = path + (f"?{request.query}" if request.query else "")
    kept = policy.seal(
        {"state": state, "nonce": nonce, "verifier": verifier, "target": target}
    )
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": policy.client_id,
        "redirect_uri": _redirect_uri(call, policy),
        "scope": policy.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    address = about["authorization_endpoint"]
    joined = "&" if "?" in address else "?"
    cookie = _set_cookie(STATE_COOKIE, kept, STATE_SECONDS)
    return _redirect(f"{address}{joined}{urlencode(query)}", cookie)


async def _come_back(call: Call, policy: Config, provider: Provider) -> Response:
    """Trade the code for tokens, and send the browser where it wanted to go."""
    known = policy.unseal(
        cookie_value(call.request.headers, STATE_COOKIE) or "", STATE_SECONDS
    )
    state, code = (next(iter(call.query.get(n, ())), "") for n in ("state", "code"))
    if not isinstance(known, dict) or not secrets.compare_digest(
        known["state"].encode(), state.encode()
    ):
        raise OidcFlowFailed(reason="the state is not the one that was given out")
    if not code:
        raise OidcFlowFailed(reason="the provider gave no code")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _redirect_uri(call, policy),
        "code_verifier": known["verifier"],
    }
    try:
        tokens = await provider.tokens(call.services.client, form)
    except TradeFailed as error:
        raise OidcFlowFailed(reason=f"the code was not taken: {error}") from None
    if not isinstance(tokens.get("id_token"), str):
        raise OidcFlowFailed(reason="the provider gave no ID token")
    claims = await _identity(call, policy, provider, tokens["id_token"])
    if claims.get("nonce") != known["nonce"]:
        raise OidcFlowFailed(reason="the token answers another login")
    name = secrets.token_urlsafe(32)
    session = _keep(call, policy, _session_key(name), tokens, claims)
    cookies = (
        _set_cookie(COOKIE, name, session["lasts"]),
        _set_cookie(STATE_COOKIE, "", 0),
    )
    return _redirect(known["target"], *cookies)


def _log_out(call: Call, policy: Config) -> Response:
    """End the session, for whoever may have its cookie too."""
    name = cookie_value(call.request.headers, COOKIE)
    if name:
        call.services.state.put(_session_key(name), b"", 0.001)
    gone = _set_cookie(COOKIE, "", 0)
    return _redirect(policy.after_logout or "/", gone)


def _redirect_uri(call: Call, policy: Config) -> str:
    """Where the redirect API answers, on the host that was called."""
    apis = call.snapshot.apis
    found = next(
        (
            api
            for api in apis
            if api.id == policy.redirect_api_id and api.stage == call.stage
        ),
        None,
    )
    if found is None:
        raise OidcFlowFailed(reason="the redirect API is not published here")
    host = call.request.headers.get(b"host") or ""
    return f"{call.request.scheme}://{host}{found.req_uri}"


def _forward(call: Call, token: str, user: dict[str, Any]) -> None:
    carried = carry.of(call)
    carried.header(TOKEN_HEADER, token)
    shown = base64.b64encode(orjson.dumps(user)).decode()
    carried.header(USER_HEADER, shown)
    call.explain(subject=user.get("sub"))


def _bearer(call: Call) -> str | None:
    """The access token in Authorization; another scheme has none."""
    value = call.request.headers.get(b"authorization") or ""
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    if len(token) > MAX_TOKEN:
        raise OidcTokenRefused(reason="the token is longer than 5 KB")
    return token.strip()


def _set_cookie(name: str, value: str, seconds: int) -> bytes:
    flags = f"Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax"
    return f"{name}={value}; {flags}".encode()


def _redirect(target: str, *cookies: bytes) -> Response:
    headers = [(b"Location", quote(target, safe="/:?#[]@!$&'()*+,;=%~-._").encode())]
    headers += [(b"Set-Cookie", cookie) for cookie in cookies]
    return Response(302, [*headers, (b"Cache-Control", b"no-store")], b"")
