"""Parameter mapping: the request that the backend gets (api.md sections 3, 4, 5).

What the request had goes on, but for declared parameters without passthrough. Backend
parameters come on top, in place of whatever has their name there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.call import Call, unquote
from gateway.cookies import cookie_values, with_cookie, without_cookies
from gateway.errors import BadRequest
from gateway.events import forwarding_headers, path_parameters
from gateway.http import RawHeaders, clean_value
from gateway.outgoing import (
    Outgoing,
    encode_constant,
    encode_path,
    encode_query,
    passed_headers,
)
from gateway.policies import breaker
from gateway.policies.orchestration import mapped, orchestrated
from gateway.policies.parameters import lookup
from gateway.policies.system import system_value
from gateway.snapshot import (
    Api,
    Backend,
    BackendApi,
    BackendParam,
    MockInfo,
    ReqParam,
    per_api,
)

Read = Callable[[Call], list[str]]
Encode = Callable[[str], str]
_PLACEHOLDER = re.compile(r"\{([^{}/]+?)\+?\}")


def skips(api: Api) -> str:
    mocks = all(isinstance(end.to, MockInfo) for end in api.backends)
    return "a Mock is sent nothing" if mocks and not breaker.stands_in(api) else ""


def build_outgoing(call: Call) -> None:
    """Build the request toward the backend in force."""
    to = call.backend.to
    if isinstance(to, MockInfo):
        call.skip("a Mock is sent nothing")
        return
    # A backend that stands in for a broken one is none of the API's own.
    plan = _plans(call.api).get(id(call.backend)) or _plan(call.api, call.backend)
    path = path_parameters(call)
    if call.snapshot.settings.uri_no_escape:
        encoded = dict(zip(path, call.path_values, strict=True))
    else:
        encoded = {name: encode_path(value) for name, value in path.items()}
    for param in plan.in_path:
        value = next(iter(param.read(call)), "")
        path[param.name], encoded[param.name] = value, param.encode(value)
    call.outgoing = outgoing = _start(call, to, encoded)
    outgoing.path_parameters = path
    if plan.in_query or plan.dropped_query:
        outgoing.query = plan.query(call)
    if plan.changes_headers:
        outgoing.headers = plan.headers(call, outgoing.headers)
    if call.api.content_type and _has_body(call):
        _set_content_type(outgoing, call.api.content_type.encode())
    if call.trace is not None:
        call.explain(
            method=outgoing.method,
            target=outgoing.target,
            parameters=plan.describe(call),
        )


def _start(call: Call, to: object, path: Mapping[str, str]) -> Outgoing:
    """The request as it came, for this backend's method and path."""
    request = call.request
    proof = None
    if call.api.auth_type == "APP":
        proof = call.snapshot.settings.signature_header
    elif call.api.auth_type == "IAM":
        proof = b"authorization"
    headers = passed_headers(request.headers, forwarding_headers(call), proof)
    if not isinstance(to, BackendApi):
        return Outgoing(request.method, request.raw_path, request.query, headers)
    method = request.method if to.req_method == "ANY" else to.req_method
    return Outgoing(method, fill_path(to.req_uri, path), request.query, headers)


def fill_path(template: str, values: Mapping[str, str]) -> str:
    """A backend path: `{p}` replaced, the rest of a prefix match appended.

    Values are encoded already; a step out of the template's path is refused.
    """
    path = _PLACEHOLDER.sub(lambda p: values.get(p[1], ""), template)
    rest = values.get("", "")
    path = f"{path.rstrip('/')}/{rest}" if rest else path
    clear = unquote(path) if "%" in path else path
    if any(segment in (".", "..") for segment in clear.split("/")):
        raise BadRequest(reason="a path parameter has a dot segment")
    return path


def _has_body(call: Call) -> bool:
    headers = call.request.headers.first
    length = headers.get(b"content-length", b"0").strip()
    return length != b"0" or b"transfer-encoding" in headers


def _set_content_type(outgoing: Outgoing, wanted: bytes) -> None:
    """Declare the body format, unless the request has it already, with its options."""
    given = (outgoing.header(b"content-type") or b"").partition(b";")[0]
    if given.strip().lower() != wanted:
        outgoing.set_header(b"content-type", wanted)


