"""What a call knows about its request."""

import pytest

from gateway.call import NO_API, Call, parse_query
from tests.gateway.world import World, request


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", {}),
        ("&&", {}),
        ("a=1", {"a": ["1"]}),
        ("a", {"a": [""]}),
        ("a=", {"a": [""]}),
        ("=1", {"": ["1"]}),
        ("a=1=2", {"a": ["1=2"]}),
        ("b=2&a=1&b=1", {"b": ["2", "1"], "a": ["1"]}),
        ("A=1&a=2", {"A": ["1"], "a": ["2"]}),
        ("a=x+y%20z%2B", {"a": ["x y z+"]}),
        ("%E5%B9%BF=%e5%b7%9e", {"广": ["州"]}),
        ("a=\xe5\xb9\xbf", {"a": ["广"]}),
        ("a=%FF%zz%", {"a": ["\xff%zz%"]}),
        ("a=1;b=2", {"a": ["1;b=2"]}),
    ],
)
def test_a_query_is_values_by_name_in_the_order_sent(
    query: str, values: dict[str, list[str]]
) -> None:
    assert parse_query(query) == values


def test_a_call_has_an_id_of_32_hex_digits_and_starts_with_nothing(
    world: World,
) -> None:
    call = Call(request(), world.gateway.services)
    assert len(bytes.fromhex(call.request_id)) == 16
    assert (call.group, call.credential, call.frontend) == (None, None, {})
    assert call.api is NO_API
    assert call.trace is None


def test_without_a_trace_nothing_is_noted(world: World) -> None:
    call = Call(request(), world.gateway.services)
    call.explain(fact=1)
    assert call.skip("no reason") is None
    assert call.trace is None


def test_the_query_is_read_once(world: World) -> None:
    call = Call(request("GET", "/orders?a=1"), world.gateway.services)
    assert call.query is call.query == {"a": ["1"]}
