"""Third-party authorizers: somebody else's HTTP service decides (policies.md 4.5).

It is asked with what identifies the caller, in addition to the API's own way of
authentication. Callers whose address failed too often are refused for a while.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from urllib.parse import urlencode

from yarl import URL

from gateway.backends.channel import channels
from gateway.call import Call
from gateway.errors import (
    ThirdAuthBroken,
    ThirdAuthChannelBroken,
    ThirdAuthForbidden,
    ThirdAuthMissing,
    ThirdAuthRefused,
    ThirdAuthUnreachable,
)
from gateway.fetch import FetchError, Reply, fetch
from gateway.http import Response, decode_text
from gateway.outgoing import HOP_BY_HOP, encode_path
from gateway.policies import carry
from gateway.policies.conditions import (
    Parameters,
    Test,
    parse_condition,
    parse_parameters,
)
from gateway.policies.document import Part
from gateway.policies.form import Field, Table, choices, parameters
from gateway.policies.plugins import read
from gateway.snapshot import Api, per_api
from gateway.state import Window

NAME = "third_auth"
TITLE = "Third-Party Authorizer"
ABOUT = "Asks an HTTP service of your own whether a call may pass."
_SIMPLE = "simple_auth_mode_enabled"
_RULES = "rule_enabled"
FORM = (
    Field(
        "auth_request.method",
        "Method",
        "choice",
        "GET",
        choices=choices("GET", "POST", "PUT", "HEAD"),
    ),
    Field(
        "auth_request.protocol",
        "Protocol",
        "choice",
        "HTTP",
        choices=choices("HTTP", "HTTPS"),
    ),
    Field(
        "auth_request.url_domain",
        "Authorizer Address",
        help="host:port",
        show_if="auth_request.vpc_channel_enabled=",
    ),
    Field("auth_request.vpc_channel_enabled", "Load Balance Channel", "flag", False),
    Field(
        "auth_request.vpc_channel_info.vpc_id",
        "Channel",
        "channel",
        show_if="auth_request.vpc_channel_enabled=on",
    ),
    Field(
        "auth_request.vpc_channel_info.vpc_proxy_host",
        "Host Header",
        show_if="auth_request.vpc_channel_enabled=on",
    ),
    Field("auth_request.path", "Path", default="/", required=True),
    Field("auth_request.timeout", "Timeout (ms)", "number", 5000),
    Table(
        "identities.headers",
        "Identity Headers",
        "Add Header",
        (Field("name", "Name", required=True),),
        most=10,
        help="What the authorizer is sent. Without any identity it is sent all.",
    ),
    Table(
        "identities.queries",
        "Identity Query Parameters",
        "Add Query Parameter",
        (Field("name", "Name", required=True),),
        most=10,
    ),
    Field("carry_body.enabled", "Send Body", "flag", False),
    Field(
        "carry_body.max_body_size",
        "Max. Body Size (bytes)",
        "number",
        1000,
        show_if="carry_body.enabled=on",
    ),
    Field("carry_path_enabled", "Send Original Path", "flag", False),
    Field("return_resp_body_enabled", "Return Refusal Body", "flag", False),
    Field("carry_resp_headers", "Response Headers to Pass On", "lines"),
    Field(_SIMPLE, "Any 2xx Allows", "flag", True),
    Field("match_auth.key", "Response Header", show_if=f"{_SIMPLE}="),
    Field("match_auth.value", "Value That Allows", show_if=f"{_SIMPLE}="),
    Field(_RULES, "Use Rules", "flag", False),
    Field(
        "rule_type",
        "Rule Type",
        "choice",
        "allow",
        choices=(
            ("allow", "Whitelist: matches are not asked about"),
            ("deny", "Blacklist: only matches are asked about"),
        ),
        show_if=f"{_RULES}=on",
    ),
    parameters(),
    Table(
        "rules",
        "Rules",
        "Add Rule",
        (
            Field("rule_name", "Name", required=True),
            Field("match_regex", "Match Expression", required=True),
        ),
    ),
    Field(
        "custom_forbid_limit",
        "Failures Allowed",
        "number",
        100,
        help="Within five minutes; more from one IP address are refused.",
    ),
    Field("auth_downgrade_enabled", "Relaxed Mode", "flag", False),
)
FORBID_SECONDS = 300.0
MOST = 10
_NAME = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}"
_HOST = r"[A-Za-z0-9._\[\]:-]+"
_NOT_SENT = HOP_BY_HOP | {b"host", b"content-length", b"expect"}


@dataclass(frozen=True)
class Config:
    """`channel` is the id of the channel that is asked instead of `address`.

    Without `headers` and `queries` all of the caller's go along. `body` is the most
    of the body that does. `match` is a response header and what it must be.
    """

    method: str
    protocol: str
    address: str
    path: str
    timeout: float
    channel: str
    proxy_host: str
    headers: tuple[str, ...]
    queries: tuple[str, ...]
    body: int
    carry_path: bool
    return_body: bool
    passed_on: tuple[str, ...]
    match: tuple[str, str] | None
    rule_type: str
    parameters: Parameters
    rules: tuple[Test, ...]
    forbid: int
    relaxed: bool

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        ask = part.part("auth_request")
        channel = ask.flag("vpc_channel_enabled")
        info = ask.part("vpc_channel_info") if channel else None
        known = parse_parameters(part)
        enabled = part.flag(_RULES)
        passed_on = "carry_resp_headers"
        if not part.has(passed_on) and part.has("carry_resp_header"):
            passed_on = "carry_resp_header"
        return cls(
            ask.choice("method", ("GET", "POST", "PUT", "HEAD")),
            ask.choice("protocol", ("HTTP", "HTTPS")),
            ""
            if channel
            else ask.text("url_domain", most=255, pattern=_HOST, rule="host:port"),
            ask.text("path", most=512, pattern=r"/[!-~]*", rule="a path"),
            ask.number("timeout", 5000, low=1, high=60_000) / 1000,
            info.text("vpc_id", most=64) if info else "",
            info.text("vpc_proxy_host", "", most=255) if info else "",
            *_identities(part),
            _body(part),
            part.flag("carry_path_enabled"),
            part.flag("return_resp_body_enabled"),
            _checked(part, passed_on),
            None if part.flag(_SIMPLE, True) else _match(part),
            part.choice("rule_type", ("allow", "deny"), "allow") if enabled else "",
            known,
            tuple(
                parse_condition(rule, "match_regex", known.known)
                for rule in part.parts("rules", most=100)
            )
            if enabled
            else (),
            part.number("custom_forbid_limit", 100, low=1),
            part.flag("auth_downgrade_enabled"),
        )

    def exempts(self, call: Call) -> bool:
        """Whether this call is not asked about."""
        if not self.rule_type:
            return False
        values = self.parameters.of(call)
        matched = any(rule(values) for rule in self.rules)
        return matched if self.rule_type == "allow" else not matched


def _identities(part: Part) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not part.has("identities"):
        return (), ()
    known = part.part("identities")
    rule = "the name of a header"
    return (
        tuple(
            item.text("name", most=128, pattern=_NAME, rule=rule)
            for item in known.parts("headers", most=MOST)
        ),
        tuple(
            item.text("name", most=128) for item in known.parts("queries", most=MOST)
        ),
    )


def _body(part: Part) -> int:
    if not part.has("carry_body") or not part.part("carry_body").flag("enabled"):
        return 0
    return part.part("carry_body").number("max_body_size", 1000, low=1, high=2**20)


def _checked(part: Part, name: str) -> tuple[str, ...]:
    names = part.texts(name, most=MOST, length=128)
    for number, each in enumerate(names):
        Part({"name": each}, part.at(f"{name}[{number}]")).text(
            "name", pattern=_NAME, rule="the name of a header"
        )
    return names


def _match(part: Part) -> tuple[str, str]:
    match = part.part("match_auth")
    key = match.text("key", most=128, pattern=_NAME, rule="the name of a header")
    return key, match.text("value", most=1024)


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    return "" if config(api) else "no third-party authorizer is bound"


def needs_body(api: Api) -> bool:
    policy = config(api)
    return policy is not None and policy.body > 0


def authenticate(call: Call) -> Awaitable[Response | None] | None:
    """Refuse a call that the authorizer does not let pass."""
    policy = config(call.api)
    assert policy is not None
    for name in policy.passed_on:
        carry.of(call).header(name, None)
    if policy.exempts(call):
        call.skip("the rules exempt this call")
        return None
    window = _window(call, policy)
    if call.services.state.seen(window.key) >= policy.forbid:
        raise ThirdAuthForbidden(reason=f"{call.request.client} failed too often")
    return _ask(call, policy, window)


def _window(call: Call, policy: Config) -> Window:
    key = f"third_auth:{call.api.plugins[NAME].id}:{call.request.client}"
    return Window(key, policy.forbid, FORBID_SECONDS)


async def _ask(call: Call, policy: Config, window: Window) -> Response | None:
    headers, query = _sent(call, policy)
    try:
        reply = await fetch(
            call.services.client,
            policy.method,
            _url(call, policy, query),
            headers=headers,
            body=call.request.body[: policy.body],
            timeout=policy.timeout,
        )
    except FetchError as error:
        if policy.relaxed:
            call.explain(relaxed=f"let through: {error}")
            return None
        raise ThirdAuthUnreachable(reason=str(error)) from None
    call.explain(authorizer_status=reply.status)
    if reply.status >= 500:
        if policy.relaxed:
            call.explain(relaxed="let through: the authorizer is broken")
            return None
        raise ThirdAuthBroken(reason=f"the authorizer answered {reply.status}")
    if not _allows(policy, reply):
        return await _refuse(call, policy, window, reply)
    for name in policy.passed_on:
        carry.of(call).header(name, reply.headers.get(name))
    return None


def _allows(policy: Config, reply: Reply) -> bool:
    if policy.match is None:
        return 200 <= reply.status < 300
    name, wanted = policy.match
    return reply.headers.get(name) == wanted


async def _refuse(
    call: Call, policy: Config, window: Window, reply: Reply
) -> Response | None:
    """Count the failure, then refuse: in the authorizer's words, if it may speak."""
    counted = call.services.state.take([window])
    if isinstance(counted, Awaitable):
        await counted
    if not policy.return_body:
        raise ThirdAuthRefused(reason=f"the authorizer answered {reply.status}")
    call.error = ThirdAuthRefused(reason=f"the authorizer answered {reply.status}")
    headers = [
        (name.encode(), value.encode("latin-1", "replace"))
        for name in ("Content-Type", *policy.passed_on)
        if (value := reply.headers.get(name)) is not None
    ]
    return Response(call.error.status, headers, reply.body)


