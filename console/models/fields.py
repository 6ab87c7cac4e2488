"""Columns that are encrypted at rest, with keys of their own.

The keys are in `DATA_DIR/keys/fields.key`, one a line, the newest first, so a
key can be rotated: what an older one wrote stays readable.
"""

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from gateway.source import read_cipher

# What stands in the place of a secret that is not shown.
MASK = "******"


class SecretUnreadable(RuntimeError):
    """A stored secret was written with a key that is no longer there."""


@lru_cache(maxsize=1)
def _cipher() -> MultiFernet:
    return read_cipher(settings.FIELD_KEY_FILE)


def seal(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    try:
        return _cipher().decrypt(token.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable(
            f"a secret cannot be decrypted: is {settings.FIELD_KEY_FILE} the key file "
            "it was written with?"
        ) from None


class EncryptedTextField(models.TextField):
    """Text in Python, a Fernet token in the database."""

    def get_prep_value(self, value: Any) -> Any:
        return value if value in (None, "") else seal(str(value))

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return value if value in (None, "") else unseal(value)


class EncryptedJSONField(models.Field):
    """A JSON object in Python, a Fernet token in the database."""

    def get_internal_type(self) -> str:
        return "TextField"

    def get_prep_value(self, value: Any) -> Any:
        return seal(json.dumps(value or {}))

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return json.loads(unseal(value)) if value else {}

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) and value else value or {}
