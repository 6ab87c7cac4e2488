"""What a gateway parameter adds to records."""

import pytest

from gateway.call import Call
from gateway.custom_log import custom_text, custom_values
from tests.gateway.world import World, request


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (("header", "X-A"), "first"),
        (("header", "X-None"), ""),
        (("query", "q"), "1"),
        (("query", "Q"), ""),
        (("cookie", "c"), "2"),
        (("query", "odd"), "a\\x22b\\x5C c"),
        (("query", "long"), "x" * 1024),
    ],
)
def test_a_value_is_the_first_and_written_as_the_vendor_writes_it(
    world: World, source: tuple[str, str], value: str
) -> None:
    world.limit(custom_logs=(source,))
    target = "/orders?q=1&q=2&odd=a%22b%5C%2Bc&long=" + "x" * 2000
    pairs = (("x-a", "first"), ("x-a", "second"), ("cookie", "b=1; c=2"))
    call = Call(request("GET", target, *pairs), world.gateway.services)
    call.snapshot = world.snapshot
    assert custom_values(call) == [value]
    assert custom_text(call) == f"{source[1]}: {value}"
