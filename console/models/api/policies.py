"""Backend policies: other backends for some calls (reference: api.md section 5)."""

from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

from console.models.api.backends import paths, read_backend
from console.models.api.params import CONTEXT_KEY, Declared, read_backend_params
from console.models.api.shape import (
    Member,
    Members,
    broken,
    check_unique,
    listed,
    one_of,
    read_list,
    read_object,
    text,
    within,
)
from console.models.base import CJK
from gateway.patterns import pattern

# By backend_type: the field of the API that has its policies.
FIELDS = {
    "HTTP": "policy_https",
    "FUNCTION": "policy_functions",
    "MOCK": "policy_mocks",
}
TYPES = ("exact", "enum", "pattern")
# What a condition's origin needs besides: the member that names what is looked at.
NAMED_BY = {
    "param": "req_param_name",
    "source": "",
    "system": "sys_param_name",
    "cookie": "cookie_param_name",
    "frontend_authorizer": "frontend_authorizer_param_name",
    "orchestration": "mapped_param_name",
}
SYSTEM_NAMES = {
    "req_path": "req_path",
    "req_method": "req_method",
    "reqPath": "req_path",
    "reqMethod": "req_method",
}
CONDITION: Members = {
    "condition_origin": Member("Source", one_of(*NAMED_BY)),
    "condition_type": Member("Condition Type", one_of(*TYPES), ""),
    "condition_value": Member("Condition Value", text(1024)),
    "req_param_name": Member("Parameter Name", text(32), ""),
    "sys_param_name": Member("Parameter Name", one_of(*SYSTEM_NAMES), ""),
    "cookie_param_name": Member(
        "Parameter Name",
        text(255, r"[a-zA-Z0-9._-]+", "letters, digits and . _ -"),
        "",
    ),
    "frontend_authorizer_param_name": Member(
        "Parameter Name",
        text(
            64,
            rf"\$context\.authorizer\.frontend\.{CONTEXT_KEY}",
            "$context.authorizer.frontend. and a key of 1 to 32 characters",
        ),
        "",
    ),
    "mapped_param_name": Member("Parameter Name", text(128), ""),
    "mapped_param_location": Member(
        "Parameter Location", one_of("header", "query"), ""
    ),
}
POLICY: Members = {
    "name": Member(
        "Name",
        text(
            64,
            rf"[a-zA-Z{CJK}][a-zA-Z0-9_{CJK}]{{2,63}}",
            "3 to 64 letters, digits and underscores, a letter first",
        ),
    ),
    "effect_mode": Member("Effective Mode", one_of("ALL", "ANY")),
}
Policy = dict[str, Any]


def read_policies(
    kind: str,
    raw: Any,
    declared: Declared,
) -> list[Policy]:
    """The policies of a backend type; ValidationError names the policy."""

    def read(item: Any) -> Policy:
        return _read_policy(kind, item, declared)

    policies = read_list(raw, read, "API_POLICY_NUM_LIMIT")
    check_unique([p["name"] for p in policies], "is there twice.", "APIG.3210")
    return policies


def read_condition(raw: Any) -> dict[str, Any]:
    """One condition, complete; ValidationError says what is wrong."""
    condition = read_object(raw, CONDITION)
    origin = condition["condition_origin"]
    for name in NAMED_BY.values():
        if name and name != NAMED_BY[origin]:
            condition[name] = ""
    if origin != "orchestration":
        condition["mapped_param_location"] = ""
    if origin == "source":
        condition["condition_type"] = ""
        _check_addresses(condition["condition_value"])
        return condition
    if not condition[NAMED_BY[origin]]:
        raise broken("Parameter Name is missing.", "APIG.2001")
    if origin == "orchestration" and not condition["mapped_param_location"]:
        raise broken("Parameter Location is missing.", "APIG.2001")
    if not condition["condition_type"]:
        raise broken("Condition Type is missing.", "APIG.2001")
    if origin == "system":
        _check_system(condition)
    if condition["condition_type"] == "pattern":
        _check_pattern(condition["condition_value"])
    return condition


def _read_policy(
    kind: str,
    raw: Any,
    declared: Declared,
) -> Policy:
    policy = read_object(raw, POLICY) | read_backend(kind, raw)
    policy["conditions"] = _read_conditions(raw.get("conditions"))
    for condition in policy["conditions"]:
        _check_reference(condition, declared)
    with within("Backend Parameters"):
        policy["backend_params"] = read_backend_params(
            raw.get("backend_params") or [],
            declared,
            paths(policy),
            guarded=bool(policy["authorizer_id"]),
        )
    return policy


def _read_conditions(raw: Any) -> list[dict[str, Any]]:
    if not raw:
        raise broken("Policy Conditions: add at least one.", "APIG.2001")
    with within("Policy Conditions"):
        return read_list(raw, read_condition, "API_CONDITION_NUM_LIMIT")


def _check_reference(condition: Mapping[str, Any], declared: Declared) -> None:
    name, origin = condition["req_param_name"], condition["condition_origin"]
    if origin == "param" and name.lower() not in declared.params:
        raise broken(
            f"Policy Conditions: there is no request parameter {name}.", "APIG.2028"
        )
    place, made = condition["mapped_param_location"], condition["mapped_param_name"]
    if origin == "orchestration" and (place, made.lower()) not in declared.produced:
        raise broken(
            f"Policy Conditions: no orchestration rule of a request parameter produces "
            f"the {place} parameter {made}.",
            "APIG.2028",
        )
    if origin == "frontend_authorizer" and not declared.frontend:
        raise broken(
            "Policy Conditions: an authorizer's value needs Custom or two-factor "
            "authentication.",
            "APIG.2036",
        )


def _check_system(condition: dict[str, Any]) -> None:
    """The older spellings of the names mean the same."""
    name = SYSTEM_NAMES[condition["sys_param_name"]]
    condition["sys_param_name"] = name
    if name == "req_method" and condition["condition_type"] == "pattern":
        raise broken("Condition Type: of req_method it is exact or enum.")


def _check_addresses(value: str) -> None:
    for address in listed(value):
        try:
            ip_network(address, strict=False)
        except ValueError:
            raise broken(
                f"Condition Value: {address} is no IP address or range."
            ) from None


def _check_pattern(value: str) -> None:
    try:
        pattern(value)
    except ValueError as error:
        raise broken(f"Condition Value: not a regular expression: {error}.") from None
