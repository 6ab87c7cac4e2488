"""Where a call ends: one module per backend type, each with `send(call, to)`."""

from collections.abc import Awaitable, Callable
from typing import Any

from gateway.backends import channel, function, mock
from gateway.call import Call
from gateway.http import Response
from gateway.policies import app_token
from gateway.snapshot import BackendApi, FuncInfo, MockInfo, TokenIssuer

SEND: dict[type, Callable[[Call, Any], Response | Awaitable[Response]]] = {
    MockInfo: mock.send,
    BackendApi: channel.send,
    FuncInfo: function.send,
    TokenIssuer: app_token.send,
}


def send(call: Call) -> Response | Awaitable[Response]:
    """Hand the call to the backend chosen for it."""
    to = call.backend.to
    return SEND[type(to)](call, to)
