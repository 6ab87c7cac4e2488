"""Every refusal of the management API: `{"error_code", "error_msg"}`.

A rule of a model becomes the error that names its parameter. The two services have
codes of their own, so each endpoint says which `Dialect` it speaks (reference: api.md
section 10).
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as RuleBroken
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from console.errors import ERRORS

_OWN = ("APIG.", "APIC.", "FSS.")
_SEE = "Please refer to the support documentation"


class Refusal(exceptions.APIException):
    """An error with its documented code."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status_code, self.code, self.text = status, code, text


class Dialect:
    """How APIG says what is wrong."""

    DENIED = (403, "APIG.1005", "No permissions to request this method")
    NOBODY = (401, "APIG.1002")
    BODY = (400, "APIG.2000", "Parameter error: Serialization error: {}")
    ABSENT = (404, "APIG.3002", "The requested object does not exist")
    INVALID = ("APIG.2012", "Invalid parameter value")
    # What is wrong with one parameter, by the code that Django and DRF give it.
    PARAMETER: ClassVar[Mapping[str, tuple[str, str]]] = {
        "required": ("APIG.2001", "The request parameters must be specified"),
        "blank": ("APIG.2001", "The request parameters must be specified"),
        "null": ("APIG.2001", "The request parameters must be specified"),
        "min_value": ("APIG.2002", "The parameter value is too small"),
        "max_value": ("APIG.2003", "The parameter value is too large"),
        "min_length": ("APIG.2005", "The parameter value is too short"),
        "max_length": ("APIG.2006", "The parameter value is too long"),
    }

    @classmethod
    def parameter(cls, name: str, kind: str = "invalid", text: str = "") -> Refusal:
        """One parameter is wrong: `kind` is `required`, `max_length` and so on."""
        code, beginning = cls.PARAMETER.get(kind, cls.INVALID)
        return Refusal(400, code, f"{beginning},parameterName:{name}. {text or _SEE}")


invalid = Dialect.parameter


def missing(code: str, text: str) -> Refusal:
    return Refusal(404, code, text)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The reply of an error; None leaves it to Django, as a 500."""
    refusal = _refusal(error, context["view"])
    if refusal is None:
        return None
    body = {"error_code": refusal.code, "error_msg": refusal.text}
    return Response(body, status=refusal.status_code)


def _refusal(error: Exception, view: Any) -> Refusal | None:
    speak: type[Dialect] = view.dialect
    match error:
        case Refusal():
            return error
        case exceptions.ValidationError():
            return _of_codes(error.get_codes(), speak)
        case RuleBroken():
            return _of_rule(error, view)
        case exceptions.ParseError() | exceptions.UnsupportedMediaType():
            status, code, text = speak.BODY
            return Refusal(status, code, text.format(error.detail))
        case SuspiciousOperation():
            # Too large, or too many parameters.
            status, code, text = speak.BODY
            return Refusal(status, code, text.format(error))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Refusal(*speak.NOBODY, str(error.detail))
        case PermissionDenied() | exceptions.PermissionDenied():
            return Refusal(*speak.DENIED)
        case exceptions.MethodNotAllowed():
            return Refusal(405, speak.DENIED[1], str(error.detail))
        case Http404() | exceptions.NotFound():
            return Refusal(*speak.ABSENT)
        case ProtectedError():
            status = status_of(view.in_use)
            return Refusal(status, view.in_use, f"{view.noun()} is in use")
        case IntegrityError() if "unique" in str(error).lower():
            # Somebody else made it between the check and the writing.
            code, text = view.duplicate, f"{view.noun()} already exists"
            return Refusal(status_of(code), code, text)
        case _:
            return None


def _of_codes(codes: Any, speak: type[Dialect], path: str = "") -> Refusal:
    """The first error of a serializer's, whose codes are nested as its fields are."""
    if isinstance(codes, dict):
        name, inner = next(iter(codes.items()))
        own = name != "non_field_errors"
        return _of_codes(inner, speak, f"{path}.{name}".strip(".") if own else path)
    if isinstance(codes, list):
        return _of_codes(next(code for code in codes if code), speak, path)
    return speak.parameter(path or "body", codes)


def _of_rule(error: RuleBroken, view: Any) -> Refusal:
    """The first broken rule of a model, with its own code when it has one."""
    if not hasattr(error, "error_dict"):
        return _of_one("body", error.error_list[0], view)
    name, errors = next(iter(error.error_dict.items()))
    return _of_one("body" if name == NON_FIELD_ERRORS else name, errors[0], view)


def _of_one(name: str, error: RuleBroken, view: Any) -> Refusal:
    code, text = str(error.code or ""), error.messages[0]
    if code.startswith(_OWN):
        return Refusal(status_of(code), code, text)
    if code in ("unique", "unique_together"):
        code = view.duplicates.get(name, view.duplicate)
        return Refusal(status_of(code), code, text)
    speak: type[Dialect] = view.dialect
    known = code in speak.PARAMETER
    return speak.parameter(name, code, "" if known else text)


def status_of(code: str) -> int:
    """The status that comes with a code (api.md section 10, auth.md section 10.9)."""
    if code.startswith("FSS."):
        return _fss(int(code.partition(".")[2]))
    return ERRORS[code].status if code in ERRORS else 400


def _fss(number: int) -> int:
    if number < 1000:
        return number
    if number in (1071, 1072):
        return 413
    if 1041 <= number < 1050 or number in (1068, 1069, 1073, 1094, 1154):
        return 403
    if 1051 <= number < 1061 or number == 1070:
        return 404
    return 409 if 1061 <= number < 1068 else 400
