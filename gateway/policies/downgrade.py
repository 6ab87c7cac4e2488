"""What stands in for a backend whose circuit breaker is open (policies.md 4.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from gateway.call import Call
from gateway.errors import PolicyBroken
from gateway.http import RawHeaders, clean_value
from gateway.policies.document import Part
from gateway.snapshot import Backend, BackendApi, BackendParam, FuncInfo, MockInfo

KINDS = ("http", "http_vpc", "function", "mock", "passthrough")
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "ANY")
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}"


@dataclass(frozen=True)
class Downgrade:
    """`stand_in(call)` is the backend that answers while the breaker is open."""

    kind: str
    stand_in: Callable[[Call], Backend]


def parse_downgrade(part: Part) -> Downgrade:
    kind = part.choice("type", KINDS)
    return _PARSE[kind](kind, part)


def _mock(kind: str, part: Part) -> Downgrade:
    info = part.part("mock_info")
    mock = MockInfo(
        info.number("status_code", 200, low=200, high=599),
        info.text("result_content", "", most=20_480),
        tuple((k.decode(), v.decode()) for k, v in _headers(info, "headers")),
    )
    return _fixed(kind, mock)


def _http(kind: str, part: Part) -> Downgrade:
    """`isVpc` or the type says that the address is a channel's."""
    name = "http_vpc_info" if kind == "http_vpc" else "http_info"
    info = part.part(name)
    channel = ""
    address = "channel"
    if kind == "http_vpc" or info.flag("isVpc"):
        channel = info.text("vpc_channel_id", most=64)
    else:
        address = info.text(
            "address", most=255, pattern=r"[^\s/?#@]+", rule="host:port"
        )
    backend = BackendApi(
        url_domain=address,
        req_protocol=info.choice("scheme", ("HTTP", "HTTPS"), "HTTP"),
        req_method=info.choice("method", METHODS, "ANY"),
        req_uri=info.text("path", "/", most=512, pattern=r"/\S*", rule="a path"),
        timeout=info.number("timeout", 5000, low=1, high=600_000),
        retry_count=0,
    )
    if channel:
        return Downgrade(kind, lambda call: Backend(_through(call, backend, channel)))
    return _fixed(kind, backend)


def _function(kind: str, part: Part) -> Downgrade:
    info = part.part("func_info")
    urn = info.text("function_urn", most=512)
    timeout = info.number("timeout", 5000, low=1, high=600_000)

    def stand_in(call: Call) -> Backend:
        target = call.api.plugins["breaker"].targets.get(urn)
        if target is None:
            raise PolicyBroken(reason=f"no function is deployed as {urn}")
        return Backend(FuncInfo(target, timeout=timeout))

    return Downgrade(kind, stand_in)


def _passthrough(kind: str, part: Part) -> Downgrade:
    """The backend itself, with headers that tell it what is going on."""
    added = tuple(
        BackendParam(name.decode(), "HEADER", "CONSTANT", value.decode())
        for name, value in _headers(part, "passthrough_infos")
    )

    def stand_in(call: Call) -> Backend:
        return replace(call.backend, params=(*call.backend.params, *added))

    return Downgrade(kind, stand_in)


def _fixed(kind: str, to: MockInfo | BackendApi) -> Downgrade:
    backend = Backend(to)
    return Downgrade(kind, lambda call: backend)


def _through(call: Call, to: BackendApi, channel_id: str) -> BackendApi:
    """Over a channel, as it is in the configuration of this call."""
    return replace(to, channel=call.snapshot.channel(channel_id))


def _headers(part: Part, name: str) -> RawHeaders:
    """Objects with `name` and `value`; `key` is taken for `name`."""
    found: RawHeaders = []
    for item in part.parts(name, most=20):
        spelt = "key" if item.has("key") and not item.has("name") else "name"
        key = item.text(spelt, pattern=_TOKEN, rule="the name of a header")
        found.append((key.encode(), clean_value(item.text("value", "", most=1024))))
    return found


_PARSE: Mapping[str, Callable[[str, Part], Downgrade]] = {
    "http": _http,
    "http_vpc": _http,
    "function": _function,
    "mock": _mock,
    "passthrough": _passthrough,
}
