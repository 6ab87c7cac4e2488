"""The Mock backend: what was configured, and nothing of the call."""

import pytest

from gateway.snapshot import Backend, MockInfo
from tests.gateway.world import World, request


def test_status_headers_and_body_are_the_configured_ones(world: World) -> None:
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-A", "1"),
        ("X-A", "2"),
    )
    world.publish(backend=Backend(MockInfo(418, "é", headers)))
    answer = world.send(request())
    assert (answer.status, answer.response.body) == (418, "é".encode())
    assert answer.headers("Content-Type") == ["text/plain; charset=utf-8"]
    assert answer.headers("X-A") == ["1", "2"]
    assert answer.headers("Content-Length") == ["2"]


def test_a_mock_without_a_type_is_json(world: World) -> None:
    world.publish(backend=Backend(MockInfo(200, "{}")))
    assert world.send(request()).headers("Content-Type") == ["application/json"]


@pytest.mark.parametrize(
    "header",
    [
        ("Content-Length", "1"),
        ("transfer-encoding", "chunked"),
        ("X-Request-Id", "mine"),
        ("Server", "mine"),
    ],
)
def test_a_mock_cannot_reframe_the_message(
    world: World, header: tuple[str, str]
) -> None:
    world.publish(backend=Backend(MockInfo(200, "body", (header,))))
    answer = world.send(request())
    assert "mine" not in answer.headers(header[0])
    assert answer.headers("Transfer-Encoding") == []
    assert answer.headers("Content-Length") == ["4"]


def test_one_callers_response_leaves_no_trace_in_the_next(world: World) -> None:
    world.publish()
    first, second = world.send(request()), world.send(request())
    assert len(first.response.headers) == len(second.response.headers)


def test_the_trace_says_what_was_answered(world: World) -> None:
    world.publish(backend=Backend(MockInfo(201)))
    step = world.trace(request()).step("backend")
    assert (step.decision, step.detail) == ("answered", {"status": 201})
