"""The configuration a gateway runs on: frozen values, built whole, swapped once.

The console writes a document (`dump`), the gateway reads it (`load`). References
by id in the document become references to objects here, and whatever depends on
configuration only is worked out once, not per request.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from random import random
from typing import Any

import orjson

from gateway.http import Response, configured_headers
from gateway.router import Router
from gateway.signing import Key

RELEASE = "RELEASE"


@dataclass(frozen=True)
class Function:
    """A version of a function, or a draft (reference: auth.md section 10.4).

    `code_hash` and `dependencies_hash` name directories of a package store; the
    latter is empty when nothing is installed. Times are in seconds, `memory_size`
    in MB; `concurrency` is how many calls may run at once, -1 without a limit of
    its own; `encrypted_user_data` holds clear text, since a snapshot is encrypted
    whole.
    """

    urn: str
    func_name: str
    runtime: str
    handler: str
    code_hash: str
    dependencies_hash: str = ""
    package: str = "default"
    project_id: str = ""
    version: str = "latest"
    alias: str = ""
    memory_size: int = 128
    timeout: int = 3
    initializer_handler: str = ""
    initializer_timeout: int = 3
    concurrency: int = -1
    enabled: bool = True
    network: bool = False
    user_data: Mapping[str, str] = field(default_factory=dict)
    encrypted_user_data: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def qualified_urn(self) -> str:
        """With the alias, or else the version (auth.md section 10.4)."""
        return f"{self.urn}:{'!' + self.alias if self.alias else self.version}"

    @cached_property
    def key(self) -> str:
        """Hex SHA-256 of code and configuration: a worker serves one key only."""
        return hashlib.sha256(_canonical(asdict(self))).hexdigest()


@dataclass(frozen=True)
class Target:
    """What an authorizer calls: a function, and by weight a second version of it.

    `weight` is the percentage of calls that go to `second` (an alias's additional
    version, auth.md section 10.4).
    """

    function: Function
    second: Function | None = None
    weight: int = 0

    def pick(self) -> Function:
        """The function for one call."""
        if self.second is None or random() * 100 >= self.weight:
            return self.function
        return self.second


@dataclass(frozen=True)
class Identity:
    """An identity source: HEADER or QUERY, and a regular expression or None."""

    location: str
    name: str
    validation: str | None = None

    def __str__(self) -> str:
        return f"{self.location.lower()} {self.name}"

    @cached_property
    def header(self) -> bytes:
        """The name as headers have it."""
        return self.name.lower().encode()

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        return re.compile(self.validation) if self.validation else None


@dataclass(frozen=True)
class Authorizer:
    """A custom authorizer (auth.md section 5.1). `ttl` in s, `timeout` in ms."""

    id: str
    name: str
    type: str
    revision: str
    target: Target | None
    identities: tuple[Identity, ...] = ()
    ttl: int = 0
    user_data: str = ""
    need_body: bool = False
    timeout: int = 5000
    retry_attempts: int = 0
    auth_downgrade_enabled: bool = False


@dataclass(frozen=True)
class Credential:
    """An app: who calls (auth.md section 3)."""

    id: str
    name: str
    app_key: str
    app_secret: str = field(repr=False)

    @cached_property
    def key(self) -> Key:
        return Key(self.app_secret.encode())


@dataclass(frozen=True)
class ResponseRule:
    """One customised type of a gateway response (auth.md section 7)."""

    status: int | None
    body: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MockInfo:
    """A Mock backend (api.md section 2.4)."""

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
class Api:
    """One API as published in one environment (or as drafted, for a debug call).

    `credentials` holds the ids of the credentials bound in that environment,
    `responses` the customised gateway responses by type.
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
    authorizer: Authorizer | None = None
    backend_type: str = "MOCK"
    mock_info: MockInfo = MockInfo()
    is_send_fg_body_base64: bool = True
    credentials: frozenset[str] = frozenset()
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)

    @cached_property
    def verdict_scope(self) -> str:
        """The part of an authorizer cache key that configuration decides."""
        guard = self.authorizer
        assert guard is not None
        return "\0".join((guard.id, guard.revision, self.id, self.stage))


