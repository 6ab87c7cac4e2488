"""The fields of the access log as the vendor names them (policies.md section 9.4).

Those that mean nothing here have no entry: `proxy_protocol_*` (a cloud's VPC
endpoints), `provider_app_*` (another product's), and, as they are not recorded,
`gzip_ratio`, `server_protocol`, `upstream_connect_time`, `all_upstream_response_time`,
and the `upstream_response_time` of a body.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from console.models import AccessLog
from gateway.access import FIELDS as RECORDED

# A record, as the model's columns; what a field is made of it, None for absent.
Row = Mapping[str, Any]
Field = Callable[[Row], Any]
THROTTLED = "APIG.0308"
COLUMNS = (*RECORDED, "debug")


def values(row: Row) -> dict[str, Any]:
    """Every field by its name, in the vendor's order, ours after them."""
    return {name: field(row) for name, field in FIELDS.items()}


def of(record: AccessLog) -> dict[str, Any]:
    return values({name: getattr(record, name) for name in COLUMNS})


def _same(name: str) -> Field:
    return lambda row: row[name] if row[name] != "" else None


def _factor(row: Row) -> str | None:
    """The second door: the custom authorizer of an API that has two."""
    return row["authorizer_id"] if row["auth_type"] in ("APP", "IAM") else None


def _inner(row: Row) -> float:
    return round(max(row["request_time"] - (row["upstream_response_time"] or 0), 0), 6)


def _custom(number: int) -> Field:
    """What the gateway parameter `custom_log` names in this place."""

    def field(row: Row) -> str | None:
        lines = row["custom_data_log"].split("\n")[number - 1 : number]
        return lines[0].partition(": ")[2] or None if lines else None

    return field


def _is_function(row: Row) -> bool:
    return str(row["upstream_uri"]).startswith("urn:")


def _upstream(part: str) -> Field:
    """A part of the backend's URL; a function has none."""

    def field(row: Row) -> str | None:
        if _is_function(row) or not row["upstream_uri"]:
            return None
        scheme, rest = row["upstream_uri"].split("://", 1)
        address, slash, path = rest.partition("/")
        parts = {"scheme": scheme, "address": address, "uri": slash + path}
        return str(parts[part])

    return field


FIELDS: dict[str, Field] = {
    "remote_addr": _same("remote_addr"),
    "request_id": _same("request_id"),
    "api_id": _same("api_id"),
    "user_id": _same("user_id"),
    "app_id": _same("app_id"),
    "time_local": lambda row: row["time"].isoformat(),
    "request_time": _same("request_time"),
    "request_method": _same("request_method"),
    "scheme": _same("scheme"),
    "host": _same("host"),
    "router_uri": _same("router_uri"),
    "status": _same("status"),
    "bytes_sent": _same("bytes_sent"),
    "request_length": _same("request_length"),
    "http_user_agent": _same("http_user_agent"),
    "http_x_forwarded_for": _same("http_x_forwarded_for"),
    "upstream_addr": _upstream("address"),
    "upstream_uri": _upstream("uri"),
    "upstream_status": _same("upstream_status"),
    # Until the head of the answer; its body may be handed on as it comes.
    "upstream_header_time": _same("upstream_response_time"),
    "region_id": lambda _: settings.REGION,
    "errorType": lambda row: int(row["apig_err_code"] == THROTTLED),
    "auth_type": _same("auth_type"),
    "access_model1": _same("auth_type"),
    "access_model2": lambda row: _factor(row) or None,
    "inner_time": _inner,
    "body_bytes_sent": _same("body_bytes_sent"),
    "api_name": _same("api_name"),
    "app_name": _same("app_name"),
    **{f"custom_data_log{n}": _custom(n) for n in range(1, 11)},
    "response_source": lambda row: (
        "remote" if row["upstream_status"] and not row["apig_err_code"] else "local"
    ),
    "upstream_scheme": _upstream("scheme"),
    "group_id": _same("group_id"),
    "apig_err_code": _same("apig_err_code"),
    "function_urn": lambda row: row["upstream_uri"] if _is_function(row) else None,
    # What the vendor's log has not.
    "env_name": _same("env_name"),
    "authorizer_id": _same("authorizer_id"),
    "authorizer_time": _same("authorizer_time"),
    "error_type": _same("error_type"),
    "phase": _same("phase"),
    "reason": _same("reason"),
    "debug": _same("debug"),
}
