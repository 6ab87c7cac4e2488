"""Backend authorizers: what speaks for a call toward its backend (api.md section 5).

The same functions as frontend ones, asked after the backend was chosen. Their context
feeds backend parameters: `$context.authorizer.backend.<name>`.
"""

from collections.abc import Awaitable

from gateway.call import Call
from gateway.errors import BackendAuthorizerDenied
from gateway.policies import custom_auth
from gateway.policies.custom_auth import Verdict
from gateway.snapshot import Api


def skips(api: Api) -> str:
    used = any(end.authorizer for end in api.backends)
    return "" if used else "no backend has an authorizer"


def authorize(call: Call) -> Awaitable[None] | None:
    """Ask the authorizer of the backend in force, or remember what it said."""
    guard = call.backend.authorizer
    if guard is None:
        call.skip("the backend has no authorizer")
        return None
    return custom_auth.consult(call, guard, _apply)


def _apply(call: Call, verdict: Verdict) -> None:
    call.backend_context = verdict.context
    if not verdict.allow:
        raise BackendAuthorizerDenied(reason="the authorizer answered deny")
