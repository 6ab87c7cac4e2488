"""Where a call ends: one module per backend type, each with `send(call)`."""

from gateway.backends import mock
from gateway.call import Call
from gateway.http import Response

SEND = {"MOCK": mock.send}


def send(call: Call) -> Response:
    """Hand the call to its API's backend."""
    return SEND[call.api.backend_type](call)
