"""Refusals: every error the gateway can send (reference: auth.md sections 1.2, 6, 7).

    GatewayError                      status  code       gateway response type
    ├─ BadRequest                     400     APIG.0201  DEFAULT_4XX
    ├─ BodyTooLarge                   413     APIG.0201  DEFAULT_4XX
    ├─ UriTooLarge                    414     APIG.0201  DEFAULT_4XX
    ├─ HeadersTooLarge                494     APIG.0201  DEFAULT_4XX
    ├─ RequestTimeout                 408     APIG.0201  DEFAULT_4XX
    ├─ BadParameter                   400     APIG.0201  REQUEST_PARAMETERS_FAILURE
    ├─ ProtocolNotSupported           400     APIG.0607  DEFAULT_4XX
    ├─ TlsVersionNotSupported         400     APIG.0204  DEFAULT_4XX
    ├─ ClientCertificateError         400     APIG.0205  DEFAULT_4XX
    ├─ Throttled                      429     APIG.0308  THROTTLED
    ├─ OrchestrationMissing       400     APIG.0106  ORCHESTRATION_PARAMETER_NOT_FOUND
    ├─ OrchestrationFailed            400     APIG.0106  ORCHESTRATION_FAILURE
    ├─ QuotaUsedUp                    405     APIG.0501  DEFAULT_4XX
    ├─ AddressUnknown                 403     APIG.0401  ACCESS_DENIED
    ├─ AddressRefused                 403     APIG.0402  ACCESS_DENIED
    ├─ AppAddressRefused              403     APIG.0405  ACCESS_DENIED
    ├─ AccountRefused                 403     APIG.0302  ACCESS_DENIED
    ├─ ApiNotFound                    404     APIG.0101  NOT_FOUND
    ├─ IamAuthError                   401     APIG.0301  AUTH_FAILURE
    │  └─ IamAuthMissing              401     APIG.0301  AUTH_HEADER_MISSING
    ├─ TokenExpired                   401     APIG.0307  AUTH_FAILURE
    ├─ AppAuthError                   401     APIG.0303  AUTH_FAILURE
    │  └─ AppAuthMissing              401     APIG.0303  AUTH_HEADER_MISSING
    ├─ AppSecretInvalid               400     APIG.1009  AUTH_FAILURE
    ├─ AppNotAuthorized               403     APIG.0304  UNAUTHORIZED
    ├─ AuthorizerDenied               401     APIG.0305  AUTHORIZER_FAILURE
    │  └─ BackendAuthorizerDenied     401     APIG.0305  AUTHORIZER_FAILURE
    ├─ IdentityError                  401     APIG.0305  AUTHORIZER_IDENTITIES_FAILURE
    ├─ AuthorizerBroken               500     APIG.0601  AUTHORIZER_CONF_FAILURE
    ├─ BackendMissing                 500     APIG.0103  DEFAULT_5XX
    ├─ BackendUnavailable             502     APIG.0202  BACKEND_UNAVAILABLE
    ├─ BackendTimeout                 504     APIG.0203  BACKEND_TIMEOUT
    ├─ BackendAddressDenied           403     APIG.0404  DEFAULT_4XX
    ├─ NoBackendAvailable             502     APIG.0610  BACKEND_UNAVAILABLE
    ├─ BackendNotResolved             500     APIG.0605  DEFAULT_5XX
    ├─ CallsItself                    500     APIG.0612  DEFAULT_5XX
    ├─ ConfigurationMissing           500     APIG.0606  DEFAULT_5XX
    ├─ PolicyBroken                   500     APIG.0104  DEFAULT_5XX
    ├─ BackendSignatureError          500     APIG.0705  DEFAULT_5XX
    ├─ JwtRefused                     401     APIG.0315  JWT_AUTH_FAILURE
    ├─ ThirdAuthRefused               401     APIG.0312  THIRD_AUTH_FAILURE
    ├─ ThirdAuthMissing               401     APIG.0313  THIRD_AUTH_IDENTITIES_FAILURE
    ├─ ThirdAuthForbidden             403     APIG.0314  THIRD_AUTH_FAILURE
    ├─ ThirdAuthBroken                500     APIG.0617  THIRD_AUTH_CONF_FAILURE
    │  ├─ ThirdAuthChannelBroken      500     APIG.0615  THIRD_AUTH_CONF_FAILURE
    │  └─ ThirdAuthUnreachable        500     APIG.0616  THIRD_AUTH_CONF_FAILURE
    ├─ OidcTokenRefused               401     APIG.0316  OIDC_AUTH_TOKEN_VERIFY_FAIL
    ├─ OidcDiscoveryFailed            500     APIG.0317  OIDC_AUTH_GET_DISCOVERY_ERROR
    ├─ OidcFlowFailed                 401     APIG.0318  OIDC_AUTH_CODE_FLOW_FAIL
    ├─ BreakerOpen                    503     APIG.0614  DEFAULT_5XX
    └─ InternalError                  500     APIG.0601  DEFAULT_5XX

Tokens of apps have theirs in `gateway.token_errors`. Raised anywhere in a phase,
rendered in one place: `render`, called by `run`.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

import orjson

from gateway.http import Response, configured_headers
from gateway.snapshot import ResponseRule

# `default: true` entries keep the error's own status (design section 4).
_VARIABLE = re.compile(
    r"\$context\.(authorizer\.\w+\.[A-Za-z][A-Za-z0-9_-]*|[A-Za-z]+(?:\.[A-Za-z]+)*)"
)
_APP_AUTH = "Incorrect app authentication information"
_IAM_AUTH = "Incorrect IAM authentication information"
_CUSTOM_AUTH = "Incorrect authentication information: frontend authorizer"


class GatewayError(Exception):
    """A refusal. `message` goes to the caller, `reason` only into the trace."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "APIG.0601"
    type: ClassVar[str] = "DEFAULT_5XX"
    message: str = "Internal server error."

    def __init__(self, message: str | None = None, *, reason: str = "") -> None:
        if message is not None:
            self.message = message
        self.reason = reason or self.message
        super().__init__(self.message)


