"""What the form of a backend shows of a saved document."""

from typing import Any

from console.models.api.backends import named
from console.models.version import LATEST
from console.urns import UnknownFunction

Document = dict[str, Any]
# Of saved documents: what the form calls some members.
NAMES = {
    "method": "req_method",
    "protocol": "req_protocol",
    "address": "url_domain",
    "path": "req_uri",
    "backend_remark": "remark",
}


def initial_of(saved: Document) -> Document:
    """What the fields show of a saved document."""
    shown = {name: saved[member] for name, member in NAMES.items() if member in saved}
    tls = ("enable_client_ssl", "ca_content")
    names = ("timeout", *tls, "invocation_type", "network_type")
    mock = ("status_code", "result_content", "authorizer_id", "backend_type")
    shown |= {name: saved[name] for name in (*names, *mock) if name in saved}
    if "function_urn" not in saved:
        shown["edition"] = saved.get("version", "")
    shown["guarded"] = bool(saved.get("authorizer_id"))
    if "retry_count" in saved:
        info = saved["vpc_channel_info"] or {}
        shown |= {
            "retries": int(saved["retry_count"]),
            "by_channel": saved["vpc_channel_status"],
            "channel": info.get("vpc_channel_id"),
            "proxy_host": info.get("vpc_channel_proxy_host", ""),
        }
    if "function_urn" in saved:
        shown |= _function_initial(saved)
    return shown


def _function_initial(saved: Document) -> Document:
    try:
        found = named(saved)
    except UnknownFunction:
        return {}
    return {
        "function": found.function.pk,
        "target": (found.alias or found.version or found.function).pk
        if found.alias or found.version
        else LATEST,
    }
