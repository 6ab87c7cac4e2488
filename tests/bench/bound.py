"""The policies of the benchmark: ten of different kinds, none of which refuses it.

Each acts on every call; the plug-in `rate_limit` counts in place of a throttling
policy that is bound beside it, as documented. The response cache stands apart from the
ten, since it answers in place of what comes after it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gateway.snapshot import (
    Acl,
    Backend,
    BackendPolicy,
    Condition,
    MockInfo,
    Orchestration,
    Plugin,
    Quota,
    ReqParam,
    Snapshot,
    Throttle,
)
from gateway.snapshot.orchestration import Mapped

MOST = 10**9
_LIMITS = Throttle("throttle", "limits", 1, "minute", MOST)
_NEAR = ("10.0.0.0/8", "127.0.0.1", "192.0.2.0/24")
_PLUGINS: dict[str, Any] = {
    "rate_limit": {
        "default_interval": 1,
        "default_time_unit": "minute",
        "api_limit": MOST,
        "app_limit": MOST,
        "ip_limit": MOST,
        "user_limit": MOST,
    },
    "cors": {"allow_origin": "*", "allow_methods": "GET", "expose_headers": "X-A"},
    "set_resp_headers": {
        "response_headers": [
            {"name": "X-A", "value": "1", "action": "override"},
            {"name": "X-Powered-By", "action": "delete"},
        ]
    },
    "breaker": {
        "scope": "basic",
        "breaker_condition": {
            "breaker_type": "condition",
            "unhealthy_condition": '["$context.statusCode", "in", "500,502,504"]',
            "breaker_mode": "counter",
            "unhealthy_threshold": 30,
            "time_window": 15,
            "open_breaker_time": 15,
        },
    },
    "proxy_cache": {
        "cache_key": {"parameters": ["test"], "headers": ["token"]},
        "cache_http_status_and_ttl": [{"http_status": [200], "ttl": 3600}],
    },
}
Bind = Callable[[Snapshot], Snapshot]


def _api(snapshot: Snapshot, **fields: Any) -> Snapshot:
    *others, api = snapshot.apis
    return replace(snapshot, apis=(*others, replace(api, **fields)))


def _app(snapshot: Snapshot, **fields: Any) -> Snapshot:
    *others, app = snapshot.credentials
    return replace(snapshot, credentials=(*others, replace(app, **fields)))


def _throttle(snapshot: Snapshot) -> Snapshot:
    return _api(replace(snapshot, throttles=(_LIMITS,)), throttle=_LIMITS)


def _list(snapshot: Snapshot, id: str) -> tuple[Snapshot, Acl]:
    made = Acl(id, id, "PERMIT", "IP", _NEAR)
    return replace(snapshot, acls=(*snapshot.acls, made)), made


def _addresses(snapshot: Snapshot) -> Snapshot:
    snapshot, made = _list(snapshot, "addresses")
    return _api(snapshot, acls=(made,))


def _app_addresses(snapshot: Snapshot) -> Snapshot:
    snapshot, made = _list(snapshot, "of the credential")
    return _app(snapshot, acl=made)


def _quota(snapshot: Snapshot) -> Snapshot:
    return _app(snapshot, quota=Quota("quota", "quota", MOST, 86_400))


def _backend_policy(snapshot: Snapshot) -> Snapshot:
    """Three conditions, the last of which is not met."""
    conditions = (
        Condition("system", "req_method", "equal", "GET"),
        Condition("source", "", "", ",".join(_NEAR)),
        Condition("cookie", "canary", "equal", "1"),
    )
    other = BackendPolicy("canary", "ALL", conditions, Backend(MockInfo(500)))
    return _api(snapshot, policies=(other,))


def _orchestration(snapshot: Snapshot) -> Snapshot:
    """A declared parameter, and a rule that makes another of it."""
    entry = Mapped(("user@123",), result="north")
    rule = Orchestration("zones", "zones", "list", name="zone", entries=(entry,))
    param = ReqParam("test", "STRING", "QUERY", True, orchestrations=(rule,))
    return _api(replace(snapshot, orchestrations=(rule,)), req_params=(param,))


def _plugin(kind: str) -> Bind:
    made = Plugin(kind, kind, kind, json.dumps(_PLUGINS[kind]))

    def bind(snapshot: Snapshot) -> Snapshot:
        plugins = {**snapshot.apis[-1].plugins, kind: made}
        return _api(
            replace(snapshot, plugins=(*snapshot.plugins, made)), plugins=plugins
        )

    return bind


BIND: dict[str, Bind] = {
    "throttling": _throttle,
    "addresses": _addresses,
    "credential access": _app_addresses,
    "quota": _quota,
    "orchestration": _orchestration,
    "backend policy": _backend_policy,
    **{kind: _plugin(kind) for kind in _PLUGINS},
}
TWO = ("throttling", "addresses")
CACHE = ("proxy_cache",)
TEN = tuple(name for name in BIND if name not in CACHE)


def bind(snapshot: Snapshot, names: Sequence[str]) -> Snapshot:
    """The configuration with these policies bound to its last API and credential."""
    for name in names:
        snapshot = BIND[name](snapshot)
    return snapshot