def _sent(call: Call, policy: Config) -> tuple[list[tuple[str, str]], str]:
    """The headers and the query that the authorizer gets."""
    request = call.request
    if not policy.headers and not policy.queries:
        pairs = [
            (name.decode("latin-1"), decode_text(value))
            for name, value in request.headers
            if name not in _NOT_SENT
        ]
        return _addressed(call, policy, pairs), request.query
    headers, queries = [], []
    for name in policy.headers:
        values = request.headers.getlist(name.lower().encode())
        if not values:
            raise ThirdAuthMissing(reason=f"the identity header {name} is missing")
        headers += [(name, value) for value in values]
    for name in policy.queries:
        if name not in call.query:
            raise ThirdAuthMissing(reason=f"the identity query {name} is missing")
        queries += [(name, value) for value in call.query[name]]
    return _addressed(call, policy, headers), urlencode(queries)


def _addressed(
    call: Call, policy: Config, headers: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """With where the call comes from, and the Host that a channel's members expect."""
    forwarded = [("X-Forwarded-For", call.request.client)]
    kept = [pair for pair in headers if pair[0].lower() != "x-forwarded-for"]
    host = [("Host", policy.proxy_host)] if policy.proxy_host else []
    return [*kept, *forwarded, *host]


def _url(call: Call, policy: Config, query: str) -> URL:
    address = policy.address or _member(call, policy)
    path = policy.path
    if policy.carry_path:
        kept = call.snapshot.settings.uri_no_escape
        original = call.path if kept else encode_path(call.path)
        path = path.rstrip("/") + original
    text = f"{policy.protocol.lower()}://{address}{path}" + f"?{query}" * bool(query)
    return URL(text, encoded=True)


def _member(call: Call, policy: Config) -> str:
    """The member of the channel to ask."""
    channel = call.snapshot.channel(policy.channel)
    member = channels(call.services).balancer(channel).pick(call.request.client)
    if member is None:
        raise ThirdAuthChannelBroken(reason=f"{channel.name} has no member to ask")
    return member.address
