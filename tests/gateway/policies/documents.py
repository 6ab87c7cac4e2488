"""A document of each plug-in with every member that it may have."""

import json
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates import authority
from tests.gateway.policies.tokens import jwk, jwks, private

_PARAMETERS = [
    {"id": "3wuj", "type": "header", "name": "Host", "value": "Host"},
    {"type": "path", "name": "reqPath", "value": "reqPath"},
]
_IS_HOST = json.dumps(["AND", ["Host", "==", "a.test"], ["reqPath", "~~", "^/a+$"]])
_CONDITION = {
    "breaker_type": "condition",
    "breaker_mode": "counter",
    "unhealthy_condition": '["$context.statusCode","in","500,501"]',
    "unhealthy_threshold": 30,
    "time_window": 15,
    "open_breaker_time": 15,
}
_SHARE = {
    "breaker_type": "timeout",
    "breaker_mode": "percentage",
    "min_call_threshold": 20,
    "unhealthy_percentage": 51,
    "time_window": 15,
    "open_breaker_time": 15,
}
_HTTP = {
    "isVpc": False,
    "vpc_channel_id": "",
    "address": "a.test:80",
    "scheme": "HTTP",
    "method": "GET",
    "path": "/",
    "timeout": 5000,
}
_MOCK = {
    "status_code": 200,
    "result_content": "later",
    "headers": [{"name": "X-A", "value": "1"}],
}


def _stands_in(name: str, backend: dict[str, Any]) -> dict[str, Any]:
    return {
        "rule_name": name,
        "parameters": ["Host"],
        "match_regex": _IS_HOST,
        "breaker_condition": _SHARE,
        "downgrade_backend": backend,
    }


def _public() -> str:
    key = private("k1").public_key()
    text: bytes = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return text.decode()


