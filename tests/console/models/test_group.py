"""Rules of API groups (reference: console.md section D1)."""

import pytest
from django.core.exceptions import ValidationError

from console.models import ApiGroup
from tests.console import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["abc", "9-_./:()", "订单（一）", "a" * 255])
def test_a_documented_name_is_taken(name: str) -> None:
    ApiGroup(name=name, remark="d" * 1000).full_clean()


@pytest.mark.parametrize("name", ["", "ab", "-abc", "a bc", "a<b>", "abc\n", "a" * 256])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ApiGroup(name=name).full_clean()
    assert set(refused.value.message_dict) == {"name"}


def test_a_name_is_unique() -> None:
    with pytest.raises(ValidationError, match="already exists"):
        ApiGroup(name=world.default_group().name).full_clean()


def test_a_description_ends_at_1000_characters() -> None:
    with pytest.raises(ValidationError) as refused:
        ApiGroup(name="orders", remark="d" * 1001).full_clean()
    assert set(refused.value.message_dict) == {"remark"}


def test_its_debugging_domain_is_its_id_under_the_gateway_s_domain() -> None:
    row = world.group()
    assert row.sl_domain == f"{row.pk}.apig.localhost"
    assert len(row.pk) == 32