class InternalError(GatewayError):
    pass


class ConfigurationMissing(GatewayError):
    code = "APIG.0606"
    message = "Failed to load the API configurations."


class PolicyBroken(GatewayError):
    code = "APIG.0104"
    message = "The configuration of a policy cannot be used."


class BackendSignatureError(GatewayError):
    code = "APIG.0705"
    message = "The backend signature cannot be computed."


class BreakerOpen(GatewayError):
    # The vendor's code is not documented; no other error has this one.
    status, code = 503, "APIG.0614"
    message = "Service unavailable: the circuit breaker is open."


class JwtRefused(GatewayError):
    # The codes of JWT and OpenID Connect are not documented; nothing else has these.
    status, code, type = 401, "APIG.0315", "JWT_AUTH_FAILURE"
    message = "JWT authentication failed."


class OidcTokenRefused(GatewayError):
    status, code, type = 401, "APIG.0316", "OIDC_AUTH_TOKEN_VERIFY_FAIL"
    message = "OpenID Connect authentication failed: the token is not valid."


class OidcDiscoveryFailed(GatewayError):
    code, type = "APIG.0317", "OIDC_AUTH_GET_DISCOVERY_ERROR"
    message = "OpenID Connect authentication failed: the provider cannot be reached."


class OidcFlowFailed(GatewayError):
    status, code, type = 401, "APIG.0318", "OIDC_AUTH_CODE_FLOW_FAIL"
    message = "OpenID Connect authentication failed: the login did not succeed."


class ThirdAuthRefused(GatewayError):
    status, code, type = 401, "APIG.0312", "THIRD_AUTH_FAILURE"
    message = "Incorrect third-party authentication information."