DOCUMENTS: dict[str, dict[str, Any]] = {
    "cors": {
        "allow_origin": "https://a.test,https://b.test",
        "allow_methods": "GET,POST",
        "allow_headers": "Content-Type",
        "expose_headers": "X-Request-Id",
        "max_age": 86_400,
        "allow_credentials": True,
    },
    "set_resp_headers": {
        "response_headers": [
            {
                "name": "X-A",
                "value": "1",
                "value_type": "custom_value",
                "action": "Override",
            },
            {
                "name": "X-Cache",
                "value": "$context.cacheStatus",
                "value_type": "system_parameter",
                "action": "add",
            },
        ]
    },
    "rate_limit": {
        "scope": "share",
        "default_time_unit": "minute",
        "default_interval": 1,
        "api_limit": 100,
        "user_limit": 50,
        "app_limit": 50,
        "ip_limit": 20,
        "algorithm": "haht",
        "specials": [
            {"type": "app", "policies": [{"key": "a1", "limit": 10}]},
            {"type": "user", "policies": [{"key": "u1", "limit": 10}]},
        ],
        "parameters": _PARAMETERS,
        "rules": [
            {
                "rule_name": "r1",
                "match_regex": _IS_HOST,
                "time_unit": "second",
                "interval": 2,
                "limit": 5,
            }
        ],
    },
    "breaker": {
        "scope": "basic",
        "breaker_condition": _CONDITION,
        "downgrade_default": {"type": "mock", "mock_info": _MOCK},
        "downgrade_parameters": _PARAMETERS,
        "downgrade_rules": [
            _stands_in("http", {"type": "http", "http_info": _HTTP}),
            _stands_in(
                "channel",
                {
                    "type": "http_vpc",
                    "http_vpc_info": _HTTP | {"isVpc": True, "vpc_channel_id": "c"},
                },
            ),
            _stands_in(
                "function",
                {
                    "type": "function",
                    "func_info": {"function_urn": "urn:fss:f", "timeout": 5000},
                },
            ),
            _stands_in(
                "told",
                {
                    "type": "passthrough",
                    "passthrough_infos": [{"key": "X-Down", "value": "1"}],
                },
            ),
        ],
    },
    "third_auth": {
        "auth_request": {
            "method": "GET",
            "protocol": "HTTPS",
            "url_domain": "auth.test:8080",
            "path": "/check",
            "timeout": 5000,
            "vpc_channel_enabled": True,
            "vpc_channel_info": {"vpc_id": "c", "vpc_proxy_host": "h"},
        },
        "identities": {
            "headers": [{"name": "X-Token"}],
            "queries": [{"name": "user_name"}],
        },
        "carry_body": {"enabled": True, "max_body_size": 1000},
        "carry_path_enabled": True,
        "return_resp_body_enabled": True,
        "carry_resp_headers": ["X-User"],
        "simple_auth_mode_enabled": False,
        "match_auth": {"key": "X-Auth", "value": "ok"},
        "rule_enabled": True,
        "rule_type": "deny",
        "parameters": _PARAMETERS,
        "rules": [{"rule_name": "r", "match_regex": _IS_HOST}],
        "custom_forbid_limit": 100,
        "auth_downgrade_enabled": True,
    },
    "proxy_cache": {
        "cache_key": {
            "system_params": ["$context.sourceIp"],
            "parameters": ["q"],
            "headers": ["X-Custom"],
        },
        "cache_http_status_and_ttl": [{"http_status": [200, 203], "ttl": 5}],
        "client_cache_control": {"mode": "apps", "datas": ["a1"]},
        "cacheable_headers": ["X-Kept"],
    },
    "proxy_mirror": {
        "protocol": "HTTPS",
        "host": "mirror.test:80",
        "path": "/copy",
        "path_concat_mode": "prefix",
        "sample_ratio": 0.5,
        "timeout": 5000,
        "mirror_request_body_enabled": True,
    },
    "jwt_auth": {
        "jwks_service": {
            "uri": "https://idp.test/keys",
            "timeout": 5000,
            "ttl": 300,
            "custom_host": "idp",
        },
        "jwks": jwks(jwk("k1")),
        "token_location": "header",
        "token_name": "X-Token",
        "token_prefix": "Bearer",
        "token_expiration_tolerance": "60",
        "token_pass_through_enabled": True,
        "carry_payload": {"header": "X-Payload"},
        "missing_token_skip_auth_enabled": True,
        "ignore_expiration_validation_enabled": True,
        "claims_to_headers": [
            {"claim": "sub", "header": "X-User", "is_override": False}
        ],
        "blacklist": [{"claim": "sub", "value": "mallory"}],
    },
    "oidc_auth": {
        "client_id": "me",
        "client_secret": "hush",
        "discovery": "https://idp.test/.well-known/openid-configuration",
        "redirect_api_id": "a1",
        "scope": "openid",
        "logout_api_id": "a2",
        "access_token_expires_in": 3600,
        "jwt_cache_enabled": True,
        "jwks_enabled": True,
        "public_key": _public(),
        "redirect_after_logout_uri": "/bye",
        "slient_renew_access_token_enabled": True,
    },
    "kafka_log": {
        "broker_list": ["10.0.0.1:9092"],
        "topic": "calls",
        "key": "k",
        "max_retry_count": 5,
        "retry_backoff": 10,
        "sasl_config": {
            "security_protocol": "SASL_SSL",
            "sasl_mechanisms": "PLAIN",
            "sasl_username": "u",
            "sasl_password": "p",
            "ssl_ca_content": authority().pem,
        },
        "meta_config": {
            "system": {"api_id": True, "host": False},
            "call_data": {
                "log_request_header": True,
                "request_header_filter": "a,b*",
                "log_request_query_string": True,
                "request_query_string_filter": "q",
                "log_request_body": True,
                "log_response_header": True,
                "response_header_filter": "x-*",
                "log_response_body": True,
                "custom_authorizer": {"frontend": ["user_name"], "backend": ["b"]},
            },
        },
    },
}
