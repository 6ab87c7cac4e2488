"""Gateway responses: how a group words its errors (reference: auth.md section 7)."""

import json
import re
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console import limits
from console.models.base import Noun, rule
from console.models.group import ApiGroup

MAX_HEADERS = 10
DEFAULT_BODY = (
    '{"error_code":"$context.error.code","error_msg":"$context.error.message",'
    '"request_id":"$context.requestId"}'
)
_HEADER_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}\Z")


class Type(NamedTuple):
    """A kind of error: what pages call it, and its status; None keeps the error's."""

    label: str
    status: int | None


TYPES: dict[str, Type] = {
    "ACCESS_DENIED": Type("Access Denied", 403),
    "AUTHORIZER_CONF_FAILURE": Type("Authorizer Configuration Error", 500),
    "AUTHORIZER_FAILURE": Type("Authorizer Failed", 401),
    "AUTHORIZER_IDENTITIES_FAILURE": Type("Incorrect Identity Source", 401),
    "THIRD_AUTH_CONF_FAILURE": Type("Third-Party Configuration Error", 500),
    "THIRD_AUTH_FAILURE": Type("Third-Party Authorizer Failure", 401),
    "THIRD_AUTH_IDENTITIES_FAILURE": Type("Incorrect Third-Party Identity Source", 401),
    "AUTH_FAILURE": Type("Authentication Failure", 401),
    "AUTH_HEADER_MISSING": Type("Identity Source Not Found", 401),
    "BACKEND_TIMEOUT": Type("Backend Timeout", 504),
    "BACKEND_UNAVAILABLE": Type("Backend Unavailable", 502),
    "DEFAULT_4XX": Type("Default 4XX", None),
    "DEFAULT_5XX": Type("Default 5XX", None),
    "NOT_FOUND": Type("No API Found", 404),
    "REQUEST_PARAMETERS_FAILURE": Type("Incorrect Request Parameters", 400),
    "THROTTLED": Type("Request Throttled", 429),
    "UNAUTHORIZED": Type("Unauthorized Credential", 403),
    "OIDC_AUTH_TOKEN_VERIFY_FAIL": Type("OIDC Token Verification Failed", 401),
    "OIDC_AUTH_GET_DISCOVERY_ERROR": Type("OIDC Discovery Failed", 500),
    "OIDC_AUTH_CODE_FLOW_FAIL": Type("OIDC Authorization Code Flow Failed", 401),
    "JWT_AUTH_FAILURE": Type("JWT Authentication Failure", 401),
    "ORCHESTRATION_PARAMETER_NOT_FOUND": Type("Orchestration Parameter Not Found", 400),
    "ORCHESTRATION_FAILURE": Type("Orchestration Failed", 400),
}
# What a body and header values may hold, and what stands in for it.
VARIABLES = {
    "apiId": "ID of the API",
    "apiName": "Name of the API",
    "appId": "ID of the credential",
    "appName": "Name of the credential",
    "requestId": "ID of the request",
    "stage": "Environment",
    "sourceIp": "Address of the caller",
    "reqPath": "Path, without the query",
    "reqUri": "Path and query",
    "reqMethod": "Method",
    "authorizer.frontend.<name>": "Context value of the frontend authorizer",
    "authorizer.backend.<name>": "Context value of the backend authorizer",
    "error.message": "Message of the error",
    "error.code": "Code of the error",
    "error.type": "Type of the gateway response",
}


class GatewayResponse(Noun):
    """`responses` holds the customised types only: {TYPE: {status, body, headers}}."""

    group = models.ForeignKey(
        ApiGroup, on_delete=models.CASCADE, related_name="gateway_responses"
    )
    name = models.CharField(
        max_length=64,
        validators=[
            rule(r"[a-zA-Z0-9_-]{1,64}", "Name: 1 to 64 letters, digits, - and _.")
        ],
    )
    default = models.BooleanField(default=False, editable=False)
    responses = models.JSONField(default=dict, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "gateway response"
        ordering = ["-default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"],
                name="gateway_response_name",
                violation_error_code="APIG.3216",
                violation_error_message="The group has a response with this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("response-detail", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """ProtectedError while APIs use it."""
        if self.default:
            text = "The response default goes with its group only."
            raise ValidationError(text, code="APIG.3491")
        return super().delete(*args, **kwargs)

    def clean(self) -> None:
        siblings = GatewayResponse.objects.filter(group=self.group_id)
        limits.check_room("RESPONSE_NUM_LIMIT", self, siblings)
        if self.default and self.name != "default":
            error = ValidationError("Name: default keeps its name.", code="APIG.3492")
            raise ValidationError({"name": error})
        if not isinstance(self.responses, dict):
            raise _refused("Responses: an object, by type.")
        for name, raw in self.responses.items():
            if name not in TYPES:
                raise _refused(f"{name}: there is no such type of gateway response.")
            check_response(name, raw)

    def effective(self, name: str) -> dict[str, Any]:
        """A type as it is sent: status, body, headers; `default` if nobody changed it.

        A status of None stands for that of the error.
        """
        if name in self.responses:
            return {"headers": [], **self.responses[name], "default": False}
        status = TYPES[name].status
        return {"status": status, "body": DEFAULT_BODY, "headers": [], "default": True}

    def restore(self, name: str | None = None) -> None:
        """Give one type, or all of them, back what the product sends."""
        gone = {name} if name else set(self.responses)
        self.responses = {k: v for k, v in self.responses.items() if k not in gone}
        self.save_valid()


def check_response(name: str, raw: Any) -> None:
    """Whether the gateway can load and send it; ValidationError names the type."""
    if not isinstance(raw, dict) or not isinstance(raw.get("body"), str):
        raise _refused(f"{name}: an object with body, a text; status; headers.")
    status, headers = raw.get("status"), raw.get("headers", [])
    if status is not None and (
        type(status) is not int or not 200 <= status <= 599 or status == 444
    ):
        raise _refused(f"{name}: Status Code: a number from 200 to 599, but not 444.")
    try:
        json.loads(raw["body"])
    except (ValueError, RecursionError):
        raise _refused(f"{name}: Response Body: JSON, variables in quotes.") from None
    if not isinstance(headers, list) or len(headers) > MAX_HEADERS:
        raise _refused(f"{name}: Response Headers: a list of at most {MAX_HEADERS}.")
    for header in headers:
        _check_header(name, header)


def _check_header(name: str, raw: Any) -> None:
    pair = raw if isinstance(raw, dict) else {}
    key, value = pair.get("key"), pair.get("value")
    if not isinstance(key, str) or not _HEADER_KEY.match(key):
        raise _refused(
            f"{name}: Response Headers: a key of 1 to 128 letters, digits, - and _."
        )
    if not isinstance(value, str) or not _is_value(value):
        raise _refused(
            f"{name}: Response Headers: {key}: a value is 1 to 1,024 ASCII characters "
            "in one line, without [[ and ]]."
        )


def _is_value(text: str) -> bool:
    fits = 1 <= len(text) <= 1024 and text.isascii() and text.isprintable()
    return fits and "[[" not in text and "]]" not in text


def _refused(text: str) -> ValidationError:
    return ValidationError({"responses": text})
