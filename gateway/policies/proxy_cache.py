"""Response caching (policies.md section 4.6).

An answer is kept under the API, the method, the path and the values that the policy
names; HEAD is answered from what GET has kept. What could make it another answer for
somebody else is never kept: answers that vary by a header outside the key, or that
belong to one caller's Authorization.
Requests that try to be something else than they seem go past the cache.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from functools import cached_property

import orjson

from gateway.call import Call
from gateway.http import Headers, RawHeaders, Response, Stream, decode_text
from gateway.policies.cache_control import directives, seconds
from gateway.policies.document import Part
from gateway.policies.form import Field, Table
from gateway.policies.plugins import read
from gateway.policies.system import is_known, system_value
from gateway.snapshot import Api, BackendParam, given, per_api

NAME = "proxy_cache"
TITLE = "Response Caching"
ABOUT = "Answers GET and HEAD with what the backend said before, for a while."
FORM = (
    Field(
        "cache_key.system_params",
        "System Parameters",
        "lines",
        help="What tells one answer from another, beside the path: $context names, "
        "query parameters and headers, one a line. At least one of all.",
    ),
    Field("cache_key.parameters", "Query Parameters", "lines"),
    Field("cache_key.headers", "Headers", "lines"),
    Table(
        "cache_http_status_and_ttl",
        "Status Codes and Durations",
        "Add Status Codes",
        (
            Field("http_status", "Status Codes", "json", help="[200, 203]"),
            Field("ttl", "Seconds", "number", 60),
        ),
        help="Other answers are not kept. A Cache-Control of the backend goes first.",
    ),
    Field(
        "client_cache_control.mode",
        "Client Cache Control",
        "choice",
        "off",
        choices=(("off", "Ignored"), ("all", "All clients"), ("apps", "Some apps")),
    ),
    Field(
        "client_cache_control.datas",
        "Credential IDs",
        "lines",
        show_if="client_cache_control.mode=apps",
    ),
    Field(
        "cacheable_headers",
        "Headers to Keep",
        "lines",
        help="Beside Content-Type, Content-Encoding and Content-Language.",
    ),
)
MAX_BODY = 1024 * 1024
HIT, MISS, BYPASS = "HIT", "MISS", "BYPASS"
_STORED = frozenset((b"content-type", b"content-encoding", b"content-language"))
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}"
_PROTECTED = re.compile(r"x-apig-.*|x-request-id|set-cookie", re.I)
# Partial answers, and answers to conditions, are right for one request only.
_NEVER = frozenset((206, 304))
# Headers by which a request may ask for something else than its method, host and path.
_DISGUISES = frozenset(
    (
        b"forwarded",
        b"range",
        b"x-forwarded-prefix",
        b"x-forwarded-server",
        b"x-host",
        b"x-http-host-override",
        b"x-http-method",
        b"x-http-method-override",
        b"x-method-override",
        b"x-original-url",
        b"x-rewrite-url",
    )
)
# System parameters that say who calls, as those of authorizers do.
_CALLER = frozenset(("appId", "appName", "sourceIp"))


@dataclass(frozen=True)
class Config:
    """`ttls` has seconds by status; `clients` whose Cache-Control counts."""

    system: tuple[str, ...]
    queries: tuple[str, ...]
    headers: tuple[bytes, ...]
    ttls: dict[int, int]
    mode: str
    clients: frozenset[str]
    stored: frozenset[bytes]

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        key = part.part("cache_key")
        system = key.texts("system_params", most=20, length=128)
        for number, name in enumerate(system):
            if not is_known(name):
                rule = f"{name} is no system parameter"
                raise key.refuse(f"system_params[{number}]", rule)
        queries = key.texts("parameters", most=20, length=128)
        headers = _names(key, "headers")
        if not (system or queries or headers):
            raise part.refuse(
                "cache_key", "name a system parameter, a parameter or a header"
            )
        mode, clients = "off", frozenset[str]()
        if part.has("client_cache_control"):
            control = part.part("client_cache_control")
            mode = control.choice("mode", ("off", "all", "apps"), "off")
            clients = frozenset(control.texts("datas", most=1000, length=64))
        stored = _names(part, "cacheable_headers")
        return cls(
            system, queries, headers, _ttls(part), mode, clients, _STORED | set(stored)
        )

    def heeds(self, call: Call) -> bool:
        """Whether this caller's Cache-Control counts."""
        if self.mode == "off":
            return False
        app = call.credential.id if call.credential else ""
        return self.mode == "all" or (self.mode == "apps" and app in self.clients)

    @cached_property
    def named(self) -> frozenset[str]:
        return frozenset(name.removeprefix("$context.") for name in self.system)

    @cached_property
    def varies(self) -> frozenset[bytes]:
        return frozenset(self.headers)


