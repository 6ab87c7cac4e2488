"""What manage.py check says."""

import pytest
from pytest_django import Settings

from console.checks import allowed_backends_are_networks, binds_are_host_and_port


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


@pytest.mark.parametrize("text", ["169.254.0.0/16", "fd00:ec2::254", "10.0.0.1"])
def test_addresses_and_networks_may_be_backends(settings: Settings, text: str) -> None:
    settings.ALLOWED_BACKENDS = [text]
    assert allowed_backends_are_networks() == []


def test_a_name_is_no_address_of_a_backend(settings: Settings) -> None:
    settings.ALLOWED_BACKENDS = ["console.test"]
    (problem,) = allowed_backends_are_networks()
    assert "SALLYPORT_ALLOWED_BACKENDS" in problem.msg
