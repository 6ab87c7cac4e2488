"""AppCodes: the documented characters, five to a credential, each somebody's alone."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from console import publish
from tests.console import world

pytestmark = pytest.mark.django_db


def test_a_generated_code_has_64_hex_characters_and_is_encrypted() -> None:
    row = world.app_code(world.credential())
    assert re.fullmatch(r"[0-9a-f]{64}", row.app_code)
    assert row.masked == f"{row.app_code[0]}****{row.app_code[-1]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_code FROM console_appcode")
        assert row.app_code not in cursor.fetchone()[0]


@pytest.mark.parametrize("first", "aZ0+/")
def test_every_documented_character_is_allowed(first: str) -> None:
    code = (first + "aZ9+_!@#$%-/=").ljust(64, "x")
    assert world.app_code(world.credential(), app_code=code).app_code == code
    world.app_code(world.credential(), app_code=first * 180)


WRONG = (
    "a" * 63,
    "a" * 181,
    "-" + "a" * 63,
    "a" * 63 + "&",
    "a" * 63 + "\n",
    "键" * 64,
)


@pytest.mark.parametrize("code", WRONG)
def test_anything_else_is_refused(code: str) -> None:
    with pytest.raises(ValidationError, match="64 to 180 characters"):
        world.app_code(world.credential(), app_code=code)


def test_a_credential_has_five() -> None:
    app = world.credential()
    for _ in range(5):
        world.app_code(app)
    with pytest.raises(ValidationError, match="At most 5 AppCodes of a credential"):
        world.app_code(app)


def test_no_two_credentials_share_a_code() -> None:
    world.app_code(world.credential(), app_code="a" * 64)
    with pytest.raises(ValidationError, match="already belongs to a credential"):
        world.app_code(world.credential(), app_code="a" * 64)


def test_the_gateway_knows_the_codes_of_each_credential() -> None:
    app = world.credential()
    codes = {world.app_code(app).app_code, world.app_code(app).app_code}
    publish.compile_now()
    (compiled,) = world.live().credentials
    assert set(compiled.app_codes) == codes


@pytest.mark.parametrize("on", ["HEADER", "DISABLE"])
def test_the_gateway_knows_which_apis_take_them(on: str) -> None:
    world.published(auth_opt={"app_code_auth_type": on})
    publish.compile_now()
    (api,) = world.live().apis
    assert api.app_code is (on == "HEADER")
