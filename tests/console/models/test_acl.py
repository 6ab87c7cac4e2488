"""Access control policies."""

import pytest
from django.core.exceptions import ValidationError

from tests.console import policies

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("entity_type", "value"),
    [
        ("IP", "192.0.2.1"),
        ("IP", "192.168.0.1/16, 10.0.0.1-10.0.0.9,2001:db8::/32,::1"),
        ("DOMAIN", "account, another account"),
        ("DOMAIN_ID", "0123456789abcdef0123456789ABCDEF"),
    ],
)
def test_lists_of_each_type_are_taken(entity_type: str, value: str) -> None:
    assert policies.acl(value, entity_type=entity_type).slot == f"acl:{entity_type}"


@pytest.mark.parametrize(
    ("entity_type", "value", "text"),
    [
        ("IP", "192.0.2.256", "192.0.2.256: an IP address, a range"),
        ("IP", "192.0.2.1,,192.0.2.2", "an IP address, a range"),
        ("IP", "10.0.0.9-10.0.0.1", "the end of the range is before its start"),
        ("IP", "10.0.0.1-::1", "the end of the range is before its start"),
        ("IP", ",".join(["192.0.2.1"] * 101), "At most 100 addresses"),
        ("DOMAIN", "123", "123: an account name has 1 to 64"),
        ("DOMAIN", "a" * 65, "an account name has 1 to 64"),
        ("DOMAIN", ",".join(["a" * 60] * 20), "At most 1,024 characters"),
        ("DOMAIN_ID", "short", "short: an account ID has 32"),
        ("DOMAIN_ID", "a" * 32 + ",", "an empty entry: an account ID"),
    ],
)
def test_what_breaks_a_rule_is_refused(entity_type: str, value: str, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        policies.acl(value, entity_type=entity_type)


def test_the_type_of_a_list_stays() -> None:
    policy = policies.acl()
    policy.entity_type, policy.acl_value = "DOMAIN", "account"
    with pytest.raises(ValidationError, match="it cannot be changed"):
        policy.save_valid()
