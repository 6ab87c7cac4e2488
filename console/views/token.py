"""POST /v3/auth/tokens: a token for a password (auth.md section 4.2).

The subset of IAM's operation that the vendor's guides use: method password, with a
user by name or id, and one project or the account as scope.
"""

from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from console import passwords, tokens
from console.models import Account

_WRONG = "The username or password is wrong."
_LOCKED = "The account is locked: too many wrong passwords. Try again later."


@csrf_exempt
@login_not_required
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """201 with the token in X-Subject-Token, or IAM's error."""
    try:
        identity, scope = _parts(request.body)
        name, domain, password = _who(identity)
        project = _scope(scope)
    except BadRequest as error:
        return _refused(400, "Bad Request", str(error))
    if passwords.locked(request, name):
        return _refused(401, "Unauthorized", _LOCKED)
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User) or not _is_of(domain, Account.of(user)):
        return _refused(401, "Unauthorized", _WRONG)
    return _issued(user, project)


def _issued(user: User, project: bool) -> HttpResponse:
    token, claims = tokens.issue(user)
    account = Account.of(user)
    domain = {"id": account.domain_id, "name": account.domain_name}
    body: dict[str, Any] = {
        "methods": ["password"],
        "issued_at": _moment(claims.issued_at),
        "expires_at": _moment(claims.expires_at),
        "user": {
            "id": account.pk,
            "name": user.username,
            "domain": domain,
            "password_expires_at": "",
        },
        "roles": [],
        "catalog": [],
    }
    if project:
        name, pk = settings.REGION, settings.PROJECT_ID
        body["project"] = {"id": pk, "name": name, "domain": domain}
    else:
        body["domain"] = domain
    response = JsonResponse({"token": body}, status=201)
    response["X-Subject-Token"] = token
    response["Cache-Control"] = "no-store"
    return response


def _parts(document: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        given = orjson.loads(document)
    except orjson.JSONDecodeError:
        raise BadRequest("The request body is not JSON.") from None
    auth = _object(_object(given, "body"), "auth")
    return _object(auth, "identity"), _optional(auth, "scope")


def _who(identity: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    """User name, domain and password; an id of nobody is a name of nobody."""
    if identity.get("methods") != ["password"]:
        raise BadRequest("The only method is password.")
    user = _object(_object(identity, "password"), "user")
    password, name, pk = (user.get(n) for n in ("password", "name", "id"))
    if not isinstance(password, str) or not isinstance(name or pk, str):
        raise BadRequest("Give user.password, and user.name or user.id.")
    if pk is not None:
        known = Account.objects.filter(pk=pk).select_related("user").first()
        name = known.user.username if known else ""
    return str(name), _optional(user, "domain"), password


def _scope(scope: dict[str, Any]) -> bool:
    """Whether the token is for the project; without a scope it is for the account."""
    project = _optional(scope, "project")
    wrong = project.get("id", settings.PROJECT_ID) != settings.PROJECT_ID
    if wrong or project.get("name", settings.REGION) != settings.REGION:
        raise BadRequest(
            f"The only project is {settings.REGION}, id {settings.PROJECT_ID}."
        )
    return bool(project)


def _is_of(domain: dict[str, Any], account: Account) -> bool:
    """Whether the account is the one asked for."""
    return (
        domain.get("id", account.domain_id) == account.domain_id
        and domain.get("name", account.domain_name) == account.domain_name
    )


def _object(parent: Any, name: str) -> dict[str, Any]:
    """A member that has to be an object; `body` is the whole."""
    value = parent if name == "body" else parent.get(name)
    if not isinstance(value, dict):
        raise BadRequest(f"{name} has to be an object.")
    return value


def _optional(parent: dict[str, Any], name: str) -> dict[str, Any]:
    return _object(parent, name) if parent.get(name) is not None else {}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _refused(status: int, title: str, text: str) -> HttpResponse:
    error = {"code": status, "message": text, "title": title}
    return JsonResponse({"error": error}, status=status)
