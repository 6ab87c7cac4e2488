"""Publication records (reference: api.md sections 6.3 and 6.4)."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from console import publish
from console.models import Release
from tests.console import world

pytestmark = pytest.mark.django_db


def test_one_version_is_effective_in_an_environment() -> None:
    row = world.published()
    second = Release(
        api=row,
        env=world.environment(),
        version_no="20260101000000",
        publish_time=timezone.now(),
        definition={},
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_the_publication_id_survives_publishing_again() -> None:
    row = world.published()
    first = row.releases.get().publish_id
    again = publish.publish(row, world.environment())
    elsewhere = publish.publish(row, world.environment("TEST"))
    assert again.publish_id == first != elsewhere.publish_id
    assert len(first) == 32


def test_a_record_says_what_and_where() -> None:
    release = world.published(name="orders").releases.get()
    assert str(release) == f"orders {release.version_no} in RELEASE"
