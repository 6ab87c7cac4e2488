"""/api/schema/: the description of the management API, for people and programs.

Whoever calls the API may read it, with the same proofs; a browser gets a page.
"""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from console.rest.auth import identify
from console.rest.errors import Dialect
from console.rest.schema.document import document

_JSON, _HTML = "application/json", "text/html"


@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, or the page that shows it (not with `?format=json`)."""
    read = request.GET.get("format") == "json"
    page = not read and request.get_preferred_type([_JSON, _HTML]) == _HTML
    response = _answer(request, page)
    patch_vary_headers(response, ["Accept", "Cookie", "Authorization", "X-Auth-Token"])
    return response


def _answer(request: HttpRequest, page: bool) -> HttpResponse:
    known = request.user.is_authenticated
    if page:
        if not known:
            return redirect_to_login(request.get_full_path())
        return render(request, "schema.html", {"title": "API Reference"})
    if not known and not isinstance(caller := identify(request), tuple):
        status, code = Dialect.NOBODY
        text = str(caller or "Incorrect authentication information")
        return JsonResponse({"error_code": code, "error_msg": text}, status=status)
    return JsonResponse(document())