def _names(part: Part, name: str) -> tuple[bytes, ...]:
    names = part.texts(name, most=20, length=64)
    for number, each in enumerate(names):
        if not re.fullmatch(_TOKEN, each):
            raise part.refuse(f"{name}[{number}]", "the name of a header")
        if name == "cacheable_headers" and _PROTECTED.fullmatch(each):
            raise part.refuse(f"{name}[{number}]", f"{each} is never cached")
    return tuple(each.lower().encode() for each in names)


def _ttls(part: Part) -> dict[int, int]:
    found: dict[int, int] = {}
    for item in part.parts("cache_http_status_and_ttl", most=100):
        ttl = item.number("ttl", low=0)
        statuses = item.get("http_status")
        if not isinstance(statuses, list) or not statuses:
            raise item.refuse("http_status", "a list of status codes")
        for number, status in enumerate(statuses):
            if type(status) is not int or not 200 <= status <= 599:
                raise item.refuse(f"http_status[{number}]", "a number from 200 to 599")
            if status in _NEVER:
                raise item.refuse(f"http_status[{number}]", f"{status} is never cached")
            found[status] = ttl
    return found


@per_api
def config(api: Api) -> Config | None:
    if api.req_method not in ("GET", "ANY"):
        return None
    return read(api, NAME, Config.parse)


class Keys:
    """The keys of one API's answers: digests in which no value can be another.

    What configuration decides of them is hashed already; a changed policy starts anew.
    """

    def __init__(self, api: Api, policy: Config) -> None:
        plugin = api.plugins[NAME]
        scope = orjson.dumps([plugin.id, plugin.content, api.id, api.stage])
        self._begun = hashlib.sha256(scope)
        self._system = [system_value(name) for name in policy.system]
        self._queries, self._headers = policy.queries, policy.headers
        self.policy = policy

    def of(self, call: Call) -> str:
        request = call.request
        query = call.query if self._queries else {}
        parts = [
            # Backends are told both, and may name them in what they answer.
            request.scheme,
            request.headers.get(b"host"),
            request.raw_path,
            [read(call) for read in self._system],
            [query.get(name) for name in self._queries],
            [request.headers.getlist(name) for name in self._headers],
        ]
        digest = self._begun.copy()
        digest.update(orjson.dumps(parts))
        return "cache:" + digest.hexdigest()


@per_api
def keys(api: Api) -> Keys:
    policy = config(api)
    assert policy is not None
    return Keys(api, policy)


def skips(api: Api) -> str:
    if config(api):
        return ""
    bound = NAME in api.plugins
    return f"{api.req_method} is not cached" if bound else "no cache policy is bound"


@given(keys)
def look_up(keys: Keys, call: Call) -> Response | None | Awaitable[Response | None]:
    """Answer with what was kept, if it may be used for this call."""
    request = call.request
    headers = request.headers.first
    has_body = bool(request.body) or (request.read is not None and _framed(headers))
    if request.method not in ("GET", "HEAD") or has_body:
        return call.skip("only GET and HEAD without a body are cached")
    if not _DISGUISES.isdisjoint(headers):
        call.cache_status = BYPASS
        return call.skip("the request asks for another thing than its path")
    asked = directives(request.headers) if keys.policy.heeds(call) else {}
    if "no-store" in asked:
        call.cache_status = BYPASS
        return call.skip("the client wants nothing kept")
    call.cache_key = keys.of(call)
    if "no-cache" in asked:
        return _use(call, None, 0)
    kept = call.services.state.get(call.cache_key)
    age = seconds(asked.get("max-age"))
    if kept is None or isinstance(kept, bytes):
        return _use(call, kept, age)
    return _wait(call, kept, age)


async def _wait(
    call: Call, waiting: Awaitable[bytes | None], age: int | None
) -> Response | None:
    return _use(call, await waiting, age)


