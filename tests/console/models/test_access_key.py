"""Access keys: made like the vendor's, kept like every secret."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console import publish
from console.models import Account
from gateway.snapshot import AccessKey as Compiled
from tests.console import world

pytestmark = pytest.mark.django_db


def test_a_key_looks_like_the_vendor_s_and_its_secret_is_encrypted() -> None:
    row = world.access_key()
    assert re.fullmatch(r"[A-Z0-9]{20}", row.access)
    assert re.fullmatch(r"[A-Za-z0-9]{40}", row.secret)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM console_accesskey")
        (stored,) = cursor.fetchone()
    assert row.secret not in stored


def test_a_user_has_two() -> None:
    world.access_key()
    world.access_key()
    with pytest.raises(ValidationError, match="At most 2 access keys of a user"):
        world.access_key()
    world.access_key(world.user("another"))


def test_the_csv_is_the_vendor_s() -> None:
    row = world.access_key(world.user('o"neil'))
    assert row.csv == (
        "User Name,Access Key Id,Secret Access Key\r\n"
        f'"o""neil",{row.access},{row.secret}\r\n'
    )


def test_the_gateway_knows_enabled_keys_of_enabled_users() -> None:
    row = world.access_key()
    off = world.access_key()
    off.status = off.Status.INACTIVE
    off.save_valid()
    publish.compile_now()
    (user,) = world.live().users
    assert (user.id, user.name) == (row.account_id, "admin")
    assert user.access_keys == (Compiled(row.access, row.secret),)
    owner = row.account.user
    owner.is_active = False
    owner.save()
    publish.compile_now()
    assert world.live().users == ()


@pytest.mark.django_db(transaction=True)
def test_what_ends_a_proof_is_live_with_the_commit() -> None:
    row = world.access_key()
    before = world.live().users[0].generation
    owner = row.account.user
    owner.set_password("another")
    owner.save()
    assert world.live().users[0].generation != before
    Account.of(owner).access_keys.all().delete()
    assert world.live().users[0].access_keys == ()
