"""The plug-ins by type (policies.md section 0.1).

A new one is its module, its line here, and its places in `gateway.pipeline`.
"""

from types import ModuleType
from typing import Any, Protocol, cast

from gateway.policies import (
    breaker,
    cors,
    jwt_auth,
    kafka_log,
    oidc_auth,
    proxy_cache,
    proxy_mirror,
    rate_limit,
    set_resp_headers,
    third_auth,
)
from gateway.policies.form import Form


class Kind(Protocol):
    """What a plug-in's module says of itself.

    TITLE and ABOUT are for pages; FORM says how its document is filled in.
    """

    NAME: str
    TITLE: str
    ABOUT: str
    FORM: Form
    Config: Any


_MODULES: tuple[ModuleType, ...] = (
    cors,
    set_resp_headers,
    rate_limit,
    breaker,
    proxy_cache,
    proxy_mirror,
    third_auth,
    jwt_auth,
    oidc_auth,
    kafka_log,
)
PLUGINS: dict[str, Kind] = {module.NAME: cast(Kind, module) for module in _MODULES}


def check(kind: str, document: object) -> None:
    """ValueError, with path and rule, for a document that no gateway could use."""
    PLUGINS[kind].Config.parse(document)
