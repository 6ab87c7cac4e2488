"""What manage.py check says."""

import pytest
from pytest_django import Settings

from console.checks import binds_are_host_and_port


def test_the_defaults_are_fine() -> None:
    assert binds_are_host_and_port() == []


@pytest.mark.parametrize("bind", ["0.0.0.0:80", "[::1]:8443", "gateway.local:65535"])
def test_a_host_and_a_port_are_fine(settings: Settings, bind: str) -> None:
    settings.GATEWAY_BIND = bind
    assert binds_are_host_and_port() == []


@pytest.mark.parametrize(
    "bind", ["", "8080", ":8080", "host", "host:", "a:b", "a:65536"]
)
def test_anything_else_names_its_variable(settings: Settings, bind: str) -> None:
    settings.GATEWAY_TLS_BIND = bind
    (problem,) = binds_are_host_and_port()
    assert "SALLYPORT_GATEWAY_TLS_BIND" in problem.msg
    assert problem.hint is not None and "host:port" in problem.hint
