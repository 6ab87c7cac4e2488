"""JWT authentication (policies.md section 4.9)."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import orjson
from yarl import URL

from gateway.call import Call
from gateway.cookies import cookie_value
from gateway.errors import JwtRefused, PolicyBroken
from gateway.policies import carry
from gateway.policies.document import Part
from gateway.policies.form import Field, Table, choices
from gateway.policies.keys import FetchedKeys, Keys, KeysMissing, TokenRefused
from gateway.policies.plugins import read
from gateway.snapshot import Api, given, per_api

NAME = "jwt_auth"
TITLE = "JWT Authentication"
ABOUT = "Lets calls with a valid JSON Web Token pass; its keys come from a JWKS."
FORM = (
    Field("jwks_service.uri", "JWKS Address", help="Wins over the key set below"),
    Field("jwks_service.timeout", "JWKS Timeout (ms)", "number", 5000),
    Field("jwks_service.ttl", "JWKS Refresh (s)", "number", 300),
    Field("jwks_service.custom_host", "JWKS Host Header"),
    Field("jwks", "Key Set (JWKS)", "area"),
    Field(
        "token_location",
        "Token Location",
        "choice",
        "header",
        choices=choices("header", "query", "cookie"),
    ),
    Field("token_name", "Token Name", help="Blank: Authorization or access_token"),
    Field("token_prefix", "Token Prefix", default="Bearer", help="Of headers only"),
    Field("token_expiration_tolerance", "Expiration Tolerance (s)", default="0"),
    Field("token_pass_through_enabled", "Pass Token to Backend", "flag", False),
    Field("carry_payload.header", "Payload Header"),
    Field("missing_token_skip_auth_enabled", "Let Pass without Token", "flag", False),
    Field("ignore_expiration_validation_enabled", "Ignore Expiration", "flag", False),
    Table(
        "claims_to_headers",
        "Claims to Headers",
        "Add Claim",
        (
            Field("claim", "Claim", required=True),
            Field("header", "Header", required=True),
            Field("is_override", "Override", "flag", True),
        ),
    ),
    Table(
        "blacklist",
        "Blacklist",
        "Add Claim",
        (Field("claim", "Claim", required=True), Field("value", "Value")),
        help="Tokens with such a claim are refused.",
    ),
)
MAX_TOKEN = 16 * 1024
_HEADER = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}"


@dataclass(frozen=True)
class Service:
    uri: str
    timeout: float
    ttl: float
    host: str

    @classmethod
    def parse(cls, part: Part) -> "Service":
        uri = part.text("uri", most=1024)
        if not uri.startswith(("http://", "https://")) or not URL(uri).host:
            raise part.refuse("uri", "an http or https address")
        return cls(
            uri,
            part.number("timeout", 5000, low=1, high=60_000) / 1000,
            part.number("ttl", 300, low=1, high=86_400),
            part.text("custom_host", "", most=255, pattern=r"[\w.:-]+", rule="a host"),
        )


@dataclass(frozen=True)
class Config:
    """`keys` are fixed; `service` fetches them. `leeway` is in seconds."""

    service: Service | None
    keys: Keys | None
    location: str
    name: str
    prefix: str
    leeway: int
    pass_through: bool
    payload_header: str
    optional: bool
    ignore_expiration: bool
    claims: tuple[tuple[str, str, bool], ...]
    blacklist: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        service = keys = None
        if part.has("jwks_service") and part.part("jwks_service").raw.get("uri"):
            service = Service.parse(part.part("jwks_service"))
        elif part.has("jwks"):
            keys = _fixed(part)
        else:
            raise part.refuse("jwks_service", "give an address or a key set (jwks)")
        location = part.choice(
            "token_location", ("header", "query", "cookie"), "header"
        )
        name = part.text("token_name", "", most=128, pattern=_HEADER, rule="a name")
        if location == "cookie" and not name:
            raise part.refuse("token_name", "it is required for a cookie")
        default = "Authorization" if location == "header" else "access_token"
        rule = "a whole number of seconds from 0 to 86400, in a string"
        leeway = part.text(
            "token_expiration_tolerance", "0", pattern=r"\d{1,5}", rule=rule
        )
        if int(leeway) > 86_400:
            raise part.refuse("token_expiration_tolerance", rule)
        return cls(
            service,
            keys,
            location,
            name or default,
            part.text("token_prefix", "Bearer", most=64),
            int(leeway),
            part.flag("token_pass_through_enabled"),
            _payload_header(part),
            part.flag("missing_token_skip_auth_enabled"),
            part.flag("ignore_expiration_validation_enabled"),
            tuple(map(_claim, part.parts("claims_to_headers", most=100))),
            tuple(
                (item.text("claim", most=255), item.text("value", "", most=1024))
                for item in part.parts("blacklist", most=100)
            ),
        )

    def refuse(self, claims: dict[str, Any]) -> str:
        """Why these claims are on the blacklist, or empty text."""
        for claim, value in self.blacklist:
            if claim in claims and _text(claims[claim]) == value:
                return f"the claim {claim} is on the blacklist"
        return ""


def _fixed(part: Part) -> Keys:
    text = part.get("jwks")
    try:
        return Keys.of(text) if isinstance(text, str) else Keys(text)
    except ValueError as error:
        raise part.refuse("jwks", str(error)) from None


def _payload_header(part: Part) -> str:
    if not part.has("carry_payload"):
        return ""
    rule = "the name of a header"
    return part.part("carry_payload").text(
        "header", "", most=128, pattern=_HEADER, rule=rule
    )


def _claim(part: Part) -> tuple[str, str, bool]:
    rule = "the name of a header"
    header = part.text("header", most=128, pattern=_HEADER, rule=rule)
    return part.text("claim", most=255), header, part.flag("is_override", True)


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    return "" if config(api) else "no JWT policy is bound"


@given(config)
def authenticate(policy: Config, call: Call) -> Awaitable[None] | None:
    """Refuse a call without a valid token."""
    token = _token(call, policy)
    if token is None:
        if not policy.optional:
            raise JwtRefused(reason=f"there is no token in {policy.location}")
        # What a token would have set must not come from the caller instead.
        _forward(call, policy, {})
        call.skip("the call has no token, and needs none")
        return None
    if policy.keys is not None:
        _check(call, policy, policy.keys, token)
        return None
    return _fetch(call, policy, token)


async def _fetch(call: Call, policy: Config, token: str) -> None:
    service, plugin = policy.service, call.api.plugins[NAME]
    assert service is not None
    headers = [("Host", service.host)] if service.host else []
    fetched = call.services.background.keep(
        ("jwks", plugin.id),
        plugin.content,
        lambda: FetchedKeys(
            service.uri, timeout=service.timeout, fresh=service.ttl, headers=headers
        ),
    )
    try:
        keys = await fetched.get(call.services.client, token)
    except KeysMissing as error:
        raise PolicyBroken(reason=str(error)) from None
    _check(call, policy, keys, token)


def _check(call: Call, policy: Config, keys: Keys, token: str) -> None:
    options = {
        "verify_aud": False,
        "verify_iss": False,
        "verify_exp": not policy.ignore_expiration,
    }
    try:
        claims = keys.verify(token, leeway=policy.leeway, options=options)
    except TokenRefused as error:
        raise JwtRefused(reason=f"the token is refused: {error}") from None
    if because := policy.refuse(claims):
        raise JwtRefused(reason=because)
    call.explain(claims=sorted(claims))
    _forward(call, policy, claims)


def _forward(call: Call, policy: Config, claims: dict[str, Any]) -> None:
    """What the backend gets to see."""
    carried = carry.of(call)
    if not policy.pass_through:
        if policy.location == "header":
            carried.hidden.add(policy.name.lower().encode())
        else:
            names = carried.queries if policy.location == "query" else carried.cookies
            names.add(policy.name)
    if policy.payload_header:
        payload = orjson.dumps(claims).decode() if claims else None
        carried.header(policy.payload_header, payload)
    for claim, header, override in policy.claims:
        value = _text(claims[claim]) if claim in claims else None
        carried.header(header, value, override=override)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _token(call: Call, policy: Config) -> str | None:
    """The token, without its prefix; None without one."""
    if policy.location == "header":
        found = call.request.headers.get(policy.name.lower().encode())
        found = _unprefixed(found, policy.prefix) if found else None
    elif policy.location == "query":
        found = next(iter(call.query.get(policy.name, ())), None)
    else:
        found = cookie_value(call.request.headers, policy.name)
    if found and len(found) > MAX_TOKEN:
        raise JwtRefused(reason="the token is too long")
    return found or None


def _unprefixed(value: str, prefix: str) -> str | None:
    """A header of another scheme has no token of this one."""
    if not prefix:
        return value.strip()
    scheme, _, token = value.strip().partition(" ")
    return token.strip() if scheme.lower() == prefix.lower() else None
