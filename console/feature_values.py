"""What the configuration of a gateway parameter says (policies.md section 11).

Each reader gives the value in a text, or ValueError with the rule that it breaks.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

import orjson
from django.core.exceptions import ValidationError

from console import pem
from gateway.client import tls_context
from gateway.patterns import pattern
from gateway.snapshot import ClientTls

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,63}\Z")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]{1,127}\Z")
CIPHERS = tuple(
    f"ECDHE-{kind}-{cipher}"
    for kind in ("ECDSA", "RSA")
    for cipher in (
        "AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-SHA384",
        "AES128-SHA256",
    )
)


def number(low: int, high: int) -> Callable[[str], int]:
    def read(config: str) -> int:
        if (
            not config.isascii()
            or not config.isdigit()
            or not (low <= int(config[:20]) <= high)
        ):
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return int(config)

    return read


def switch(config: str) -> bool:
    if config not in ("on", "off"):
        raise ValueError("on or off")
    return config == "on"


def json_object(config: str) -> dict[str, Any]:
    try:
        raw = orjson.loads(config)
    except ValueError:
        raw = None
    if not isinstance(raw, dict):
        raise ValueError("it must be a JSON object")
    return raw


def member(name: str, low: int, high: int) -> Callable[[str], int]:
    def read(config: str) -> int:
        value = json_object(config).get(name)
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{name}: a whole number from {low:,} to {high:,}")
        return value

    return read


def enabled(raw: Mapping[str, Any]) -> bool:
    if raw.get("enable") not in ("on", "off"):
        raise ValueError("enable: on or off")
    return bool(raw["enable"] == "on")


def xff(config: str) -> int | None:
    raw = json_object(config)
    index = raw.get("xff_index", -1)
    if type(index) is not int or not -(2**31) <= index < 2**31:
        raise ValueError("xff_index: a whole number")
    return index if enabled(raw) else None


def address_header(config: str) -> str:
    raw = json_object(config)
    getter = str(raw.get("header_getter", ""))
    on, name = enabled(raw), getter.removeprefix("header:")
    if on and (name == getter or not _HEADER.match(name)):
        raise ValueError("header_getter: a header such as header:X-Real-IP")
    return name if on else ""


def digest_header(config: str) -> str:
    raw = json_object(config)
    name = str(raw.get("auth_header", "Authorization"))
    if not _HEADER.match(name):
        raise ValueError("auth_header: the name of a header")
    return name if enabled(raw) else ""


def certificate(config: str) -> ClientTls | None:
    """What is shown to backends; while it is off, any text may be in it."""
    raw = json_object(config)
    ca, content, key = (raw.get(name, "") for name in ("ca", "content", "key"))
    if not all(isinstance(text, str) for text in (ca, content, key)):
        raise ValueError("ca, content and key: texts in PEM")
    if not enabled(raw):
        return None
    try:
        pem.check_shown(content, key)
        tls = ClientTls(pem.authorities(ca) if ca else "", content, key)
    except ValidationError as error:
        raise ValueError(error.messages[0].rstrip(".")) from None
    tls_context(tls)
    return tls


def certificate_name(config: str) -> str:
    """What a list says of it; the texts themselves are long."""
    raw = json_object(config)
    if not raw.get("content"):
        return str(raw.get("enable"))
    try:
        facts = pem.facts(raw["content"])
    except ValidationError:
        return f"{raw.get('enable')}: unreadable"
    return f"{raw.get('enable')}: {facts.common_name}, to {facts.not_after:%Y/%m/%d}"


def app_token(config: str) -> dict[str, Any] | None:
    """The settings of tokens for apps; None while they are off."""
    raw = json_object(config)
    uri = raw.get("app_token_uri", "/v1/apigw/oauth2/token")
    key = raw.get("app_token_key", "")
    if not isinstance(uri, str) or not _PATH.match(uri):
        raise ValueError("app_token_uri: a path such as /v1/apigw/oauth2/token")
    if not isinstance(key, str) or len(key) > 1024:
        raise ValueError("app_token_key: a text of at most 1,024 characters")
    found = {
        "app_token_uri": uri,
        "app_token_key": key,
        "app_token_time": _within(raw, "app_token_expire_time", 3600, 72_000),
        "refresh_token_time": _within(raw, "refresh_token_expire_time", 7200, 72_000),
    }
    return found if enabled(raw) else None


def _within(raw: Mapping[str, Any], name: str, usual: int, high: int) -> int:
    value = raw.get(name, usual)
    if type(value) is not int or not 1 <= value <= high:
        raise ValueError(f"{name}: a whole number from 1 to {high:,}")
    return value


def local_strategy(config: str) -> bool:
    """Whether each gateway counts for itself."""
    raw = json_object(config)
    strategy = raw.get("strategy", "cluster")
    if strategy not in ("cluster", "local"):
        raise ValueError("strategy: cluster or local")
    return enabled(raw) and bool(strategy == "local")


def auth_headers(config: str) -> dict[str, str]:
    """The headers of signatures, from apps and toward backends."""
    raw = json_object(config)
    found = {}
    for name in ("app_auth_header", "backend_sign_header"):
        header = raw.get(name) or "Authorization"
        if not isinstance(header, str) or not _HEADER.match(header):
            raise ValueError(f"{name}: the name of a header")
        found[name] = header
    return found if enabled(raw) else {}


def gzip_level(config: str) -> int:
    """How hard answers are compressed; 0 while they are not."""
    raw = json_object(config)
    level = _within(raw, "comp_level", 6, 9)
    return level if enabled(raw) else 0


def body_timeout(config: str) -> int:
    """In ms; the document has seconds."""
    return _within(json_object(config), "request_body_timeout", 8, 600) * 1000


def trusted_hosts(config: str) -> tuple[str, ...]:
    """Addresses of the gateway that the group DEFAULT answers to."""
    raw = json_object(config)
    hosts = raw.get("hosts", [])
    rule = "hosts: a list of IP addresses"
    if not isinstance(hosts, list):
        raise ValueError(rule)
    try:
        found = tuple(str(ip_address(host)) for host in map(_text, hosts))
    except ValueError:
        raise ValueError(rule) from None
    if enabled(raw) and not found:
        raise ValueError("hosts: at least one IP address")
    return found if enabled(raw) else ()


def ciphers(config: str) -> tuple[str, ...]:
    chosen = json_object(config).get("ssl_ciphers")
    if not isinstance(chosen, list) or not chosen:
        raise ValueError("ssl_ciphers: a list of at least one cipher suite")
    for name in chosen:
        if name not in CIPHERS:
            raise ValueError(f"ssl_ciphers: {name} is none of {', '.join(CIPHERS)}")
    return tuple(dict.fromkeys(chosen))


def users(config: str) -> tuple[str, ...]:
    """Regular expressions of the names of users."""
    name = "backend_token_allow_users"
    found = json_object(config).get(name)
    if not isinstance(found, list) or len(found) > 100:
        raise ValueError(f"{name}: a list of at most 100 regular expressions")
    for number, each in enumerate(found):
        try:
            pattern(_text(each))
        except ValueError as error:
            raise ValueError(f"{name}[{number}]: {error}") from None
    return tuple(found)


def custom_logs(config: str) -> tuple[tuple[str, str], ...]:
    """Where, and by what name, there is more to put on record."""
    listed = json_object(config).get("custom_logs")
    if not isinstance(listed, list) or len(listed) > 10:
        raise ValueError("custom_logs: a list of at most 10 entries")
    if len(config.encode()) > 2048:
        raise ValueError("custom_logs: at most 2 KB")
    return tuple(_log(f"custom_logs[{n}]", each) for n, each in enumerate(listed))


def _log(path: str, raw: Any) -> tuple[str, str]:
    if not isinstance(raw, dict) or raw.get("location") not in (
        "header",
        "query",
        "cookie",
    ):
        raise ValueError(f"{path}.location: header, query or cookie")
    name = raw.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= 128 or not name.isascii():
        raise ValueError(f"{path}.name: 1 to 128 characters of ASCII")
    return raw["location"], name


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it must be a string")
    return value
