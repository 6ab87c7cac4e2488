"""Backends and backend policies (reference: api.md section 9.3)."""

from collections.abc import Mapping
from typing import Any

from console.models import Api, Channel, MemberGroup
from console.models.api.backends import BY_ADDRESS, BY_CHANNEL, BY_GROUP, DOCUMENTS
from console.models.api.policies import FIELDS, NAMED_BY
from console.models.api.shape import broken
from console.openapi.names import PREFIX, Document, ext, kept, swapped

BACKEND, POLICIES = f"{PREFIX}backend", f"{PREFIX}backend-policies"
# By type of backend: the member with the endpoint, and ours by their names in it.
_HTTP = {
    "address": "url_domain",
    "scheme": "req_protocol",
    "method": "req_method",
    "path": "req_uri",
    "timeout": "timeout",
    "retryCount": "retry_count",
    "enableClientSsl": "enable_client_ssl",
    "description": "remark",
}
_CHANNEL = {"name": "channel"} | {k: v for k, v in _HTTP.items() if k != "address"}
_FUNCTION = {
    "function-urn": "function_urn",
    "version": "version",
    "alias-urn": "alias_urn",
    "invocation-type": "invocation_type",
    "network-type": "network_type",
    "timeout": "timeout",
    "req_protocol": "req_protocol",
    "description": "remark",
}
# Of ours: the documents have no place for URLs by group of servers.
_GROUP_URL = {"scheme": "req_protocol", "method": "req_method", "path": "req_uri"}
_GROUP_URLS, _HOST = "memberGroupUrls", "proxyHost"
# The documents name the content alone.
_MOCK = {
    "result-content": "result_content",
    "status-code": "status_code",
    "headers": "headers",
    "description": "remark",
}
_ENDPOINTS = {
    "HTTP": ("httpEndpoints", _HTTP),
    "HTTP-VPC": ("httpVpcEndpoints", _CHANNEL),
    "FUNCTION": ("functionEndpoints", _FUNCTION),
    "MOCK": ("mockEndpoints", _MOCK),
}
_KINDS = {"HTTP-VPC": "HTTP"}
_TYPES = {"exact": "equal", "enum": "enum", "pattern": "pattern"}
_ORIGINS = {"param": "request", "frontend_authorizer": "frontend-authorizer"}
_DEFAULTS = {
    "HTTP": {"timeout": 5000, "req_method": "GET"},
    "FUNCTION": {"timeout": 5000, "network_type": "V1", "invocation_type": "sync"},
}


def written(api: Api) -> Document:
    """The extensions of an operation: its backend, and its policies if any."""
    backend = _endpoint(api.backend_type, api.backend)
    found: Document = {BACKEND: backend | _parameters(api.backend_params)}
    if api.policies:
        found[POLICIES] = [_policy(api.backend_type, one) for one in api.policies]
    return found


def _policy(kind: str, policy: Document) -> Document:
    return {
        "name": policy["name"],
        "effect-mode": policy["effect_mode"],
        "conditions": [_condition(one) for one in policy["conditions"]],
        **_endpoint(kind, policy),
        **_parameters(policy["backend_params"]),
    }


def _endpoint(kind: str, backend: Document) -> Document:
    channel = backend.get("vpc_channel_info")
    if channel:
        row = Channel.objects.filter(pk=channel["vpc_channel_id"]).first()
        name = row.name if row else channel["vpc_channel_id"]
        backend = backend | {"channel": name}
    label = "HTTP-VPC" if channel else kind
    member, names = _ENDPOINTS[label]
    endpoint = kept({theirs: backend[ours] for theirs, ours in names.items()})
    if "scheme" in endpoint:
        endpoint["scheme"] = endpoint["scheme"].lower()
    if channel:
        endpoint |= _through(backend, channel)
    return {"type": label, member: endpoint}


def _through(backend: Document, channel: Document) -> Document:
    """What else there is to a call through a channel."""
    urls = backend["member_group_url_infos"]
    groups = MemberGroup.objects.in_bulk([url["member_group_id"] for url in urls])
    listed = [
        {"name": groups[url["member_group_id"]].member_group_name}
        | {theirs: url[ours] for theirs, ours in _GROUP_URL.items()}
        for url in urls
        if url["member_group_id"] in groups
    ]
    return kept({_HOST: channel["vpc_channel_proxy_host"], _GROUP_URLS: listed})


def _parameters(params: list[Document]) -> Document:
    listed = [
        kept(
            {
                "name": param["name"],
                "value": param["value"],
                "in": param["location"].lower(),
                "origin": param["origin"],
                "description": param["remark"],
            }
        )
        for param in params
    ]
    return {"parameters": listed} if listed else {}


