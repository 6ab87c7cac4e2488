"""Gateway parameters: what changes the whole gateway at run time.

Reference: policies.md section 11. `config` is a text: a number, `on` or `off`, or
JSON, as documented for each; what is not configured has its default.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError

from console import limits, pem
from console.models.feature import Feature
from gateway.client import tls_context
from gateway.snapshot import ClientTls, Settings

log = logging.getLogger(__name__)
RATELIMIT = 200
MB = 1024 * 1024
CLIENT_CERTIFICATE = "backend_client_certificate"
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,63}\Z")
# What a configuration makes of the settings: fields, or a name of `app_auths`.
Effect = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Parameter:
    """`read` gives the value in a config, or ValueError; `effect` its settings.

    `secret` is the member of the config that is kept apart, and never shown.
    """

    title: str
    default: str
    help: str
    read: Callable[[str], Any]
    effect: Effect
    secret: str = ""
    show: Callable[[str], str] = str


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(config: str) -> int:
        if (
            not config.isascii()
            or not config.isdigit()
            or not (low <= int(config[:20]) <= high)
        ):
            raise ValueError(f"a whole number from {low:,} to {high:,}")
        return int(config)

    return read


def _switch(config: str) -> bool:
    if config not in ("on", "off"):
        raise ValueError("on or off")
    return config == "on"


def _object(config: str) -> dict[str, Any]:
    try:
        raw = json.loads(config)
    except ValueError:
        raw = None
    if not isinstance(raw, dict):
        raise ValueError("it must be a JSON object")
    return raw


def _member(name: str, low: int, high: int) -> Callable[[str], int]:
    def read(config: str) -> int:
        value = _object(config).get(name)
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"{name}: a whole number from {low:,} to {high:,}")
        return value

    return read


def _enabled(raw: Mapping[str, Any]) -> bool:
    if raw.get("enable") not in ("on", "off"):
        raise ValueError("enable: on or off")
    return bool(raw["enable"] == "on")


def _xff(config: str) -> int | None:
    raw = _object(config)
    index = raw.get("xff_index", -1)
    if type(index) is not int or not -(2**31) <= index < 2**31:
        raise ValueError("xff_index: a whole number")
    return index if _enabled(raw) else None


def _address_header(config: str) -> str:
    raw = _object(config)
    getter = str(raw.get("header_getter", ""))
    on, name = _enabled(raw), getter.removeprefix("header:")
    if on and (name == getter or not _HEADER.match(name)):
        raise ValueError("header_getter: a header such as header:X-Real-IP")
    return name if on else ""


def _digest_header(config: str) -> str:
    raw = _object(config)
    name = str(raw.get("auth_header", "Authorization"))
    if not _HEADER.match(name):
        raise ValueError("auth_header: the name of a header")
    return name if _enabled(raw) else ""


def _certificate(config: str) -> ClientTls | None:
    """What is shown to backends; while it is off, any text may be in it."""
    raw = _object(config)
    ca, content, key = (raw.get(name, "") for name in ("ca", "content", "key"))
    if not all(isinstance(text, str) for text in (ca, content, key)):
        raise ValueError("ca, content and key: texts in PEM")
    if not _enabled(raw):
        return None
    try:
        pem.check_shown(content, key)
        tls = ClientTls(pem.authorities(ca) if ca else "", content, key)
    except ValidationError as error:
        raise ValueError(error.messages[0].rstrip(".")) from None
    tls_context(tls)
    return tls


def _certificate_name(config: str) -> str:
    """What a list says of it; the texts themselves are long."""
    raw = _object(config)
    if not raw.get("content"):
        return str(raw.get("enable"))
    try:
        facts = pem.facts(raw["content"])
    except ValidationError:
        return f"{raw.get('enable')}: unreadable"
    return f"{raw.get('enable')}: {facts.common_name}, to {facts.not_after:%Y/%m/%d}"


def _field(name: str) -> Effect:
    return lambda value: {name: value}


def _app_auth(name: str) -> Effect:
    return lambda value: {"app_auths": (name,)} if value else {}


PARAMETERS: dict[str, Parameter] = {
    "ratelimit": Parameter(
        "Default request throttling",
        '{"api_limits": 200}',
        "Calls of an API in a second while no policy is bound: 1 to 1,000,000.",
        _member("api_limits", 1, 1_000_000),
        _field("ratelimit"),
    ),
    "request_body_size": Parameter(
        "Request body size",
        str(12 * MB),
        "The largest request body in bytes: 1 MB to 9,536 MB.",
        _number(MB, 9536 * MB),
        _field("request_body_size"),
    ),
    "backend_timeout": Parameter(
        "Backend timeout",
        '{"max_timeout": 60000}',
        "The longest that an API may wait for its backend in ms: 1 to 600,000.",
        _member("max_timeout", 1, 600_000),
        _field("backend_timeout"),
    ),
    "app_route": Parameter(
        "Calls by IP address",
        "off",
        "on: every group answers to the gateway's plain address, not DEFAULT alone.",
        _switch,
        _field("app_route"),
    ),
    "real_ip_from_xff": Parameter(
        "Address from X-Forwarded-For",
        '{"enable": "off", "xff_index": -1}',
        "Which entry is the caller's: 0 is the first, -1 the last. Only behind a proxy "
        "that writes the header.",
        _xff,
        _field("xff_index"),
    ),
    "real_ip_header_getter": Parameter(
        "Address from a header",
        '{"enable": "off", "header_getter": "header:X-Real-IP"}',
        "The header that has the caller's address. Only behind a proxy that writes it.",
        _address_header,
        _field("real_ip_header"),
    ),
    "app_basic": Parameter(
        "App authentication: Basic",
        "off",
        "on: Authorization: Basic base64(AppKey:AppSecret) is accepted.",
        _switch,
        _app_auth("app_basic"),
    ),
    "app_secret": Parameter(
        "App authentication: secret",
        "off",
        "on: X-HW-ID (AppKey) with X-HW-AppKey (AppSecret) is accepted. Not together "
        "with app_api_key.",
        _switch,
        _app_auth("app_secret"),
    ),
    "app_api_key": Parameter(
        "App authentication: API key",
        "off",
        "on: the AppKey alone, as header or query parameter apikey, is accepted.",
        _switch,
        _app_auth("app_api_key"),
    ),
    "app_jwt": Parameter(
        "App authentication: digest",
        '{"enable": "off", "auth_header": "Authorization"}',
        "on: the header has sha256(AppKey + AppSecret + Timestamp), with the header "
        "Timestamp in Unix seconds.",
        _digest_header,
        lambda name: (
            {"app_auths": ("app_jwt",), "app_jwt_header": name} if name else {}
        ),
    ),
    CLIENT_CERTIFICATE: Parameter(
        "Client certificate for backends",
        '{"enable": "off", "ca": "", "content": "", "key": ""}',
        "What HTTPS backends with two-way authentication are shown.",
        _certificate,
        # No limit of calls: `client_certificate` has it.
        lambda _: {},
        secret="key",
        show=_certificate_name,
    ),
}


def _value(parameter: Parameter, row: Feature) -> Any:
    """None for what cannot be read: the default holds then."""
    try:
        return parameter.read(row.whole)
    except ValueError as error:
        log.error("gateway parameter %s: %s", row.name, error)
        return None


@dataclass(frozen=True)
class InForce:
    """What all parameters together make of the gateway."""

    settings: Settings
    app_auths: frozenset[str]


def in_force() -> InForce:
    """The settings of calls, with everything that is configured."""
    fields: dict[str, Any] = {"ratelimit": RATELIMIT}
    app_auths: list[str] = []
    for row in Feature.objects.filter(enable=True).exclude(name=CLIENT_CERTIFICATE):
        parameter = PARAMETERS.get(row.name)
        if parameter is not None and (value := _value(parameter, row)) is not None:
            found = parameter.effect(value)
            app_auths += found.pop("app_auths", ())
            fields |= found
    return InForce(replace(limits.of_calls(), **fields), frozenset(app_auths))


def client_certificate() -> ClientTls | None:
    """What backends with two-way authentication are shown, when that is on."""
    row = Feature.objects.filter(name=CLIENT_CERTIFICATE, enable=True).first()
    return _value(PARAMETERS[CLIENT_CERTIFICATE], row) if row else None


def of_calls() -> Settings:
    """The limits of calls in force, for whoever keeps one outside the gateway."""
    return in_force().settings
