"""Call: the one mutable object of a request, handed from phase to phase."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from random import getrandbits
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from gateway.background import Background
from gateway.client import Client
from gateway.errors import GatewayError
from gateway.functions.pool import Invocation, Pool
from gateway.http import Request, Response, decode_text
from gateway.outgoing import Outgoing
from gateway.records import Recorder, record
from gateway.router import decode_path
from gateway.snapshot import (
    Api,
    Credential,
    Function,
    Group,
    Member,
    Site,
    Snapshot,
    User,
)
from gateway.source import Source
from gateway.state import Breaker, State, Window
from gateway.state.memory import ExpiringCache

NOTHING = Snapshot()
# The API of a call that has matched none (yet). Its mode is one that nobody
# implements, so that a phase run too early refuses the call.
NO_API = Api("", "", "", "", "", "", "", auth_type="UNMATCHED")
NO_SITE = Site(Group("", ""))


@dataclass(frozen=True, slots=True)
class Services:
    """What phases share between calls.

    `source` has the configuration, `verdicts` caches authorizer results, `clock`
    is the time of day in epoch seconds, `records` keeps what happened, `state` counts
    calls and keeps answers, `client` has the connections to backends.
    """

    source: Source
    functions: Pool
    verdicts: ExpiringCache
    clock: Callable[[], float]
    records: Recorder
    state: State
    client: Client
    background: Background = field(default_factory=Background)


@dataclass(slots=True)
class Watch:
    """What a circuit breaker notes about a call once its backend has answered.

    `unhealthy` judges the answer; without it only a time-out is unhealthy.
    """

    breaker: Breaker
    unhealthy: Callable[[Mapping[str, Any]], bool] | None
    started: float


class Upstream(NamedTuple):
    """What a backend answered: where it is, as a URL, its status, after how long."""

    url: str
    status: int
    seconds: float


@dataclass(slots=True)
class Step:
    """One line of a trace: a phase, what it decided, and how long it took."""

    phase: str
    decision: str = "passed"
    duration_ms: float = 0.0
    detail: dict[str, Any] = field(default_factory=dict)


# Shared by all calls, so nobody may add to it.
_NONE: Mapping[Any, Any] = MappingProxyType({})


class Call:
    """A request on its way, and what the phases found out about it.

    `parameters` are the values of declared request parameters by lower-case name.
    `frontend` and `backend_context` are what authorizers said about the call.
    `backend` is the one in force: the API's own unless a backend policy chose
    another; `outgoing` is what it is sent, unless it is a Mock. `watch` is what a
    circuit breaker notes about its answer, `upstream` what came from there. `asked` is
    how long authorizers took, in s, 0 when all was remembered, None when none was
    asked. `error` is why the call was refused, once it was, `refused_in` the phase.
    `due` is what it is still to be counted in, `windows` what it was. Without
    `policies` no policy acts on it, which only a debug call may ask for. `debug` marks
    a call of the console's debug page; `trace` is None unless the call is traced, and
    then collects a Step for each phase.
    """

    __slots__ = (
        *("request", "services", "request_id", "started", "policies", "debug", "trace"),
        *("snapshot", "site", "group", "stage", "api", "path_values", "credential"),
        *("user", "frontend", "parameters", "mapped", "backend", "backend_context"),
        *("outgoing", "cache_status", "cache_key", "watch", "member", "producer"),
        *("carry", "upstream", "asked", "error", "refused_in", "due", "windows"),
    )

    def __init__(
        self,
        request: Request,
        services: Services,
        *,
        debug: bool = False,
        traced: bool = False,
        policies: bool = True,
    ) -> None:
        self.request = request
        self.services = services
        # Unique is enough: nothing is protected by nobody guessing it.
        self.request_id = getrandbits(128).to_bytes(16, "big").hex()
        self.started = time.perf_counter()
        self.policies = policies
        self.debug = debug
        self.trace: list[Step] | None = [] if traced else None
        self.snapshot = NOTHING
        self.site = NO_SITE
        self.group: Group | None = None
        self.stage = ""
        self.api = NO_API
        self.path_values: tuple[str, ...] = ()
        self.credential: Credential | None = None
        self.user: User | None = None
        self.frontend: Mapping[str, str] = _NONE
        self.parameters: Mapping[str, list[str]] = _NONE
        # What orchestration rules made of a parameter, by location and lower-case name.
        self.mapped: Mapping[tuple[str, str], str] = _NONE
        self.backend = NO_API.backend
        self.backend_context: Mapping[str, str] = _NONE
        self.outgoing: Outgoing | None = None
        # What response caching did, as `$context.cacheStatus`: HIT, MISS, BYPASS.
        self.cache_status = ""
        # Where the backend's answer is to be kept; empty when it is not.
        self.cache_key = ""
        self.watch: Watch | None = None
        # The server of a channel that is asked, or was.
        self.member: Member | None = None
        # What takes the message about this call, if one is to be sent.
        self.producer: Any = None
        # What authentication policies change of the backend's request.
        self.carry: Any = None
        self.upstream: Upstream | None = None
        self.asked: float | None = None
        self.error: GatewayError | None = None
        self.refused_in = ""
        self.due: tuple[Window, ...] = ()
        self.windows: tuple[Window, ...] = ()

    @property
    def query(self) -> Mapping[str, list[str]]:
        """Decoded query values by name, in the order they were sent."""
        return parse_query(self.request.query)

    @property
    def path(self) -> str:
        """The path as it is matched: clear text, unless it is to stay as it came."""
        raw = self.request.raw_path
        return raw if self.snapshot.settings.uri_no_escape else decode_path(raw)

    async def invoke(
        self, function: Function, event: dict[str, Any], *, timeout: float
    ) -> Invocation:
        """Call a function for this request, `timeout` in s, and leave a record."""
        began = time.time()
        outcome = await self.services.functions.invoke(
            function, event, request_id=self.request_id, timeout=timeout
        )
        origin = "debug" if self.debug else "gateway"
        self.services.records.add(
            record(function, event, outcome, origin, began, api_id=self.api.id)
        )
        return outcome

    def skip(self, because: str) -> Response | None:
        """Note in the trace that the phase had nothing to do; gives None."""
        if self.trace is not None:
            self.trace[-1].decision = "skipped"
            self.trace[-1].detail["because"] = because
        return None

    def explain(self, **detail: Any) -> None:
        """Add facts to the current phase's line of the trace."""
        if self.trace is not None:
            self.trace[-1].detail.update(detail)


@lru_cache(maxsize=128)
def parse_query(query: str) -> Mapping[str, list[str]]:
    """Values by name; a plus sign is a space, as in a form. Not to be changed."""
    values: dict[str, list[str]] = {}
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            values.setdefault(unquote(name), []).append(unquote(value))
    return values


def unquote(text: str) -> str:
    """A name or a value of a query as clear text."""
    if "%" not in text and "+" not in text and text.isascii():
        return text
    return decode_text(unquote_to_bytes(text.replace("+", " ").encode("latin-1")))
