"""The Mock backend: a fixed answer, without any upstream call."""

from gateway.call import Call
from gateway.http import Response
from gateway.snapshot import MockInfo


def send(call: Call, mock: MockInfo) -> Response:
    return mock.response
