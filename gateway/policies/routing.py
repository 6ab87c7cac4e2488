"""Which API a call is for (reference: api.md section 3)."""

from gateway.call import Call
from gateway.client_address import client_address
from gateway.errors import ApiNotFound
from gateway.http import Response
from gateway.policies import cors
from gateway.router import Match, Router
from gateway.snapshot import RELEASE, Api

_SHORT_TEXT = "The API does not exist."


def load_configuration(call: Call) -> Response | None:
    """Take the configuration in force; the whole call runs on this one."""
    call.snapshot = call.services.source.current()
    settings = call.snapshot.settings
    if settings.behind_proxy:
        call.request.client = client_address(call.request, settings)
    return None


def match_route(call: Call) -> Response | None:
    """X-Stage to environment, method and path to API."""
    request, group = call.request, call.site.group
    call.stage = stage = request.headers.get(b"x-stage") or RELEASE
    router = call.snapshot.routers.get((group.id, stage))
    if call.snapshot.settings.app_route:
        router = _any_router(call, router)
    if router is None:
        raise ApiNotFound(
            reason=f"group {group.name} has no published API in environment {stage}"
        )
    found = router.find(request.method, request.raw_path) or _asked(call, router)
    if found is None:
        raise _unmatched(call, router)
    call.api = found.target
    call.backend = found.target.backend
    call.path_values = found.values
    if call.trace is not None:
        call.explain(group=group.name, environment=stage, api=found.target.name)
    return None


def _any_router(call: Call, own: Router[Api] | None) -> Router[Api] | None:
    """By the plain address, the first group's that has such an API for apps."""
    snapshot, request = call.snapshot, call.request
    if call.site is not snapshot.plain_site:
        return own
    for other in (call.site.group, *snapshot.groups):
        router = snapshot.routers.get((other.id, call.stage))
        found = router and router.find(request.method, request.raw_path)
        if found and (router is own or found.target.auth_type == "APP"):
            call.group = other
            return router
    return own


def _asked(call: Call, router: Router[Api]) -> Match[Api] | None:
    """The API that a preflight asks about, if a policy answers for it."""
    if not cors.is_preflight(call.request):
        return None
    method = call.request.headers.get(b"access-control-request-method") or ""
    found = router.find(method, call.request.raw_path)
    return None if found is None or cors.skips(found.target) else found


def _unmatched(call: Call, router: Router[Api]) -> ApiNotFound:
    where = f"{call.request.method} {call.request.raw_path}"
    if router.knows(call.request.raw_path):
        return ApiNotFound(
            _SHORT_TEXT, reason=f"the path exists, but not with this method: {where}"
        )
    return ApiNotFound(reason=f"no API matches {where} in {call.stage}")
