"""Failures in a row, counted for all processes together."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from console.models import Lockout

pytestmark = pytest.mark.django_db


def test_five_failures_lock_a_name_for_a_while() -> None:
    for _ in range(4):
        Lockout.fail("k")
    assert not Lockout.locked("k")
    Lockout.fail("k")
    assert Lockout.locked("k")
    assert not Lockout.locked("other")
    row = Lockout.objects.get()
    assert timedelta(minutes=4) < row.until - timezone.now() <= timedelta(minutes=5)
    Lockout.objects.update(until=timezone.now())
    assert not Lockout.locked("k")
    Lockout.fail("k")
    assert Lockout.objects.get().failures == 1


def test_a_success_ends_the_row() -> None:
    Lockout.fail("k")
    Lockout.forgive("k")
    assert not Lockout.objects.exists()


def test_how_many_tries_is_a_setting(settings: Settings) -> None:
    settings.LIMITS = {"lock_tries": 1}
    Lockout.fail("k")
    assert Lockout.locked("k")
