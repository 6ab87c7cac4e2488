"""Rules of credentials and authorizations (reference: auth.md section 3)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console.models import Authorization, Credential
from tests.console import world

pytestmark = pytest.mark.django_db


def refused_fields(**fields: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        Credential(**{"name": "app"} | fields).full_clean()
    return refused.value.message_dict


@pytest.mark.parametrize("name", ["abc", "App_1", "应用一", "a" * 64])
def test_a_documented_name_is_taken(name: str) -> None:
    Credential(name=name).full_clean()


@pytest.mark.parametrize("name", ["", "ab", "1abc", "a-b", "a bc", "abc\n", "a" * 65])
def test_another_name_is_refused(name: str) -> None:
    assert set(refused_fields(name=name)) == {"name"}


@pytest.mark.parametrize("key", ["12345678", "a_-bcdef", "K" * 200])
def test_a_documented_key_is_taken(key: str) -> None:
    Credential(name="app", app_key=key).full_clean()


@pytest.mark.parametrize(
    "key", ["", "1234567", "-2345678", "_2345678", "1234567!", "键" * 8, "K" * 201]
)
def test_another_key_is_refused(key: str) -> None:
    assert set(refused_fields(app_key=key)) == {"app_key"}


@pytest.mark.parametrize("secret", ["12345678", "a_-!@#$%", "S" * 128])
def test_a_documented_secret_is_taken(secret: str) -> None:
    Credential(name="app", app_secret=secret).full_clean()


@pytest.mark.parametrize(
    "secret", ["", "1234567", "!2345678", "1234567&", "密" * 8, "S" * 129, "12345678\n"]
)
def test_another_secret_is_refused(secret: str) -> None:
    assert set(refused_fields(app_secret=secret)) == {"app_secret"}


def test_names_and_keys_are_unique() -> None:
    world.credential(name="app", app_key="key-12345678")
    problems = refused_fields(app_key="key-12345678")
    assert "already exists" in problems["name"][0]
    assert "already belongs" in problems["app_key"][0]


def test_key_and_secret_are_generated_each_time_anew() -> None:
    first, second = world.credential(), world.credential()
    drawn = {first.app_key, first.app_secret, second.app_key, second.app_secret}
    assert len(drawn) == 4
    assert all(len(text) == 32 and int(text, 16) >= 0 for text in drawn)


def test_the_secret_is_a_token_in_the_database() -> None:
    row = world.credential(app_secret="correct-horse-battery")
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_secret FROM console_credential")
        token = cursor.fetchone()[0]
    assert token.startswith("gAAAA")
    assert "horse" not in token
    assert Credential.objects.get(pk=row.pk).app_secret == "correct-horse-battery"


def test_the_mask_shows_the_first_and_the_last_character() -> None:
    assert Credential(app_secret="0123456789").masked_secret == "0****9"


def test_resetting_gives_a_new_secret_and_keeps_the_key() -> None:
    row = world.credential()
    key, secret = row.app_key, row.app_secret
    row.reset_secret()
    row.refresh_from_db()
    assert row.app_key == key
    assert row.app_secret != secret


def test_only_an_api_with_app_authentication_can_be_bound() -> None:
    open_api = world.published(auth_type="NONE")
    with pytest.raises(ValidationError, match="does not use App authentication"):
        world.bind(world.credential(), open_api)


def test_a_pair_is_bound_once_in_an_environment() -> None:
    pair = world.bind(world.credential(), world.published())
    twin = Authorization(app=pair.app, api=pair.api, env=pair.env)
    with pytest.raises(ValidationError, match="already bound"):
        twin.full_clean()
    other = Authorization(app=pair.app, api=pair.api, env=world.environment("TEST"))
    other.save_valid()


def test_bindings_go_with_the_credential() -> None:
    pair = world.bind(world.credential(), world.published())
    pair.app.delete()
    assert not Authorization.objects.exists()
