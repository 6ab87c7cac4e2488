"""System parameters: `$context.<name>` toward a backend (api.md section 4.2)."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from gateway.call import Call

FRONTEND = "$context.authorizer.frontend."
BACKEND = "$context.authorizer.backend."
Read = Callable[[Call], list[str]]


def system_value(name: str) -> Read:
    """What gives the value of a system parameter for a call: one, or none."""
    if name.startswith(FRONTEND):
        key = name.removeprefix(FRONTEND)
        return lambda call: _known(call.frontend.get(key))
    if name.startswith(BACKEND):
        key = name.removeprefix(BACKEND)
        return lambda call: _known(call.backend_context.get(key))
    read = _VALUES.get(name.removeprefix("$context."), _nothing)
    return lambda call: _known(read(call))


def is_known(name: str) -> bool:
    """Whether a call may ever have a value of that name."""
    named = name.removeprefix("$context.") in _VALUES
    return named or name.startswith((FRONTEND, BACKEND))


def _known(value: str | None) -> list[str]:
    return [value] if value else []


def _nothing(call: Call) -> None:
    """Of what a gateway of one's own does not have, such as a provider."""


def _handle_time(call: Call) -> str:
    now = datetime.fromtimestamp(call.services.clock(), UTC)
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def _server_name() -> str:
    return socket.gethostname()


@cache
def _server_address() -> str:
    """The address this host would send from; connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


_VALUES: dict[str, Callable[[Call], str | None]] = {
    "sourceIp": lambda call: call.request.client,
    "stage": lambda call: call.stage,
    "apiId": lambda call: call.api.id,
    "apiName": lambda call: call.api.name,
    "appId": lambda call: call.credential.id if call.credential else None,
    "appName": lambda call: call.credential.name if call.credential else None,
    "providerAppId": _nothing,
    "requestId": lambda call: call.request_id,
    "serverAddr": lambda call: _server_address(),
    "serverName": lambda call: _server_name(),
    "handleTime": _handle_time,
    "member_group_id": lambda call: call.member.group_id if call.member else None,
    "member_group_name": lambda call: call.member.group_name if call.member else None,
    "reqPath": lambda call: call.path,
    "reqMethod": lambda call: call.request.method,
}
