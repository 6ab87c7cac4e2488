"""Which addresses a backend may have."""

import socket

import pytest

from gateway.guard import AddressDenied, guard

CONSOLE = ("127.0.0.1", 8000)


def refuses(host: str, port: int = 80, *allowed: str) -> bool:
    try:
        guard([CONSOLE], allowed).check(host, port)
    except AddressDenied:
        return True
    return False


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fe80::1",
        "fe80::1%2",
        "fd00:ec2::254",
        "100.100.100.200",
    ],
)
def test_link_local_and_metadata_addresses_are_refused(host: str) -> None:
    assert refuses(host)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fd00::1", "93.184.216.34"]
)
def test_backends_live_anywhere_else(host: str) -> None:
    assert not refuses(host)
    assert not refuses(host, 8001)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.2", "0.0.0.0", "::ffff:127.0.0.1", "::ffff:0:0"]
)
def test_the_console_is_refused_by_any_name_of_this_host(host: str) -> None:
    assert refuses(host, 8000)
    assert not refuses("10.255.255.1", 8000)


def test_the_console_elsewhere_is_refused_where_it_is() -> None:
    elsewhere = guard([("192.0.2.1", 8000)], [])
    with pytest.raises(AddressDenied, match=r"192\.0\.2\.1:8000"):
        elsewhere.check("192.0.2.1", 8000)
    elsewhere.check("127.0.0.1", 8000)


def test_a_network_can_be_let_through() -> None:
    assert not refuses("169.254.169.254", 80, "169.254.0.0/16")
    assert not refuses("127.0.0.1", 8000, "127.0.0.1")
    assert refuses("fe80::1", 80, "169.254.0.0/16")


def test_what_is_configured_must_make_sense() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        guard([], ["nowhere"])
    with pytest.raises(socket.gaierror):
        guard([("nobody.invalid", 80)], [])
