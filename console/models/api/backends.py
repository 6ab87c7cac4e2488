"""Where calls end: the documents of a backend (reference: api.md sections 2.2 to 2.4).

`backend_api`, `func_info` and `mock_info`, and the same members inside a backend
policy. What they refer to by name or id has to be there.
"""

import re
from typing import Any

from django.core.exceptions import ValidationError

from console import pem, urns
from console.models.api.paths import read_backend_path
from console.models.api.shape import (
    INVALID_CODE,
    Member,
    Members,
    boolean,
    broken,
    check_unique,
    one_of,
    read_list,
    read_object,
    text,
    whole,
    within,
)
from console.models.authorizer import Authorizer
from console.models.channel import Channel
from gateway.client import tls_context
from gateway.snapshot import ClientTls

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "ANY")
MAX_CONTENT = 20_480
MAX_HEADERS = 10
MAX_CA = 65_535
LONGEST_V1, LONGEST = 60_000, 600_000
# How members of groups are asked differently is 4; the vendor refuses 3.
BY_CHANNEL, BY_ADDRESS, BY_GROUP = 1, 2, 4
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}\Z")
_VARIABLE = r"#[A-Za-z][A-Za-z0-9_-]{2,31}#"
_PORT = r":\d{1,5}"
_ADDRESS = (
    rf"(?:[A-Za-z0-9._-]|{_VARIABLE})+(?:{_PORT}|:?{_VARIABLE})?"
    rf"|\[[0-9a-fA-F:.]+\](?:{_PORT})?"
)
_ID = text(64, r"[A-Za-z0-9_-]*", "an id")

BACKEND_API: Members = {
    "url_domain": Member(
        "Backend Address",
        text(255, _ADDRESS, "host or host:port, or #Variable# of an environment"),
        "",
    ),
    "req_protocol": Member("Protocol", one_of("HTTP", "HTTPS")),
    "req_method": Member("Method", one_of(*METHODS)),
    "req_uri": Member("Path", read_backend_path),
    "timeout": Member("Timeout (ms)", whole(1, LONGEST)),
    "retry_count": Member(
        "Retries", text(2, r"-1|\d|10", 'a text from "-1" to "10"'), "-1"
    ),
    "enable_client_ssl": Member("Two-Way Authentication", boolean, False),
    # Of ours: the vendor trusts one list of authorities for all backends.
    "ca_content": Member("Backend CA", lambda raw: _authorities(raw), ""),
    "vpc_channel_status": Member(
        "Load Balance Channel", one_of(BY_CHANNEL, BY_ADDRESS, BY_GROUP), BY_ADDRESS
    ),
    "vpc_channel_info": Member("Load Balance Channel", lambda raw: _channel(raw), None),
    "member_group_url_infos": Member("Group URLs", lambda raw: _group_urls(raw), []),
    "authorizer_id": Member("Backend Authentication", _ID, ""),
    "remark": Member("Description", text(255), ""),
    "version": Member("Version", text(16), ""),
}
CHANNEL_INFO: Members = {
    "vpc_channel_id": Member("Load Balance Channel", _ID),
    "vpc_channel_proxy_host": Member(
        "Host Header",
        text(254, r"[.:a-zA-Z0-9_-]+", "letters, digits and . : - _"),
        "",
    ),
}
GROUP_URL: Members = {
    "member_group_id": Member("Group", _ID),
    "req_protocol": BACKEND_API["req_protocol"],
    "req_method": BACKEND_API["req_method"],
    "req_uri": BACKEND_API["req_uri"],
}
FUNC_INFO: Members = {
    "function_urn": Member("Function URN", text(512)),
    "invocation_type": Member("Invocation Mode", one_of("sync", "async")),
    "network_type": Member("Network Architecture", one_of("V1", "V2")),
    "timeout": Member("Timeout (ms)", whole(1, LONGEST)),
    "version": Member("Version", text(64), ""),
    "alias_urn": Member("Alias", text(512), ""),
    "req_protocol": Member("Protocol", one_of("HTTPS"), "HTTPS"),
    "authorizer_id": Member("Backend Authentication", _ID, ""),
    "remark": Member("Description", text(255), ""),
}
MOCK_INFO: Members = {
    "status_code": Member("Status Code", whole(200, 599), 200),
    "result_content": Member("Response", text(MAX_CONTENT), ""),
    "headers": Member("Headers", lambda value: _headers(value), []),
    "authorizer_id": Member("Backend Authentication", _ID, ""),
    "remark": Member("Description", text(255), ""),
    "version": Member("Version", text(64), ""),
}
# By backend_type: the field of the API, and its members.
DOCUMENTS: dict[str, tuple[str, Members]] = {
    "HTTP": ("backend_api", BACKEND_API),
    "FUNCTION": ("func_info", FUNC_INFO),
    "MOCK": ("mock_info", MOCK_INFO),
}
Document = dict[str, Any]


def read_backend(kind: str, raw: Any) -> Document:
    """A backend's document, complete; ValidationError says what is wrong."""
    backend = read_object(raw, DOCUMENTS[kind][1])
    check_authorizer(backend["authorizer_id"])
    if kind == "HTTP":
        _check_http(backend)
    if kind == "FUNCTION":
        _check_function(backend)
    return backend


def paths(backend: Document) -> str | None:
    """Every path that a backend may be asked for, as one; None where it has none."""
    if "req_uri" not in backend:
        return None
    groups = backend.get("member_group_url_infos") or []
    return "".join(each["req_uri"] for each in (backend, *groups))


