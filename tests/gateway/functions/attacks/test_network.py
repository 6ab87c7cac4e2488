"""Sockets, with network access and without."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

Attempt = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"])
def test_it_cannot_open_a_socket(
    attempt: Attempt, strong: str, family: str, kind: str
) -> None:
    found = attempt(strong, f"socket.socket(socket.{family}, socket.{kind})")
    assert "refused" in found


@pytest.mark.parametrize("network", [False, True])
def test_it_connects_only_with_network_access(
    attempt: Attempt, strong: str, network: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = server.getsockname()
        found = attempt(strong, f"socket.create_connection({address})", network=network)
        assert ("got" if network else "refused") in found
        if network:
            server.accept()[0].close()
        else:
            with pytest.raises(BlockingIOError):
                server.accept()


@pytest.mark.parametrize(
    "expression",
    [
        "socket.create_server(('127.0.0.1', 0))",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_INET, socket.SOCK_RAW)",
        "socket.socket().listen()",
    ],
)
def test_network_access_is_for_connections_only(
    attempt: Attempt, strong: str, expression: str
) -> None:
    assert "refused" in attempt(strong, expression, network=True)


def test_it_cannot_send_to_a_socket_file(attempt: Attempt, strong: str) -> None:
    expression = "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)"
    assert "refused" in attempt(strong, expression)
