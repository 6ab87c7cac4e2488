"""Sets of addresses."""

import pytest

from gateway.addresses import Addresses, NoAddress


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.8", "192.0.2.6"]),
        ("192.168.0.1/16", ["192.168.0.0", "192.168.255.255"], ["192.169.0.0"]),
        ("10.0.0.1-10.0.0.9", ["10.0.0.1", "10.0.0.9"], ["10.0.0.0", "10.0.0.10"]),
        ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::1", "2001:db8::1"]),
        ("2001:db8::/32", ["2001:db8::1", "2001:db8:ffff::"], ["2001:db9::", "::1"]),
        ("fe80::1", ["fe80::1", "fe80::1%eth0"], ["fe80::2"]),
    ],
)
def test_an_entry_holds_its_addresses_and_no_other(
    entry: str, inside: list[str], outside: list[str]
) -> None:
    found = Addresses(["203.0.113.1", entry, "203.0.113.3"])
    assert all(address in found for address in inside)
    assert not any(address in found for address in outside)


def test_entries_may_overlap_and_come_in_any_order() -> None:
    found = Addresses(["10.0.0.5-10.0.0.9", "10.0.0.0/8", "10.0.0.1", "9.9.9.9"])
    assert all(address in found for address in ("10.255.0.1", "9.9.9.9", "10.0.0.7"))
    assert "9.9.9.10" not in found
    assert "11.0.0.0" not in found


def test_a_text_that_is_no_address_is_told_from_one_outside() -> None:
    with pytest.raises(NoAddress, match="'unix' is not an IP address"):
        assert "unix" in Addresses([])
