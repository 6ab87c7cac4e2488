"""Signature keys: what a key and a secret look like, and which can be bound."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console import bindings, models
from tests.console import policies, world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "1st"}, "Name: 3 to 64"),
        ({"sign_key": "short"}, "Key: 8 to 32"),
        ({"sign_key": "-leading-dash"}, "Key: 8 to 32"),
        ({"sign_secret": "short"}, "Secret: 16 to 64"),
        ({"sign_secret": "spaces are not allowed"}, "Secret: 16 to 64"),
        ({"sign_type": "basic", "sign_key": "1key"}, "Key: 4 to 32"),
        ({"sign_type": "basic", "sign_secret": "a"}, "Secret: 8 to 64"),
        ({"sign_type": "aes"}, "Signature Algorithm: choose one"),
        (
            {"sign_type": "aes", "sign_algorithm": "aes-256-cfb", "sign_key": "a" * 16},
            "Key: exactly 32",
        ),
        (
            {
                "sign_type": "aes",
                "sign_algorithm": "aes-128-cfb",
                "sign_secret": "a" * 15,
            },
            "Secret: 16 ",
        ),
        ({"sign_type": "public_key"}, "needs the gateway parameter public_key"),
        ({"sign_type": "md5"}, "not a valid choice"),
    ],
)
def test_a_signature_key_has_rules(fields: dict[str, Any], message: str) -> None:
    row = models.Signature(**{"name": "orders"} | fields)
    with pytest.raises(ValidationError) as refused:
        row.save_valid()
    assert message in " ".join(refused.value.messages)


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("hmac", ""),
        ("basic", ""),
        ("aes", "aes-128-cfb"),
        ("aes", "aes-256-cfb"),
    ],
)
def test_what_is_left_blank_is_generated_and_differs(kind: str, algorithm: str) -> None:
    made = [policies.signature(sign_type=kind, sign_algorithm=algorithm) for _ in "12"]
    assert made[0].sign_key != made[1].sign_key
    assert made[0].sign_secret != made[1].sign_secret


def test_the_secret_is_encrypted_at_rest() -> None:
    row = policies.signature(sign_secret="a-secret-of-16-or-more")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sign_secret FROM console_signature")
        assert row.sign_secret not in cursor.fetchone()[0]


def test_a_key_whose_use_is_not_documented_is_kept_but_not_bound() -> None:
    row = policies.signature(sign_type="aes", sign_algorithm="aes-128-cfb")
    with pytest.raises(ValidationError, match="is not documented"):
        bindings.bind(row, [world.published()], world.environment())


def test_an_api_has_one_key_in_an_environment() -> None:
    api = world.published()
    first, second = policies.signature(), policies.signature(sign_type="basic")
    bindings.bind(first, [api], world.environment())
    bindings.bind(second, [api], world.environment())
    assert models.SignatureBinding.objects.get(api=api).policy == second