@dataclass(frozen=True)
class Group:
    """An API group: its host names and its default gateway responses."""

    id: str
    name: str
    is_default: bool = False
    hosts: tuple[str, ...] = ()
    responses: Mapping[str, ResponseRule] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """Everything a gateway knows. Never changed: a new one replaces it."""

    groups: tuple[Group, ...] = ()
    apis: tuple[Api, ...] = ()
    credentials: tuple[Credential, ...] = ()
    authorizers: tuple[Authorizer, ...] = ()
    functions: tuple[Function, ...] = ()

    @cached_property
    def apps(self) -> dict[str, Credential]:
        """Credentials by app key."""
        return {c.app_key: c for c in self.credentials}

    @cached_property
    def hosts(self) -> dict[str, Group]:
        """Groups by lower-case host name without port."""
        return {host: group for group in self.groups for host in group.hosts}

    @cached_property
    def default_group(self) -> Group | None:
        """The group that answers to the gateway's plain address."""
        return next((g for g in self.groups if g.is_default), None)

    @cached_property
    def routers(self) -> dict[tuple[str, str], Router[Api]]:
        """A router for each (group id, environment name)."""
        built: dict[tuple[str, str], Router[Api]] = {}
        for api in self.apis:
            router = built.setdefault((api.group_id, api.stage), Router())
            router.add(api.req_method, api.req_uri, api.match_mode, api)
        return built

    def prepare(self) -> "Snapshot":
        """Work out every index now, so that no request pays for it."""
        _ = self.apps, self.hosts, self.default_group, self.routers
        for credential in self.credentials:
            _ = credential.key
        for api in self.apis:
            _ = api.mock_info.response
            _ = api.authorizer and api.verdict_scope
        return self

    def with_draft(self, api: Api, *credentials: Credential) -> "Snapshot":
        """This configuration, but with `api` alone to route to (a debug call)."""
        return replace(self, apis=(api,), credentials=(*self.credentials, *credentials))


def dump(snapshot: Snapshot) -> bytes:
    """The document `load` reads: JSON, references as ids."""
    document = {
        "groups": [asdict(g) for g in snapshot.groups],
        "functions": [asdict(f) for f in snapshot.functions],
        "authorizers": [_with_urns(a) for a in snapshot.authorizers],
        "credentials": [asdict(c) for c in snapshot.credentials],
        "apis": [_refer(a, "authorizer", "id") for a in snapshot.apis],
    }
    return orjson.dumps(document, default=sorted)


def load(document: bytes) -> Snapshot:
    """The snapshot of a document; ValueError or KeyError when it is not one."""
    raw = orjson.loads(document)
    functions = {f.key: f for f in (Function(**f) for f in raw["functions"])}
    authorizers = {a["id"]: _authorizer(a, functions) for a in raw["authorizers"]}
    return Snapshot(
        groups=tuple(_group(g) for g in raw["groups"]),
        apis=tuple(_api(a, authorizers) for a in raw["apis"]),
        credentials=tuple(Credential(**c) for c in raw["credentials"]),
        authorizers=tuple(authorizers.values()),
        functions=tuple(functions.values()),
    ).prepare()


def _authorizer(raw: dict[str, Any], functions: Mapping[str, Function]) -> Authorizer:
    identities = tuple(Identity(**i) for i in raw.pop("identities"))
    target = _target(raw.pop("target"), functions)
    return Authorizer(**raw, identities=identities, target=target)


def _target(
    raw: dict[str, Any] | None, functions: Mapping[str, Function]
) -> Target | None:
    """Of a function that is gone there is no target: its callers are refused."""
    first = functions.get(raw["function"]) if raw else None
    if raw is None or first is None:
        return None
    return Target(first, functions.get(raw["second"]), raw["weight"])


def _group(raw: dict[str, Any]) -> Group:
    hosts = tuple(raw.pop("hosts"))
    return Group(**raw | {"responses": _rules(raw["responses"])}, hosts=hosts)


def _api(raw: dict[str, Any], authorizers: Mapping[str, Authorizer]) -> Api:
    guard = raw["authorizer"]
    return Api(
        **raw
        | {
            # One that is gone must refuse calls, not spoil the whole document.
            "authorizer": authorizers.get(guard, _gone(guard)) if guard else None,
            "mock_info": _with_pairs(MockInfo, raw["mock_info"]),
            "credentials": frozenset(raw["credentials"]),
            "responses": _rules(raw["responses"]),
        }
    )


def _gone(authorizer_id: str) -> Authorizer:
    return Authorizer(authorizer_id, "(deleted)", "FRONTEND", "", None)


def _rules(raw: dict[str, Any]) -> dict[str, ResponseRule]:
    return {name: _with_pairs(ResponseRule, rule) for name, rule in raw.items()}


def _with_pairs(kind: Any, raw: dict[str, Any]) -> Any:
    """An object whose `headers` are pairs, from JSON lists."""
    return kind(**raw | {"headers": tuple((k, v) for k, v in raw["headers"])})


def _with_urns(guard: Authorizer) -> dict[str, Any]:
    """An authorizer's fields; its target's functions by their keys."""
    document = asdict(replace(guard, target=None))
    if target := guard.target:
        second = target.second
        document["target"] = {
            "function": target.function.key,
            "second": second.key if second else "",
            "weight": target.weight,
        }
    return document


def _refer(value: Any, attribute: str, key: str) -> dict[str, Any]:
    """A value's fields, with one object replaced by its id."""
    target = getattr(value, attribute)
    shallow = replace(value, **{attribute: None})
    return asdict(shallow) | {attribute: getattr(target, key) if target else None}


def _canonical(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
