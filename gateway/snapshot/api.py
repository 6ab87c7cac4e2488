"""APIs as published (api.md section 2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial, update_wrapper
from typing import Any, TypeVar

from gateway.snapshot.acl import Acl
from gateway.snapshot.authorizer import Authorizer
from gateway.snapshot.backend import Backend, BackendPolicy
from gateway.snapshot.group import ResponseRule
from gateway.snapshot.orchestration import Orchestration
from gateway.snapshot.plugin import Plugin
from gateway.snapshot.signature import Signature
from gateway.snapshot.throttle import Throttle

T = TypeVar("T")
Work = TypeVar("Work", bound=Callable[..., Any])


@dataclass(frozen=True)
class ReqParam:
    """A declared request parameter (api.md section 4.1).

    `type` is STRING or NUMBER, `location` PATH, QUERY, HEADER or COOKIE. The limits
    hold only with `valid_enable`.
    """

    name: str
    type: str
    location: str
    required: bool = False
    default_value: str = ""
    valid_enable: bool = False
    enumerations: tuple[str, ...] = ()
    min_num: float | None = None
    max_num: float | None = None
    min_size: int | None = None
    max_size: int | None = None
    pass_through: bool = True
    orchestrations: tuple[Orchestration, ...] = ()


@dataclass(frozen=True)
class Api:
    """One API as published in one environment (or as drafted, for a debug call).

    `credentials` holds the ids of the credentials bound in that environment,
    `responses` the customised gateway responses by type, `plugins` the plug-ins
    bound there by theirs. `app_auths` are the other proofs of an app
    than a signature, `gzip` how hard answers are compressed, 1 to 9, or 0 for not at
    all. `throttle` is the policy bound there, or the gateway's own limit.
    """

    id: str
    name: str
    group_id: str
    stage: str
    req_protocol: str
    req_method: str
    req_uri: str
    match_mode: str = "NORMAL"
    auth_type: str = "NONE"
    app_code: bool = False
    authorizer: Authorizer | None = None
    req_params: tuple[ReqParam, ...] = ()
    backend: Backend = Backend()
    policies: tuple[BackendPolicy, ...] = ()
    cors: bool = False
    content_type: str = ""
    is_send_fg_body_base64: bool = True
    credentials: frozenset[str] = frozenset()
    app_auths: frozenset[str] = frozenset()
    gzip: int = 0
    wants_tls: bool = False
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)
    throttle: Throttle | None = None
    acls: tuple[Acl, ...] = ()
    plugins: Mapping[str, Plugin] = field(default_factory=dict)
    signature: Signature | None = None
    # How many of 100 calls leave a trace (api.md section 2.1).
    traced: int = 0

    @cached_property
    def backends(self) -> tuple[Backend, ...]:
        """Every backend that calls may end at, the default one first."""
        return (self.backend, *(policy.backend for policy in self.policies))

    @cached_property
    def verdict_scopes(self) -> dict[str, str]:
        """By authorizer id: the part of its cache key that configuration decides."""
        guards = (self.authorizer, *(end.authorizer for end in self.backends))
        return {
            guard.id: "\0".join((guard.id, guard.revision, self.id, self.stage))
            for guard in guards
            if guard
        }


def per_api(work: Callable[[Api], T]) -> Callable[[Api], T]:
    """Do once what depends on an API's configuration alone, at its first call.

    The result stays with the API, and goes with it when a new snapshot comes.
    """
    name = f"{work.__module__}.{work.__qualname__}"

    def remembered(api: Api) -> T:
        known: dict[str, T] = api.__dict__
        try:
            return known[name]
        except KeyError:
            known[name] = made = work(api)
            return made

    return update_wrapper(remembered, work)


def given(config: Callable[[Api], Any]) -> Callable[[Work], Work]:
    """Mark a phase that takes, before the call, what `config` says of its API."""

    def mark(work: Work) -> Work:
        vars(work)["config"] = config
        return work

    return mark


def bound(work: Callable[..., T], api: Api) -> Callable[..., T]:
    """A phase as the calls of one API go through it: what it is given is there."""
    config = getattr(work, "config", None)
    return work if config is None else partial(work, config(api))
