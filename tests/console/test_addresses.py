"""Listeners are named so that somebody on this host can reach them."""

import pytest

from console import addresses


@pytest.mark.parametrize(
    ("bind", "reached"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("0.0.0.0:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://[::1]:80"),
        ("[::1]:8443", "http://[::1]:8443"),
        ("gateway.local:8443", "http://gateway.local:8443"),
    ],
)
def test_a_listener_s_url_can_be_opened_here(bind: str, reached: str) -> None:
    assert addresses.url("http", addresses.local(bind)) == reached


def test_a_wildcard_listener_is_shown_by_its_local_address() -> None:
    assert addresses.url("https", ("::", 8443)) == "https://[::1]:8443"
