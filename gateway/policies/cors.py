"""Cross-origin access (policies.md section 4.1).

With a policy the gateway answers preflights itself, before anybody is asked who
calls: browsers send them without credentials. To all other answers it adds what the
policy says, in place of what a backend sent about origins.

Without one the API's own switch opens its answers to every origin; there a backend's
word counts more. Preflights then need an API of their own, with the method OPTIONS.
"""

from dataclasses import dataclass
from functools import cached_property

from gateway.call import Call
from gateway.http import RawHeaders, Request, Response
from gateway.policies.document import Part
from gateway.policies.form import Field
from gateway.policies.plugins import read
from gateway.snapshot import Api, given, per_api

NAME = "cors"
TITLE = "CORS"
ABOUT = "Lets pages of other origins call APIs. The gateway answers preflights itself."
FORM = (
    Field(
        "allow_origin",
        "Allowed Origins",
        default="*",
        required=True,
        help="Origins separated by commas, or *",
    ),
    Field("allow_methods", "Allowed Methods", default="GET,POST,PUT,DELETE"),
    Field("allow_headers", "Allowed Headers", default="Content-Type,Accept"),
    Field("expose_headers", "Exposed Headers", default="X-Request-Id,X-Apig-Latency"),
    Field("max_age", "Maximum Age", "number", 86400, help="Seconds: 0 to 172,800"),
    Field("allow_credentials", "Allowed Credentials", "flag", False),
)
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "ANY")
MAX_AGE = 172_800
_OURS = b"access-control-"
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
# Visible ASCII without a comma: what may stand in a list of origins.
_ORIGIN = r"[\x21-\x2b\x2d-\x7e]+"


@dataclass(frozen=True)
class Config:
    """Lists are comma texts, as they are sent; `origins` holds the single ones."""

    origins: frozenset[str]
    allow_methods: str
    allow_headers: str
    expose_headers: str
    max_age: int | None
    allow_credentials: bool

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        return cls(
            frozenset(_items(part, "allow_origin", _ORIGIN, required=True)),
            ",".join(_methods(part)),
            ",".join(_items(part, "allow_headers", _TOKEN)),
            ",".join(_items(part, "expose_headers", _TOKEN)),
            part.number("max_age", low=0, high=MAX_AGE)
            if part.has("max_age")
            else None,
            part.flag("allow_credentials"),
        )

    @cached_property
    def open(self) -> bool:
        """Whether every origin may call."""
        return "*" in self.origins

    def origin(self, request: Request) -> bytes | None:
        """The origin that may read the answer; None when the request's may not."""
        if self.open:
            return b"*"
        sent = request.headers.get(b"origin")
        return sent.encode("latin-1") if sent in self.origins else None

    @cached_property
    def vary(self) -> RawHeaders:
        """Caches must not give one origin what was made for another."""
        return [] if self.open else [(b"Vary", b"Origin")]

    @cached_property
    def shared(self) -> RawHeaders:
        """What preflights and answers have in common."""
        credentials = (b"Access-Control-Allow-Credentials", b"true")
        return [credentials] if self.allow_credentials else []

    @cached_property
    def preflight(self) -> RawHeaders:
        pairs = [
            ("Methods", self.allow_methods),
            ("Headers", self.allow_headers),
        ]
        headers = [
            (f"Access-Control-Allow-{name}".encode(), value.encode())
            for name, value in pairs
            if value
        ]
        if self.max_age is not None:
            headers.append((b"Access-Control-Max-Age", b"%d" % self.max_age))
        return [*headers, *self.shared]

    @cached_property
    def answer(self) -> RawHeaders:
        exposed = (b"Access-Control-Expose-Headers", self.expose_headers.encode())
        return [*([exposed] if self.expose_headers else []), *self.shared]


def _items(
    part: Part, name: str, pattern: str, *, required: bool = False
) -> tuple[str, ...]:
    """The entries of a comma text."""
    text = part.text(name) if required else part.text(name, "")
    items = tuple(item.strip() for item in text.split(",") if item.strip())
    one = Part({str(n): item for n, item in enumerate(items)}, part.at(name))
    for number in range(len(items)):
        rule = "entries separated by commas, each without blanks"
        one.text(str(number), pattern=pattern, rule=rule)
    if required and not items:
        raise part.refuse(name, "at least one entry, or *")
    return items


def _methods(part: Part) -> tuple[str, ...]:
    """`ANY` stands for every method."""
    found = tuple(item.upper() for item in _items(part, "allow_methods", _TOKEN))
    if unknown := [item for item in found if item not in METHODS and item != "*"]:
        rule = f"{unknown[0]} is none of {', '.join(METHODS)}"
        raise part.refuse("allow_methods", rule)
    return METHODS[:-1] if "ANY" in found else found


SWITCH = Config(
    origins=frozenset("*"),
    allow_methods="GET,POST,PUT,DELETE,HEAD,OPTIONS,PATCH",
    allow_headers="X-Stage,X-Sdk-Date,X-Sdk-Nonce,X-Proxy-Signed-Headers,"
    "X-Sdk-Content-Sha256,X-Forwarded-For,Authorization,Content-Type,Accept,"
    "Accept-Ranges,Cache-Control,Range",
    expose_headers="X-Request-Id,X-Apig-Latency,X-Apig-Upstream-Latency,"
    "X-Apig-RateLimit-api,X-Apig-RateLimit-user,X-Apig-RateLimit-app,"
    "X-Apig-RateLimit-ip,X-Apig-RateLimit-api-allenv",
    max_age=172_800,
    allow_credentials=False,
)


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    return "" if config(api) else "no CORS policy is bound"


def skips_answers(api: Api) -> str:
    return "" if api.cors else skips(api)


def is_preflight(request: Request) -> bool:
    if request.method != "OPTIONS":
        return False
    headers = request.headers.first
    return b"origin" in headers and b"access-control-request-method" in headers


@given(config)
def preflight(policy: Config, call: Call) -> Response | None:
    """Answer a preflight; whether its origin may call shows in the headers."""
    if not is_preflight(call.request):
        return call.skip("the request is no preflight")
    if policy.origin(call.request) is None:
        call.explain(because="the origin is not among the allowed ones")
        return Response(200, [], b"")
    return Response(200, list(policy.preflight), b"")


@given(config)
def apply(policy: Config | None, call: Call, answer: Response) -> Response | None:
    """The answer with the policy's headers in place of any backend's."""
    if policy is None:
        return _open(call, answer)
    headers, added = answer.headers, policy.answer
    if is_preflight(call.request):
        added = []
    else:
        headers = [p for p in headers if not p[0].lower().startswith(_OURS)]
    origin = policy.origin(call.request)
    if origin is None:
        return answer.with_headers([*headers, *policy.vary])
    allowed = (b"Access-Control-Allow-Origin", origin)
    return answer.with_headers([*headers, allowed, *added, *policy.vary])


def _open(call: Call, answer: Response) -> Response | None:
    """The answer of an API whose switch is on, for whoever asks from a page."""
    if any(name.lower().startswith(_OURS) for name, _ in answer.headers):
        return None
    added = SWITCH.preflight if is_preflight(call.request) else []
    headers = [*answer.headers, (b"Access-Control-Allow-Origin", b"*")]
    return answer.with_headers([*headers, *added, *SWITCH.answer])