@dataclass(frozen=True, slots=True)
class _Param:
    """A parameter to send: where, how to get its values, how to write them there."""

    name: str
    location: str
    read: Read
    encode: Encode


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is changed in a request for one backend, worked out once for an API."""

    in_path: tuple[_Param, ...]
    in_query: tuple[_Param, ...]
    in_headers: tuple[_Param, ...]
    # Defaults of cookies that did not come.
    in_cookies: tuple[_Param, ...]
    dropped_query: frozenset[str]
    dropped_headers: frozenset[bytes]
    dropped_cookies: frozenset[bytes]

    @property
    def changes_headers(self) -> bool:
        of_cookies = self.in_cookies or self.dropped_cookies
        return bool(self.in_headers or self.dropped_headers or of_cookies)

    def describe(self, call: Call) -> dict[str, list[str]]:
        """What is sent on top, for a trace."""
        params = (*self.in_path, *self.in_query, *self.in_headers, *self.in_cookies)
        return {f"{p.location.lower()} {p.name}": p.read(call) for p in params}

    def query(self, call: Call) -> str:
        """The query with what is dropped left out, and what is sent at its end."""
        sent = [
            (param.name, param.encode(value))
            for param in self.in_query
            for value in param.read(call)
        ]
        gone = self.dropped_query | {name for name, _ in sent}
        kept = [
            part
            for part in call.request.query.split("&")
            if part and unquote(part.partition("=")[0]) not in gone
        ]
        return "&".join([*kept, *(f"{encode_query(k)}={v}" for k, v in sent)])

    def headers(self, call: Call, headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
        """The headers with the same done to them."""
        sent = [
            (param.name.lower().encode(), clean_value(value))
            for param in self.in_headers
            for value in param.read(call)
        ]
        gone = self.dropped_headers | {name for name, _ in sent}
        kept = [*(pair for pair in headers if pair[0] not in gone), *sent]
        if self.dropped_cookies:
            kept = without_cookies(kept, self.dropped_cookies)
        for param in self.in_cookies:
            for value in param.read(call):
                pair = f"{param.name}={param.encode(value)}".encode()
                kept = with_cookie(kept, pair)
        return kept


@per_api
def _plans(api: Api) -> dict[int, _Plan]:
    """By backend: values of it live as long as their API."""
    return {id(backend): _plan(api, backend) for backend in api.backends}


def _plan(api: Api, backend: Backend) -> _Plan:
    params = [
        *map(_param, backend.params),
        *_defaults(api, backend),
        *_produced(api),
    ]
    dropped = [p for p in api.req_params if not p.pass_through]
    path, query, headers, cookies = (
        tuple(p for p in params if p.location == location)
        for location in ("PATH", "QUERY", "HEADER", "COOKIE")
    )
    return _Plan(
        path,
        query,
        headers,
        cookies,
        frozenset(p.name for p in dropped if p.location == "QUERY"),
        frozenset(p.name.lower().encode() for p in dropped if p.location == "HEADER"),
        frozenset(p.name.encode() for p in dropped if p.location == "COOKIE"),
    )


def _defaults(api: Api, backend: Backend) -> Iterator[_Param]:
    """Parameters that pass through, and have a value even when none came."""
    taken = {(param.name.lower(), param.location) for param in backend.params}
    for param in api.req_params:
        optional = param.pass_through and not param.required and param.default_value
        if optional and (param.name.lower(), param.location) not in taken:
            yield _Param(param.name, param.location, _default(param), encode_query)


def _produced(api: Api) -> Iterator[_Param]:
    """What orchestration rules produce, of which a call has one at most."""
    param = orchestrated(api)
    named = {(r.location, r.name) for r in param.orchestrations} if param else set()
    for location, name in sorted(named):
        if name:
            read = _mapped(location, name)
            yield _Param(name, location.upper(), read, encode_query)


def _mapped(location: str, name: str) -> Read:
    return lambda call: mapped(call, location, name)


def _default(param: ReqParam) -> Read:
    name, header, values = (
        param.name,
        param.name.lower().encode(),
        [param.default_value],
    )
    if param.location == "HEADER":
        return lambda call: [] if header in call.request.headers else values
    if param.location == "COOKIE":
        return lambda call: [] if cookie_values(call.request.headers, name) else values
    return lambda call: [] if name in call.query else values


def _param(param: BackendParam) -> _Param:
    clear = encode_path if param.location == "PATH" else encode_query
    value = param.value
    if param.origin == "REQUEST":
        return _Param(
            param.name, param.location, lambda call: lookup(call, value), clear
        )
    if param.origin == "SYSTEM":
        return _Param(param.name, param.location, system_value(value), clear)
    constant = encode_constant(param.location)
    return _Param(param.name, param.location, lambda call: [value], constant)