def check_authorizer(authorizer_id: str) -> None:
    if not authorizer_id:
        return
    row = Authorizer.objects.filter(pk=authorizer_id).first()
    if row is None:
        raise broken(
            f"Backend Authentication: there is no authorizer {authorizer_id}.",
            "APIG.3081",
        )
    if row.type != Authorizer.Type.BACKEND:
        raise broken("Backend Authentication: choose a backend authorizer.")


def named(backend: Document) -> urns.Named:
    """The function, version or alias of a function backend; UnknownFunction."""
    urn = backend["alias_urn"] or backend["function_urn"]
    version = backend["version"]
    if not backend["alias_urn"] and version and urn.count(":") == 6:
        urn = f"{urn}:{version}"
    return urns.resolve(urn)


def _check_http(backend: Document) -> None:
    if backend["vpc_channel_status"] != BY_GROUP:
        backend["member_group_url_infos"] = []
    if backend["vpc_channel_status"] != BY_ADDRESS:
        _check_channel(backend)
    else:
        backend["vpc_channel_info"] = None
        if not backend["url_domain"]:
            raise broken("Backend Address is missing.", "APIG.2001")
    port = re.search(r":(\d+)\Z", backend["url_domain"])
    if port and not 0 < int(port[1]) < 65_536:
        raise broken("Backend Address: a port is a number from 1 to 65535.")
    _check_timeout(backend["timeout"])
    _check_tls(backend)


def _check_tls(backend: Document) -> None:
    from console import features

    if backend["req_protocol"] != "HTTPS":
        if backend["enable_client_ssl"]:
            raise broken("Two-Way Authentication: only with HTTPS.", "APIG.3717")
        if backend["ca_content"]:
            raise broken("Backend CA: only with HTTPS.")
    elif backend["enable_client_ssl"] and features.client_certificate() is None:
        raise broken(
            "Two-Way Authentication: enable the gateway parameter "
            f"{features.CLIENT_CERTIFICATE}, with a certificate, first."
        )


def _authorities(value: Any) -> str:
    """Certificates of CAs, in PEM, that the gateway can use."""
    try:
        found = pem.authorities(text(MAX_CA)(value))
    except ValidationError as error:
        problem = error.messages[0].removeprefix("CA: ").rstrip(".")
        raise ValueError(problem) from None
    tls_context(ClientTls(found))
    return found


def _check_timeout(timeout: int) -> None:
    """Of HTTP backends, the gateway parameter says how long is too long."""
    from console import features

    most = features.of_calls().backend_timeout
    if timeout > most:
        raise broken(
            f"Timeout (ms): at most {most:,}, the gateway parameter backend_timeout."
        )


def _check_channel(backend: Document) -> None:
    """A channel that is there, with more members than retries."""
    if not backend["vpc_channel_info"]:
        raise broken("Load Balance Channel is missing.", "APIG.2001")
    backend["url_domain"] = ""
    channel_id = backend["vpc_channel_info"]["vpc_channel_id"]
    channel = Channel.objects.filter(pk=channel_id).first()
    if channel is None:
        raise broken(
            f"Load Balance Channel: there is no channel {channel_id}.", "APIG.3023"
        )
    if int(backend["retry_count"]) >= max(channel.enabled_members, 1):
        raise broken("Retries: fewer than the channel has enabled members.")
    if backend["vpc_channel_status"] == BY_GROUP:
        _check_groups(backend["member_group_url_infos"], channel)


def _check_groups(infos: list[Document], channel: Channel) -> None:
    """URLs of groups that the channel has, one for each at most."""
    if not infos:
        raise broken("Group URLs: add at least one.", "APIG.2001")
    known = set(channel.member_groups.values_list("pk", flat=True))
    ids = [info["member_group_id"] for info in infos]
    for pk in ids:
        if pk not in known:
            raise broken(f"Group URLs: {channel} has no group {pk}.")
    check_unique(ids, "has two Group URLs.", INVALID_CODE)


def _channel(raw: Any) -> dict[str, Any]:
    return read_object(raw, CHANNEL_INFO)


def _group_urls(raw: Any) -> list[Document]:
    def read(each: Any) -> Document:
        return read_object(each, GROUP_URL)

    with within("Group URLs"):
        return read_list(raw, read, "VPC_INSTANCE_NUM_LIMIT")


def _check_function(backend: Document) -> None:
    try:
        named(backend)
    except urns.UnknownFunction as error:
        raise broken(f"Function URN: {error}.", "APIG.3019") from None
    if backend["network_type"] == "V1" and backend["timeout"] > LONGEST_V1:
        raise broken(
            f"Timeout (ms): at most {LONGEST_V1} with network architecture V1."
        )


def _headers(value: Any) -> list[dict[str, str]]:
    """A Mock's response headers: name, value and description."""
    if not isinstance(value, list) or not all(map(_is_header, value)):
        raise ValueError("a list of objects with name and value")
    if len(value) > MAX_HEADERS:
        raise ValueError(f"at most {MAX_HEADERS}")
    return [_header(raw) for raw in value]


def _is_header(raw: Any) -> bool:
    return isinstance(raw, dict) and all(
        isinstance(raw.get(key, ""), str) for key in ("name", "value", "remark")
    )


def _header(raw: dict[str, str]) -> dict[str, str]:
    name, value = raw.get("name", ""), raw.get("value")
    if value is None:
        raise ValueError("a list of objects with name and value")
    if not _TOKEN.match(name):
        raise ValueError(f"{name}: a name has 1 to 128 letters, digits and -")
    if not value.isprintable() or not value.isascii():
        raise ValueError(f"{name}: a value is one line of ASCII characters")
    return {"name": name, "value": value, "remark": raw.get("remark", "")}
