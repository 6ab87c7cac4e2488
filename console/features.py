"""Gateway parameters: what changes the whole gateway at run time.

Reference: policies.md section 11. `config` is a text: a number, `on` or `off`, or
JSON, as documented for each; what is not configured has its default.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from console import feature_values as values
from console import limits
from console.models.feature import Feature
from gateway.snapshot import ClientTls, Settings

log = logging.getLogger(__name__)
RATELIMIT = 200
MB = 1024 * 1024
CLIENT_CERTIFICATE = "backend_client_certificate"
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


def _field(name: str) -> Effect:
    return lambda value: {name: value}


def _app_auth(name: str) -> Effect:
    return lambda value: {"app_auths": (name,)} if value else {}


def _whole(value: dict[str, Any]) -> dict[str, Any]:
    """What was read are settings already."""
    return dict(value)


def _elsewhere(value: Any) -> dict[str, Any]:
    """No setting of calls: what it changes is looked up by its name."""
    return {}


PARAMETERS: dict[str, Parameter] = {
    "ratelimit": Parameter(
        "Default request throttling",
        '{"api_limits": 200}',
        "Calls of an API in a second while no policy is bound: 1 to 1,000,000.",
        values.member("api_limits", 1, 1_000_000),
        _field("ratelimit"),
    ),
    "request_body_size": Parameter(
        "Request body size",
        str(12 * MB),
        "The largest request body in bytes: 1 MB to 9,536 MB.",
        values.number(MB, 9536 * MB),
        _field("request_body_size"),
    ),
    "backend_timeout": Parameter(
        "Backend timeout",
        '{"max_timeout": 60000}',
        "The longest that an API may wait for its backend in ms: 1 to 600,000.",
        values.member("max_timeout", 1, 600_000),
        _field("backend_timeout"),
    ),
    "app_route": Parameter(
        "Calls by IP address",
        "off",
        "on: APIs with App authentication answer to the gateway's plain address in "
        "every group, not in DEFAULT alone.",
        values.switch,
        _field("app_route"),
    ),
    "real_ip_from_xff": Parameter(
        "Address from X-Forwarded-For",
        '{"enable": "off", "xff_index": -1}',
        "Which entry is the caller's: 0 is the first, -1 the last. Only behind a proxy "
        "that writes the header.",
        values.xff,
        _field("xff_index"),
    ),
    "real_ip_header_getter": Parameter(
        "Address from a header",
        '{"enable": "off", "header_getter": "header:X-Real-IP"}',
        "The header that has the caller's address. Only behind a proxy that writes it.",
        values.address_header,
        _field("real_ip_header"),
    ),
    "app_basic": Parameter(
        "App authentication: Basic",
        "off",
        "on: Authorization: Basic base64(AppKey:AppSecret) is accepted.",
        values.switch,
        _app_auth("app_basic"),
    ),
    "app_secret": Parameter(
        "App authentication: secret",
        "off",
        "on: X-HW-ID (AppKey) with X-HW-AppKey (AppSecret) is accepted. Not together "
        "with app_api_key.",
        values.switch,
        _app_auth("app_secret"),
    ),
    "app_api_key": Parameter(
        "App authentication: API key",
        "off",
        "on: the AppKey alone, as header or query parameter apikey, is accepted.",
        values.switch,
        _app_auth("app_api_key"),
    ),
    "app_jwt": Parameter(
        "App authentication: digest",
        '{"enable": "off", "auth_header": "Authorization"}',
        "on: the header has sha256(AppKey + AppSecret + Timestamp), with the header "
        "Timestamp in Unix seconds.",
        values.digest_header,
        lambda name: (
            {"app_auths": ("app_jwt",), "app_jwt_header": name} if name else {}
        ),
    ),
    "app_token": Parameter(
        "App authentication: token",
        '{"enable": "off", "app_token_expire_time": 3600, '
        '"refresh_token_expire_time": 7200, '
        '"app_token_uri": "/v1/apigw/oauth2/token", "app_token_key": ""}',
        "on: Authorization: Bearer access_token is accepted. A POST to app_token_uri "
        "with grant_type client_credentials, client_id (AppKey) and client_secret "
        "gives one. Times in seconds: 1 to 72,000.",
        values.app_token,
        lambda value: {"app_auths": ("app_token",), **value} if value else {},
        secret="app_token_key",
    ),
    "custom_auth_header": Parameter(
        "Headers of signatures",
        '{"enable": "off", "app_auth_header": "Authorization", '
        '"backend_sign_header": "Authorization"}',
        "on: apps send their signature, and backends get the gateway's, in these.",
        values.auth_headers,
        _whole,
    ),
    "throttle_strategy": Parameter(
        "Counting of calls",
        '{"enable": "off", "strategy": "cluster"}',
        "local: each gateway throttles for itself, also where Redis is shared. Quotas "
        "of credentials are counted together as before.",
        values.local_strategy,
        lambda value: {"throttle_local": value},
    ),
    "gzip": Parameter(
        "Compression",
        '{"enable": "off", "comp_level": 6}',
        "on: text over 1 KB is compressed for callers that accept gzip; level 1 to 9.",
        values.gzip_level,
        lambda value: {"gzip": value},
    ),
    "api_uri_no_escape": Parameter(
        "Paths as they come",
        "off",
        "on: a path is matched and handed on with its percent signs, so that %2F is no "
        "slash.",
        values.switch,
        _field("uri_no_escape"),
    ),
    "request_custom_config": Parameter(
        "Requests",
        '{"request_body_timeout": 8}',
        "How long a request body may take to arrive, in seconds: 1 to 600.",
        values.body_timeout,
        _field("request_body_timeout"),
    ),
    "default_group_host_trustlist": Parameter(
        "Addresses of the group DEFAULT",
        '{"enable": "off", "hosts": []}',
        "on: of all IP addresses, the group DEFAULT answers to these and the loopback "
        "ones. off: to every IP address that leads here.",
        values.trusted_hosts,
        _field("trusted_hosts"),
    ),
    "backend_token_allow": Parameter(
        "Tokens for backends",
        '{"backend_token_allow_users": []}',
        "Regular expressions: the X-Auth-Token of users whose whole name matches one "
        "is handed on to backends.",
        values.users,
        _field("token_allow"),
    ),
    "ssl_ciphers": Parameter(
        "Cipher suites",
        json.dumps({"ssl_ciphers": values.CIPHERS}),
        "Of independent domain names, up to TLS 1.2; TLS 1.3 has its own.",
        values.ciphers,
        _field("ssl_ciphers"),
    ),
    "custom_log": Parameter(
        "Custom log fields",
        '{"custom_logs": []}',
        'At most ten, such as {"location": "header", "name": "X-Name"}; location is '
        "header, query or cookie. They are in Logs, and in Kafka log policies as "
        "custom_data_log01 and so on.",
        values.custom_logs,
        _field("custom_logs"),
    ),
    "vpc_name_modifiable": Parameter(
        "Names of load balance channels",
        "on",
        "off: the name of a channel stays as it is.",
        values.switch,
        _elsewhere,
    ),
    "vpc_health_status": Parameter(
        "Health of servers in the API",
        "off",
        "on: the management API tells whether a load balance channel's servers are "
        "healthy, as the channel's page always does.",
        values.switch,
        _elsewhere,
    ),
    CLIENT_CERTIFICATE: Parameter(
        "Client certificate for backends",
        '{"enable": "off", "ca": "", "content": "", "key": ""}',
        "What HTTPS backends with two-way authentication are shown.",
        values.certificate,
        _elsewhere,
        secret="key",
        show=values.certificate_name,
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
    throttle_local: bool = False
    gzip: int = 0


# Each API has these of its own.
_APART = {"throttle_local", "gzip"}


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
    apart = {name: fields.pop(name) for name in _APART & fields.keys()}
    settings = replace(limits.of_calls(), **fields)
    return InForce(settings, frozenset(app_auths), **apart)


def client_certificate() -> ClientTls | None:
    """What backends with two-way authentication are shown, when that is on."""
    row = Feature.objects.filter(name=CLIENT_CERTIFICATE, enable=True).first()
    return _value(PARAMETERS[CLIENT_CERTIFICATE], row) if row else None


def of_calls() -> Settings:
    """The limits of calls in force, for whoever keeps one outside the gateway."""
    return in_force().settings
