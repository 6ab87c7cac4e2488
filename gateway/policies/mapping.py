"""Parameter mapping: the request that the backend gets (api.md sections 3, 4, 5)."""

import re

from gateway.call import Call
from gateway.errors import BadRequest
from gateway.events import forwarding_headers, path_parameters
from gateway.outgoing import Outgoing, encode_path, passed_headers
from gateway.snapshot import Api, BackendApi, MockInfo

_PLACEHOLDER = re.compile(r"\{([^{}/]+?)\+?\}")


def skips(api: Api) -> str:
    ends = (api.backend, *(policy.backend for policy in api.policies))
    return "a Mock is sent nothing" if all(_is_mock(end.to) for end in ends) else ""


def build_outgoing(call: Call) -> None:
    """Build the request toward the backend in force."""
    to = call.backend.to
    if isinstance(to, MockInfo):
        call.skip("a Mock is sent nothing")
        return
    captured = path_parameters(call)
    method, path = call.request.method, call.request.raw_path
    if isinstance(to, BackendApi):
        method = method if to.req_method == "ANY" else to.req_method
        path = fill_path(to.req_uri, captured)
    headers = passed_headers(
        call.request.headers,
        forwarding_headers(call),
        signed=call.api.auth_type in ("APP", "IAM"),
    )
    call.outgoing = Outgoing(method, path, call.request.query, headers, captured)


def fill_path(template: str, values: dict[str, str]) -> str:
    """A backend path: `{p}` replaced, the rest of a prefix match appended.

    Values are clear text; a step out of the template's path is refused.
    """
    if any(s in (".", "..") for value in values.values() for s in value.split("/")):
        raise BadRequest(reason="a path parameter has a dot segment")
    path = _PLACEHOLDER.sub(lambda p: encode_path(values.get(p[1], "")), template)
    rest = values.get("", "")
    return f"{path.rstrip('/')}/{encode_path(rest)}" if rest else path


def _is_mock(to: object) -> bool:
    return isinstance(to, MockInfo)
