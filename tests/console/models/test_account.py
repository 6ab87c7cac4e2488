"""What IAM knows of a console user."""

import pytest
from django.conf import settings
from pytest_django import Settings

from console.models import Account
from tests.console import world

pytestmark = pytest.mark.django_db


def test_a_user_has_one_account_with_ids_of_the_settings() -> None:
    account = Account.of(world.user())
    assert Account.of(world.user()) == account
    assert len(account.pk) == 32
    assert account.domain_id == settings.DOMAIN_ID
    assert account.domain_name == settings.DOMAIN_NAME


def test_a_new_password_or_a_revocation_is_a_new_generation() -> None:
    user = world.user()
    account = Account.of(user)
    seen = {account.generation}
    user.set_password("another")
    user.save()
    seen.add(Account.of(user).generation)
    Account.of(user).revoke_tokens()
    seen.add(Account.of(user).generation)
    assert len(seen) == 3
    assert user.password not in "".join(seen)


def test_users_can_be_of_different_accounts(settings: Settings) -> None:
    settings.DOMAIN_NAME = "other"
    account = Account.of(world.user())
    assert account.domain_name == "other"
