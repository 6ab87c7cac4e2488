"""Rules of environments (reference: api.md section 6.1)."""

import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from console import publish
from console.models import Environment
from tests.console import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["abc", "Stage_2", "a" * 64])
def test_a_documented_name_is_taken(name: str) -> None:
    Environment(name=name).full_clean()


@pytest.mark.parametrize("name", ["", "ab", "2abc", "a-bc", "环境一", "a" * 65])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Environment(name=name).full_clean()
    assert set(refused.value.message_dict) == {"name"}


def test_there_is_one_release() -> None:
    with pytest.raises(ValidationError, match="already exists"):
        Environment(name="RELEASE").full_clean()


def test_an_environment_with_published_apis_cannot_be_deleted() -> None:
    other = Environment(name="DEV")
    other.save_valid()
    publish.publish(world.api(), other)
    with pytest.raises(ProtectedError):
        other.delete()


def test_release_always_exists() -> None:
    with pytest.raises(ValidationError) as refused:
        world.environment().delete()
    assert refused.value.code == "APIG.3418"