def _use(call: Call, kept: bytes | None, age: int | None) -> Response | None:
    """The kept answer, unless it is older than the client wants it."""
    if kept is not None:
        status, stored, made, body = _unpack(kept)
        if age is None or call.services.clock() - made <= age:
            call.cache_status, call.cache_key = HIT, ""
            if call.trace is not None:
                call.explain(cache=HIT)
            return Response(status, stored, body)
    call.cache_status = MISS
    if call.request.method == "HEAD":
        call.cache_key = ""
    if call.trace is not None:
        call.explain(cache=MISS)
    return None


@given(config)
def store(policy: Config, call: Call, answer: Response) -> Response | None:
    """Keep a backend's answer, as it is or once its stream has come to its end."""
    if not call.cache_key or call.error is not None:
        return None
    because, lifetime = _lifetime(call, policy, answer)
    if call.trace is not None:
        call.explain(cached_seconds=lifetime)
        if because:
            call.explain(because=because)
    if lifetime <= 0:
        return None
    kept = [pair for pair in answer.headers if pair[0].lower() in policy.stored]
    entry = _Entry(call, answer.status, kept, lifetime)
    if isinstance(answer.body, bytes):
        entry.put(answer.body)
        return None
    return Response(answer.status, answer.headers, _Copy(answer.body, entry))


def _lifetime(call: Call, policy: Config, answer: Response) -> tuple[str, int]:
    """Why an answer is not kept, and else for how many seconds."""
    ttl = policy.ttls.get(answer.status)
    if ttl is None or answer.status in _NEVER:
        return f"status {answer.status} is not cached", 0
    received = Headers((name.lower(), value) for name, value in answer.headers)
    said = directives(received)
    if said.keys() & {"no-store", "private", "no-cache"}:
        return "the backend forbids it", 0
    if b"set-cookie" in received:
        return "the answer sets a cookie", 0
    varies = {name.strip() for v in received.getlist(b"vary") for name in v.split(",")}
    wanted = {name.lower().encode() for name in varies if name}
    if b"content-encoding" in received:
        wanted.add(b"accept-encoding")
    if not wanted <= policy.varies:
        return "the answer varies by a header outside the key", 0
    if _is_personal(call, policy) and not said.keys() & {"public", "s-maxage"}:
        return "the backend was told who calls, and the key does not say it", 0
    own = seconds(said.get("s-maxage", said.get("max-age")))
    return "", ttl if own is None else own


def _is_personal(call: Call, policy: Config) -> bool:
    """Whether the backend knows more of the caller than the key does."""
    sent, carried = call.outgoing, call.carry
    if sent is None:
        return False
    if carried is not None and (carried.added or carried.proposed):
        return True
    if {name for name in map(_system_name, call.backend.params) if name} - policy.named:
        return True
    return (
        b"authorization" not in policy.varies
        and sent.header(b"authorization") is not None
    )


def _system_name(param: BackendParam) -> str:
    """What a backend parameter tells of the caller; empty for what it does not."""
    name = param.value.removeprefix("$context.") if param.origin == "SYSTEM" else ""
    return name if name in _CALLER or name.startswith("authorizer.") else ""


def _framed(headers: dict[bytes, bytes]) -> bool:
    length = headers.get(b"content-length", b"0")
    return length != b"0" or b"transfer-encoding" in headers


class _Entry:
    """What an answer is kept as, once its body is there."""

    def __init__(
        self, call: Call, status: int, headers: RawHeaders, seconds: int
    ) -> None:
        self._state, self._key, self._seconds = (
            call.services.state,
            call.cache_key,
            seconds,
        )
        named = [[decode_text(n), v.decode("latin-1")] for n, v in headers]
        self._head = orjson.dumps([status, named, call.services.clock()])

    def put(self, body: bytes) -> None:
        if len(body) <= MAX_BODY:
            self._state.put(self._key, self._head + b"\n" + body, self._seconds)


class _Copy:
    """A stream that is copied while it is sent, and kept when it was all there."""

    def __init__(self, stream: Stream, entry: _Entry) -> None:
        self._stream, self._entry = stream, entry

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces: list[bytes] = []
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size <= MAX_BODY:
                pieces.append(piece)
            else:
                pieces.clear()
            yield piece
        if size <= MAX_BODY:
            self._entry.put(b"".join(pieces))

    def close(self) -> None:
        self._stream.close()


def _unpack(kept: bytes) -> tuple[int, RawHeaders, float, bytes]:
    head, _, body = kept.partition(b"\n")
    status, named, made = orjson.loads(head)
    headers = [(name.encode(), value.encode("latin-1")) for name, value in named]
    return status, headers, made, body
