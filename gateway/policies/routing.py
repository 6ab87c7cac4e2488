"""Which API a call is for (reference: api.md section 3)."""

from gateway.call import Call
from gateway.errors import ApiNotFound
from gateway.http import Response
from gateway.policies import cors
from gateway.router import Match, Router
from gateway.snapshot import RELEASE, Api

_SHORT_TEXT = "The API does not exist."


def load_configuration(call: Call) -> Response | None:
    """Take the configuration in force; the whole call runs on this one."""
    call.snapshot = call.services.source.current()
    return None


def match_route(call: Call) -> Response | None:
    """X-Stage to environment, method and path to API."""
    request, group = call.request, call.site.group
    call.stage = stage = request.headers.get(b"x-stage") or RELEASE
    router = call.snapshot.routers.get((group.id, stage))
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
