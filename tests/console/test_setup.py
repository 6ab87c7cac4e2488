"""What a fresh database needs."""

import stat
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.contrib.auth import authenticate, get_user_model
from pytest_django import Settings

from console.models import ApiGroup, Environment, GatewayResponse
from console.models.environment import RELEASE_ID
from console.setup import ensure_admin, ensure_default_response, ensure_defaults
from tests.console import world

pytestmark = pytest.mark.django_db


def test_the_defaults_are_there_once() -> None:
    ensure_defaults()
    ensure_defaults()
    assert Environment.objects.get().pk == RELEASE_ID
    assert ApiGroup.objects.get().name == "DEFAULT"
    assert GatewayResponse.objects.get().name == "default"


def test_a_group_has_one_default_response() -> None:
    group = world.group()
    assert ensure_default_response(group) == ensure_default_response(group)


def test_the_first_administrator_gets_a_password_that_is_told_once() -> None:
    password = ensure_admin()
    assert password is not None and len(password) >= 12
    assert authenticate(username="admin", password=password)
    file = conf.DATA_DIR / "admin-password"
    assert file.read_text() == password + "\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ensure_admin() is None


def test_the_administrator_s_name_and_password_can_be_given(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    settings.ADMIN_NAME, settings.ADMIN_PASSWORD = "root", "given-password"
    assert ensure_admin() is None
    assert list(tmp_path.iterdir()) == []
    user = get_user_model().objects.get()
    assert (user.get_username(), user.is_superuser) == ("root", True)
