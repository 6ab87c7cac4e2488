"""Every refusal of the management API: `{"error_code", "error_msg"}`.

Reference: api.md section 10. A rule of a model becomes the error that names its
parameter; whatever is raised, nothing of the operation stays done.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as RuleBroken
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

_SEE = "Please refer to the support documentation"
# What is wrong with one parameter, by the code that Django and DRF give it.
_PARAMETER = {
    "required": ("APIG.2001", "The request parameters must be specified"),
    "blank": ("APIG.2001", "The request parameters must be specified"),
    "null": ("APIG.2001", "The request parameters must be specified"),
    "min_value": ("APIG.2002", "The parameter value is too small"),
    "max_value": ("APIG.2003", "The parameter value is too large"),
    "min_length": ("APIG.2005", "The parameter value is too short"),
    "max_length": ("APIG.2006", "The parameter value is too long"),
}
_INVALID = ("APIG.2012", "Invalid parameter value")


class Refusal(exceptions.APIException):
    """An error with its documented code."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status_code, self.code, self.text = status, code, text


def missing(code: str, text: str) -> Refusal:
    return Refusal(404, code, text)


def invalid(parameter: str, kind: str = "invalid") -> Refusal:
    """One parameter is wrong: `kind` is `required`, `max_length` and so on."""
    code, text = _PARAMETER.get(kind, _INVALID)
    return Refusal(400, code, f"{text},parameterName:{parameter}. {_SEE}")


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The reply of an error; None leaves it to Django, as a 500."""
    refusal = _refusal(error, context["view"])
    if refusal is None:
        return None
    set_rollback()
    body = {"error_code": refusal.code, "error_msg": refusal.text}
    return Response(body, status=refusal.status_code)


def _refusal(error: Exception, view: Any) -> Refusal | None:
    match error:
        case Refusal():
            return error
        case exceptions.ValidationError():
            return _of_codes(error.get_codes())
        case RuleBroken():
            return _of_rule(error, view)
        case exceptions.ParseError() | exceptions.UnsupportedMediaType():
            text = f"Parameter error: Serialization error: {error.detail}"
            return Refusal(400, "APIG.2000", text)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Refusal(401, "APIG.1002", str(error.detail))
        case PermissionDenied() | exceptions.PermissionDenied():
            return Refusal(403, "APIG.1005", "No permissions to request this method")
        case exceptions.MethodNotAllowed():
            return Refusal(405, "APIG.1005", str(error.detail))
        case Http404() | exceptions.NotFound():
            return missing("APIG.3002", "The requested object does not exist")
        case ProtectedError():
            return Refusal(403, view.in_use, f"{view.noun()} is in use")
        case _:
            return None


def _of_codes(codes: Any, path: str = "") -> Refusal:
    """The first error of a serializer's, whose codes are nested as its fields are."""
    if isinstance(codes, dict):
        name, inner = next(iter(codes.items()))
        own = name != "non_field_errors"
        return _of_codes(inner, f"{path}.{name}".strip(".") if own else path)
    if isinstance(codes, list):
        return _of_codes(next(code for code in codes if code), path)
    return invalid(path or "body", codes)


def _of_rule(error: RuleBroken, view: Any) -> Refusal:
    """The first broken rule of a model, with its own code when it has one."""
    if not hasattr(error, "error_dict"):
        return _of_one("body", error.error_list[0], view)
    name, errors = next(iter(error.error_dict.items()))
    return _of_one(name, errors[0], view)


def _of_one(name: str, error: RuleBroken, view: Any) -> Refusal:
    code = str(error.code or "")
    if code.startswith(("APIG.", "APIC.")):
        return Refusal(status_of(code), code, error.messages[0])
    if code in ("unique", "unique_together"):
        return Refusal(400, view.duplicate, error.messages[0])
    if code in _PARAMETER:
        return invalid(name, code)
    return Refusal(
        400, _INVALID[0], f"{_INVALID[1]},parameterName:{name}. {error.messages[0]}"
    )


def status_of(code: str) -> int:
    """The status that comes with a code (api.md section 10)."""
    number = int(code.partition(".")[2])
    if 3000 <= number < 3100 and number != 3073:
        return 404
    if number in (3462, 3491, 3492, 3707, 3716, 3719):
        return 409
    if number in (3458, 3548, 3713):
        return 412
    quota = 3100 <= number < 3200 and number not in (3148, 3153)
    return 403 if quota or 3411 <= number < 3500 else 400