def _condition(condition: Document) -> Document:
    origin = condition["condition_origin"]
    named = NAMED_BY[origin]
    return kept(
        {
            "origin": _ORIGINS.get(origin, origin),
            "type": _TYPES.get(condition["condition_type"], ""),
            "parameter": condition[named] if named else "",
            "location": condition["mapped_param_location"],
            "value": condition["condition_value"],
        }
    )


def read(operation: Document) -> Document:
    """The fields of an API that its backend is in; ValidationError if there is none."""
    raw = _object(operation.get(BACKEND), BACKEND)
    kind, backend = _read_endpoint(raw)
    policies = _list(operation.get(POLICIES))
    return {
        "backend_type": kind,
        DOCUMENTS[kind][0]: backend,
        "backend_params": _read_parameters(raw),
        FIELDS[kind]: [_read_policy(kind, one) for one in policies],
    }


def mock(operation: Document, content: str) -> Document:
    """A Mock in place of the backend."""
    return {"backend_type": "MOCK", "mock_info": {"result_content": content}}


def _read_policy(kind: str, raw: Any) -> Document:
    raw = _object(raw, "a backend policy")
    own, backend = _read_endpoint(raw)
    if own != kind:
        raise broken(f"Backend policies of a {kind} backend cannot be {own}.")
    conditions = raw.get("conditions")
    listed = conditions if isinstance(conditions, list) else []
    named = {"name": raw.get("name"), "effect_mode": raw.get("effect-mode", "ALL")}
    params = {"backend_params": _read_parameters(raw)}
    return backend | named | params | {"conditions": list(map(_read_condition, listed))}


def _read_endpoint(raw: Document) -> tuple[str, Document]:
    """Type and document of a backend."""
    label = str(raw.get("type"))
    if label not in _ENDPOINTS:
        raise broken(f"Backend: {label} is no type of backend.")
    member, names = _ENDPOINTS[label]
    given = _object(raw.get(member), member)
    found = {ours: given[theirs] for theirs, ours in names.items() if theirs in given}
    kind = _KINDS.get(label, label)
    found = _DEFAULTS.get(kind, {}) | found
    if kind == "HTTP":
        found["req_protocol"] = str(found.get("req_protocol", "")).upper()
        found |= _way(found.pop("channel", None), given, label)
    return kind, found


def _way(channel: Any, given: Document, label: str) -> Document:
    """By the channel of a name, or by an address."""
    if label == "HTTP":
        return {"vpc_channel_status": BY_ADDRESS}
    row = Channel.objects.filter(name=str(channel)).first()
    if row is None:
        raise broken(f"There is no load balance channel {channel}.", "APIG.3023")
    info = {"vpc_channel_id": row.pk, "vpc_channel_proxy_host": given.get(_HOST, "")}
    urls = [_group_url(row, raw) for raw in _list(given.get(_GROUP_URLS))]
    return {
        "vpc_channel_status": BY_GROUP if urls else BY_CHANNEL,
        "vpc_channel_info": info,
        "member_group_url_infos": urls,
    }


def _group_url(channel: Channel, raw: Any) -> Document:
    """The URL of a group of servers, which the channel has by that name."""
    raw = _object(raw, _GROUP_URLS)
    name = raw.get("name")
    group = channel.member_groups.filter(member_group_name=str(name)).first()
    if group is None:
        raise broken(f"{channel} has no server group {name}.", "APIG.3024")
    found = {ours: raw.get(theirs) for theirs, ours in _GROUP_URL.items()}
    return {"member_group_id": group.pk} | found


def _list(raw: Any) -> list[Any]:
    if raw is not None and not isinstance(raw, list):
        raise broken("Backend: a list is needed.")
    return raw or []


def _read_parameters(raw: Document) -> list[Document]:
    return [
        {
            "name": one.get("name"),
            "location": str(one.get("in")).upper(),
            "origin": one.get("origin"),
            "value": one.get("value"),
            "remark": one.get("description", ""),
        }
        for one in (
            _object(item, "a backend parameter")
            for item in _list(raw.get("parameters"))
        )
    ]


def _read_condition(raw: Any) -> Document:
    """Both spellings of the names are met (api.md section 9.3)."""
    raw = _object(raw, "a condition")
    said = str(raw.get("origin"))
    origin = (swapped(_ORIGINS) | {"request_parameter": "param"}).get(said, said)
    named = NAMED_BY.get(origin, "")
    found = {
        "condition_origin": origin,
        "condition_type": swapped(_TYPES).get(str(raw.get("type")), ""),
        "condition_value": raw.get("value"),
        "mapped_param_location": raw.get("location", ""),
    }
    if named:
        found[named] = raw.get("parameter", raw.get("parameter_name"))
    return found


def _object(raw: Any, what: str) -> Document:
    if not isinstance(raw, Mapping):
        raise broken(f"{what} is missing.", "APIG.2001")
    return dict(raw)


def has_backend(operation: Document) -> bool:
    return ext(operation, "backend") is not None
