"""Where calls of an API end, and what is sent there (api.md sections 2, 4, 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from gateway.http import Response, configured_headers
from gateway.snapshot.authorizer import Authorizer
from gateway.snapshot.channel import Channel
from gateway.snapshot.client_tls import ClientTls
from gateway.snapshot.function import Target


@dataclass(frozen=True)
class MockInfo:
    """A Mock backend (api.md section 2.4)."""

    backend_type: ClassVar[str] = "MOCK"

    status_code: int = 200
    result_content: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    @cached_property
    def response(self) -> Response:
        """The answer without the headers that differ from call to call."""
        return Response(
            self.status_code,
            configured_headers(self.headers),
            self.result_content.encode(),
        )


@dataclass(frozen=True)
class TokenIssuer(MockInfo):
    """The endpoint of app_token: the gateway itself answers, as a Mock does."""


@dataclass(frozen=True)
class GroupUrl:
    """What members of one group are asked for (`member_group_url_infos`)."""

    req_protocol: str
    req_method: str
    req_uri: str


@dataclass(frozen=True)
class BackendApi:
    """An HTTP or HTTPS backend (api.md section 2.2).

    `url_domain` is `host[:port]` and, like `req_uri`, has its environment variables
    filled in already. `timeout` is in ms; `retry_count` -1 retries idempotent
    methods once. `tls` is None for what this host trusts and no certificate: the
    feature `backend_client_certificate` where `enable_client_ssl` is on, an authority
    of the backend's own where it has one.

    With a `channel` its members are called instead of `url_domain`, with `proxy_host`
    as the Host header if there is one; `group_urls` has what differs by member group.
    """

    backend_type: ClassVar[str] = "HTTP"

    url_domain: str
    req_protocol: str = "HTTP"
    req_method: str = "ANY"
    req_uri: str = "/"
    timeout: int = 5000
    retry_count: int = -1
    enable_client_ssl: bool = False
    tls: ClientTls | None = None
    channel: Channel | None = None
    proxy_host: str = ""
    group_urls: Mapping[str, GroupUrl] = field(default_factory=dict)

    def host(self, received: str) -> str:
        """The Host header: the caller's own through a channel, unless it has one."""
        return self.proxy_host or received if self.channel else self.url_domain


@dataclass(frozen=True)
class FuncInfo:
    """A function as backend (api.md section 2.3). `timeout` is in ms."""

    backend_type: ClassVar[str] = "FUNCTION"

    target: Target | None
    invocation_type: str = "sync"
    timeout: int = 5000


@dataclass(frozen=True)
class BackendParam:
    """What a backend request gets besides what was received (api.md section 4.2).

    `location` is PATH, QUERY or HEADER; `value` is the name of a request parameter
    (origin REQUEST), a literal (CONSTANT) or a `$context` name (SYSTEM).
    """

    name: str
    location: str
    origin: str
    value: str


@dataclass(frozen=True)
class Backend:
    """One way for a call to end: where, with which parameters, behind which guard."""

    to: MockInfo | BackendApi | FuncInfo = MockInfo()
    params: tuple[BackendParam, ...] = ()
    authorizer: Authorizer | None = None


@dataclass(frozen=True)
class Condition:
    """When a backend policy applies (api.md section 5).

    `name` is what `origin` needs: a request parameter's, a cookie's, a system
    parameter's, a context value's or a produced parameter's name; empty for
    `source`. `location`, of a produced one, is header or query; empty for either.
    """

    origin: str
    name: str
    type: str
    value: str
    location: str = ""


@dataclass(frozen=True)
class BackendPolicy:
    """A backend of its own for the calls that meet ALL or ANY conditions."""

    name: str
    effect_mode: str
    conditions: tuple[Condition, ...]
    backend: Backend
