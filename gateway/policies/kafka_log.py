"""Kafka log push: a message for each call (policies.md section 4.3).

A message is one JSON object whose members are named as the switches that ask for
them; what is not known is `-`. Calls put messages into a bounded queue and go on:
while a broker hangs or is away the queue fills, and what no longer fits is counted.
"""

import fnmatch
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.call import Call
from gateway.custom_log import custom_values
from gateway.http import Response, decode_text
from gateway.policies.document import Part
from gateway.policies.form import Field, choices
from gateway.policies.kafka import Producer, Target
from gateway.policies.plugins import read
from gateway.snapshot import Api, BackendApi, per_api

NAME = "kafka_log"
TITLE = "Kafka Log Push"
ABOUT = "Sends a message about each call to a Kafka topic, without delaying it."
# Of a header, a query string or a body, what goes into a message.
MAX_TEXT = 4096
ABSENT = "-"
_SASL = "sasl_config.security_protocol=SASL_PLAINTEXT|SASL_SSL"
_DATA = "meta_config.call_data"
FORM = (
    Field("broker_list", "Broker Addresses", "lines", help="host:port, one a line"),
    Field("topic", "Topic", required=True),
    Field("key", "Key", help="Of each message; messages of a key keep their order"),
    Field("max_retry_count", "Retries", "number", 3, help="0 to 5"),
    Field("retry_backoff", "Retry Interval (s)", "number", 1, help="1 to 10"),
    Field(
        "sasl_config.security_protocol",
        "Security Protocol",
        "choice",
        "PLAINTEXT",
        choices=choices("PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL"),
    ),
    Field("sasl_config.sasl_username", "User", show_if=_SASL),
    Field("sasl_config.sasl_password", "Password", "secret", show_if=_SASL),
    Field(
        "sasl_config.ssl_ca_content",
        "CA Certificate",
        "area",
        show_if="sasl_config.security_protocol=SASL_SSL",
    ),
    Field(
        "meta_config.system",
        "System Values",
        "json",
        help='Switches beside the usual ones, such as {"api_id": true, "host": false}',
    ),
    Field(f"{_DATA}.log_request_header", "Request Headers", "flag", False),
    Field(f"{_DATA}.request_header_filter", "Of These", help="Names; * is anything"),
    Field(f"{_DATA}.log_request_query_string", "Request Query", "flag", False),
    Field(f"{_DATA}.request_query_string_filter", "Of These"),
    Field(f"{_DATA}.log_request_body", "Request Body", "flag", False),
    Field(f"{_DATA}.log_response_header", "Response Headers", "flag", False),
    Field(f"{_DATA}.response_header_filter", "Of These"),
    Field(f"{_DATA}.log_response_body", "Response Body", "flag", False),
    Field(f"{_DATA}.custom_authorizer.frontend", "Frontend Context", "lines"),
    Field(f"{_DATA}.custom_authorizer.backend", "Backend Context", "lines"),
)
_USUAL = """
    start_time request_id client_ip request_time http_status scheme request_method host
    uri upstream_addr upstream_status upstream_response_time http_x_forwarded_for
    http_user_agent error_type
"""
DEFAULT = frozenset(_USUAL.split())
_SWITCHES = (
    "request_header",
    "request_query_string",
    "request_body",
    "response_header",
    "response_body",
)
_FLAG = re.compile(r"[a-z0-9_]{1,64}\Z")


@dataclass(frozen=True)
class Config:
    """`data` has the switches of call data, `filters` the patterns of names."""

    target: Target
    flags: tuple[str, ...]
    data: frozenset[str]
    filters: Mapping[str, tuple[str, ...]]
    frontend: tuple[str, ...]
    backend: tuple[str, ...]

    @classmethod
    def parse(cls, raw: object) -> "Config":
        part = Part(raw)
        meta = part.part("meta_config") if part.has("meta_config") else Part({})
        data = meta.part("call_data") if meta.has("call_data") else Part({})
        known = data.has("custom_authorizer")
        contexts = data.part("custom_authorizer") if known else Part({})
        return cls(
            Target.parse(part),
            _flags(meta),
            frozenset(s for s in _SWITCHES if data.flag(f"log_{s}")),
            {s: _patterns(data, s) for s in _SWITCHES if not s.endswith("body")},
            contexts.texts("frontend", most=50, length=32),
            contexts.texts("backend", most=50, length=32),
        )

    def wants(self, switch: str, name: str) -> bool:
        """Whether a header or query parameter goes into the message."""
        patterns = self.filters[switch]
        return not patterns or any(
            fnmatch.fnmatchcase(name.lower(), pattern) for pattern in patterns
        )


def _flags(meta: Part) -> tuple[str, ...]:
    """The system values that are asked for, those on by default among them."""
    chosen = set(DEFAULT)
    system = meta.part("system") if meta.has("system") else Part({})
    for name in system.raw:
        if not _FLAG.match(name):
            raise system.refuse(name, "the name of a system value")
        (chosen.add if system.flag(name) else chosen.discard)(name)
    return tuple(sorted(chosen))