class ThirdAuthMissing(GatewayError):
    status, code, type = 401, "APIG.0313", "THIRD_AUTH_IDENTITIES_FAILURE"
    message = "Incorrect third-party authentication information: identity missing."


class ThirdAuthForbidden(GatewayError):
    status, code, type = 403, "APIG.0314", "THIRD_AUTH_FAILURE"
    message = "Access denied: too many failed attempts from this IP address."


class ThirdAuthBroken(GatewayError):
    code, type = "APIG.0617", "THIRD_AUTH_CONF_FAILURE"
    message = "The third-party authorizer gave no usable answer."


class ThirdAuthChannelBroken(ThirdAuthBroken):
    code = "APIG.0615"
    message = "The third-party authorizer's channel has no server to ask."


class ThirdAuthUnreachable(ThirdAuthBroken):
    code = "APIG.0616"
    message = "The third-party authorizer cannot be reached."


class BadRequest(GatewayError):
    status, code, type = 400, "APIG.0201", "DEFAULT_4XX"
    message = "API request error."


class BodyTooLarge(BadRequest):
    status = 413
    message = "Request entity too large."


class UriTooLarge(BadRequest):
    status = 414
    message = "Request URI too large."


class HeadersTooLarge(BadRequest):
    status = 494
    message = "Request headers too large."


class RequestTimeout(BadRequest):
    status = 408
    message = "API request error: the request body did not arrive in time."


class BadParameter(BadRequest):
    type = "REQUEST_PARAMETERS_FAILURE"

    def __init__(self, detail: str) -> None:
        super().__init__(f"API request error: {detail}.", reason=detail)


class ProtocolNotSupported(GatewayError):
    status, code, type = 400, "APIG.0607", "DEFAULT_4XX"

    def __init__(self, supported: str) -> None:
        super().__init__(f"The following protocol is supported: {supported}")


class TlsVersionNotSupported(GatewayError):
    status, code, type = 400, "APIG.0204", "DEFAULT_4XX"

    def __init__(self, version: str) -> None:
        super().__init__(f"SSL protocol is not supported: {version}")


class ClientCertificateError(GatewayError):
    status, code, type = 400, "APIG.0205", "DEFAULT_4XX"
    message = "Verify client certificate failed"


class Throttled(GatewayError):
    status, code, type = 429, "APIG.0308", "THROTTLED"
    message = "The throttling threshold has been reached."


class OrchestrationMissing(GatewayError):
    status, code, type = 400, "APIG.0106", "ORCHESTRATION_PARAMETER_NOT_FOUND"
    message = "Orchestration error: the parameter is missing."


class OrchestrationFailed(GatewayError):
    status, code, type = 400, "APIG.0106", "ORCHESTRATION_FAILURE"
    message = "Orchestration error: no rule matches the parameter."


class QuotaUsedUp(GatewayError):
    status, code, type = 405, "APIG.0501", "DEFAULT_4XX"
    message = "The app quota has been used up."


class AddressUnknown(GatewayError):
    status, code, type = 403, "APIG.0401", "ACCESS_DENIED"
    message = "Unknown client IP address."


class AddressRefused(GatewayError):
    status, code, type = 403, "APIG.0402", "ACCESS_DENIED"
    message = "The IP address is not authorized to access the API."


class AppAddressRefused(GatewayError):
    status, code, type = 403, "APIG.0405", "ACCESS_DENIED"
    message = "The app is not accessed from a trusted IP address."


class AccountRefused(GatewayError):
    status, code, type = 403, "APIG.0302", "ACCESS_DENIED"
    message = "The IAM user is not authorized to access the API."


class ApiNotFound(GatewayError):
    status, code, type = 404, "APIG.0101", "NOT_FOUND"
    message = "The API does not exist or has not been published in the environment."


