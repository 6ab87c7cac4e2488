"""The Mock backend: a fixed answer, without any upstream call."""

from gateway.call import Call
from gateway.http import Response


def send(call: Call) -> Response:
    return call.api.mock_info.response
