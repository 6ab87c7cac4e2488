"""Which API a call is for (reference: api.md section 3)."""

from gateway.call import Call
from gateway.errors import ApiNotFound, BadRequest
from gateway.http import Response
from gateway.policies import cors
from gateway.router import Match, Router
from gateway.snapshot import RELEASE, Api, Group

_SHORT_TEXT = "The API does not exist."


def load_configuration(call: Call) -> Response | None:
    """Take the configuration in force; the whole call runs on this one."""
    call.snapshot = call.services.source.current()
    return None


def match_route(call: Call) -> Response | None:
    """Host to group, X-Stage to environment, method and path to API."""
    request = call.request
    call.group = group = _group(call)
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


def host_name(host: str) -> str:
    """A Host header's name without port, lower-case: `[::1]:80` gives `::1`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().removesuffix(".")


def _group(call: Call) -> Group:
    headers = call.request.headers
    if headers.repeated and len(headers.getlist(b"host")) > 1:
        raise BadRequest(reason="the request has more than one Host header")
    host = headers.get(b"host") or ""
    group = call.snapshot.hosts.get(host)
    if group is not None:
        return group
    name = host_name(host)
    group = call.snapshot.hosts.get(name)
    if group is None and _is_address(name):
        group = call.snapshot.default_group
    if group is None:
        raise ApiNotFound(reason=f"no API group answers to the host {name!r}")
    return group


def _asked(call: Call, router: Router[Api]) -> Match[Api] | None:
    """The API that a preflight asks about, if a policy answers for it."""
    if not cors.is_preflight(call.request):
        return None
    method = call.request.headers.get(b"access-control-request-method") or ""
    found = router.find(method, call.request.raw_path)
    return None if found is None or cors.skips(found.target) else found


def _is_address(name: str) -> bool:
    """The gateway's plain address: an IP address, localhost, or no name."""
    return name in ("", "localhost") or ":" in name or name.replace(".", "").isdecimal()


def _unmatched(call: Call, router: Router[Api]) -> ApiNotFound:
    where = f"{call.request.method} {call.request.raw_path}"
    if router.knows(call.request.raw_path):
        return ApiNotFound(
            _SHORT_TEXT, reason=f"the path exists, but not with this method: {where}"
        )
    return ApiNotFound(reason=f"no API matches {where} in {call.stage}")