class AppAuthError(GatewayError):
    status, code, type = 401, "APIG.0303", "AUTH_FAILURE"

    def __init__(self, detail: str, *, reason: str = "") -> None:
        super().__init__(f"{_APP_AUTH}: {detail}", reason=reason or detail)


class AppAuthMissing(AppAuthError):
    type = "AUTH_HEADER_MISSING"


class IamAuthError(GatewayError):
    status, code, type = 401, "APIG.0301", "AUTH_FAILURE"

    def __init__(self, detail: str, *, reason: str = "") -> None:
        super().__init__(f"{_IAM_AUTH}: {detail}", reason=reason or detail)


class IamAuthMissing(IamAuthError):
    type = "AUTH_HEADER_MISSING"


class TokenExpired(GatewayError):
    status, code, type = 401, "APIG.0307", "AUTH_FAILURE"
    message = "The token must be updated."


class AppSecretInvalid(GatewayError):
    status, code, type = 400, "APIG.1009", "AUTH_FAILURE"
    message = "AppKey or AppSecret is invalid."


class AppNotAuthorized(GatewayError):
    status, code, type = 403, "APIG.0304", "UNAUTHORIZED"
    message = "The app is not authorized to access the API."


class AuthorizerDenied(GatewayError):
    status, code, type = 401, "APIG.0305", "AUTHORIZER_FAILURE"
    message = _CUSTOM_AUTH


class BackendAuthorizerDenied(AuthorizerDenied):
    message = "Incorrect authentication information: backend authorizer"


class IdentityError(GatewayError):
    status, code, type = 401, "APIG.0305", "AUTHORIZER_IDENTITIES_FAILURE"
    message = _CUSTOM_AUTH


class AuthorizerBroken(GatewayError):
    type = "AUTHORIZER_CONF_FAILURE"


class BackendMissing(GatewayError):
    code = "APIG.0103"
    message = "The backend does not exist."


class BackendUnavailable(GatewayError):
    status, code, type = 502, "APIG.0202", "BACKEND_UNAVAILABLE"
    message = "Backend unavailable"


class BackendTimeout(GatewayError):
    status, code, type = 504, "APIG.0203", "BACKEND_TIMEOUT"
    message = "Backend timeout"


class BackendAddressDenied(GatewayError):
    status, code, type = 403, "APIG.0404", "DEFAULT_4XX"
    message = "Access to the backend IP address has been denied."


class NoBackendAvailable(GatewayError):
    status, code, type = 502, "APIG.0610", "BACKEND_UNAVAILABLE"
    message = "No backend available"


class BackendNotResolved(GatewayError):
    code = "APIG.0605"
    message = "Domain name resolution failed."


class CallsItself(GatewayError):
    code = "APIG.0612"
    message = "An API cannot call itself."


def render(
    error: GatewayError,
    rules: Mapping[str, ResponseRule],
    variables: Mapping[str, str],
) -> Response:
    """The response of an error, through a gateway response if one was edited.

    `variables` maps names without `$context.`, e.g. `requestId`, to clear text.
    """
    values = {
        **variables,
        "error.code": error.code,
        "error.message": error.message,
        "error.type": error.type,
    }
    rule = rules.get(error.type)
    if rule is None:
        body = orjson.dumps(
            {
                "error_msg": error.message,
                "error_code": error.code,
                "request_id": values.get("requestId", ""),
            }
        )
        return Response(error.status, [(b"Content-Type", b"application/json")], body)
    return _customised(error, rule, values)


def _customised(
    error: GatewayError, rule: ResponseRule, values: Mapping[str, str]
) -> Response:
    headers = configured_headers((k, _fill(v, values)) for k, v in rule.headers)
    escaped = {k: orjson.dumps(v).decode()[1:-1] for k, v in values.items()}
    body = _fill(rule.body, escaped).encode()
    return Response(rule.status or error.status, headers, body)


def _fill(template: str, values: Mapping[str, str]) -> str:
    """Replace `$context.<name>`; an unknown name becomes the empty text."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), template)
