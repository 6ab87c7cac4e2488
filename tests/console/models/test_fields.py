"""Columns that are encrypted at rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from console.models import fields
from console.models.fields import SecretUnreadable, seal, unseal


@pytest.fixture
def key_file(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """A key file of the test's own; the process reads it once."""
    path = tmp_path / "fields.key"
    path.write_text(Fernet.generate_key().decode() + "\n")
    settings.FIELD_KEY_FILE = path
    fields._cipher.cache_clear()
    yield path
    fields._cipher.cache_clear()


def test_what_is_sealed_can_be_unsealed_and_differs_each_time(key_file: Path) -> None:
    first, second = seal("秘密"), seal("秘密")
    assert first != second
    assert unseal(first) == unseal(second) == "秘密"


def test_a_new_key_leaves_older_secrets_readable(key_file: Path) -> None:
    old = seal("secret")
    fresh = Fernet.generate_key().decode()
    key_file.write_text(f"{fresh}\n{key_file.read_text()}")
    fields._cipher.cache_clear()
    assert unseal(old) == "secret"
    assert Fernet(fresh).decrypt(seal("new").encode()) == b"new"


def test_a_lost_key_is_said_without_the_secret(key_file: Path) -> None:
    token = seal("secret")
    key_file.write_text(Fernet.generate_key().decode())
    fields._cipher.cache_clear()
    with pytest.raises(SecretUnreadable, match="key file") as raised:
        unseal(token)
    assert token not in str(raised.value)