def _patterns(data: Part, switch: str) -> tuple[str, ...]:
    text = data.text(f"{switch}_filter", "", most=4096)
    # A bracket is no set here, as in file names.
    names = (name.strip().lower().replace("[", "[[]") for name in text.split(","))
    return tuple(name for name in names if name)


@per_api
def config(api: Api) -> Config | None:
    return read(api, NAME, Config.parse)


def skips(api: Api) -> str:
    return "" if config(api) else "no Kafka log policy is bound"


def needs_body(api: Api) -> bool:
    policy = config(api)
    return policy is not None and "request_body" in policy.data


async def prepare(call: Call) -> None:
    """Have a producer, which lives in the event loop."""
    policy, plugin = config(call.api), call.api.plugins[NAME]
    assert policy is not None
    call.producer = call.services.background.keep(
        (NAME, plugin.id),
        plugin.content,
        lambda: Producer(policy.target, call.services.client.guard),
    )


def push(call: Call, answer: Response) -> Response | None:
    """Put the message into the queue; whatever becomes of it, the call goes on."""
    policy, producer = config(call.api), call.producer
    assert policy is not None
    if producer is None:
        return None
    queued = producer.put(orjson.dumps(message(call, answer, policy)))
    call.explain(topic=policy.target.topic, queued=queued)
    return None


def message(call: Call, answer: Response, policy: Config) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in policy.flags:
        value = _SYSTEM[name](call, answer) if name in _SYSTEM else None
        found[name] = ABSENT if value is None or value == "" else value
    request = call.request
    for number, value in enumerate(custom_values(call), 1):
        if (name := f"custom_data_log{number:02}") in policy.flags:
            found[name] = value or ABSENT
    if "request_header" in policy.data:
        found["request_header"] = _headers(policy, "request_header", request.headers)
    if "request_query_string" in policy.data:
        found["request_query_string"] = {
            name: [value[:MAX_TEXT] for value in values]
            for name, values in call.query.items()
            if policy.wants("request_query_string", name)
        }
    if "request_body" in policy.data:
        found["request_body"] = decode_text(request.body[:MAX_TEXT])
    if "response_header" in policy.data:
        found["response_header"] = _headers(policy, "response_header", answer.headers)
    if "response_body" in policy.data:
        # A body that is handed on as it comes has not come yet.
        body = answer.body if isinstance(answer.body, bytes) else ABSENT.encode()
        found["response_body"] = decode_text(body[:MAX_TEXT])
    contexts = {"frontend": call.frontend, "backend": call.backend_context}
    for kind, names in (("frontend", policy.frontend), ("backend", policy.backend)):
        for name in names:
            found[f"{kind}.{name}"] = contexts[kind].get(name, ABSENT)
    return found


def _headers(
    policy: Config, switch: str, headers: Iterable[tuple[bytes, bytes]]
) -> dict[str, str]:
    return {
        decode_text(name).lower(): decode_text(value)[:MAX_TEXT]
        for name, value in headers
        if policy.wants(switch, decode_text(name))
    }


def _header(name: bytes) -> Callable[[Call, Response], str | None]:
    return lambda call, _: (call.request.headers.get(name) or "")[:MAX_TEXT]


def _upstream(call: Call, _: Response) -> str | None:
    to = call.backend.to
    if call.outgoing is None or not isinstance(to, BackendApi):
        return None
    return call.member.address if call.member else to.url_domain


def _size(answer: Response) -> int | None:
    return len(answer.body) if isinstance(answer.body, bytes) else None


def _watch(call: Call, _: Response) -> float:
    return round(time.perf_counter() - call.started, 3)


_SYSTEM: dict[str, Callable[[Call, Response], Any]] = {
    "start_time": lambda call, _: round(
        call.services.clock() - (time.perf_counter() - call.started), 3
    ),
    "request_id": lambda call, _: call.request_id,
    "client_ip": lambda call, _: call.request.client,
    "api_id": lambda call, _: call.api.id,
    "api_name": lambda call, _: call.api.name,
    "app_id": lambda call, _: call.credential.id if call.credential else None,
    "app_name": lambda call, _: call.credential.name if call.credential else None,
    "auth_type": lambda call, _: call.api.auth_type,
    "request_time": _watch,
    "http_status": lambda _, answer: answer.status,
    "scheme": lambda call, _: call.request.scheme,
    "request_method": lambda call, _: call.request.method,
    "host": _header(b"host"),
    "uri": lambda call, _: call.request.raw_path[:MAX_TEXT],
    "request_size": lambda call, _: len(call.request.body),
    "response_size": lambda _, answer: _size(answer),
    "body_bytes_sent": lambda _, answer: _size(answer),
    "upstream_uri": lambda call, _: call.outgoing.target if call.outgoing else None,
    "upstream_addr": _upstream,
    "upstream_status": lambda call, _: call.upstream and call.upstream.status,
    "upstream_response_time": lambda call, _: (
        call.upstream and round(call.upstream.seconds, 3)
    ),
    "http_x_forwarded_for": _header(b"x-forwarded-for"),
    "http_user_agent": _header(b"user-agent"),
    "error_type": lambda _, answer: int(answer.status == 429),
    "response_source": lambda call, _: "remote" if call.upstream else "local",
}
