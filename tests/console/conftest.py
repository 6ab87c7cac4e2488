"""A database in a file, so that threads share it as processes do; users; rows."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as conf
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from tests.console import world
from tests.console.served import served

MakeClient = Callable[..., Client]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    name = Path(os.environ["SALLYPORT_TEST_RUN"]) / "test.sqlite3"
    conf.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(name)


@pytest.fixture(autouse=True)
def static_files_on_demand(settings: Settings) -> None:
    """Looking through all of them again for every client is slow."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def client_of(db: None) -> MakeClient:
    """Clients signed in as a user with some permissions: `view_api`, …"""

    def make(*codenames: str) -> Client:
        user = User.objects.create_user(f"user{User.objects.count()}")
        allowed = Permission.objects.filter(codename__in=codenames)
        assert allowed.count() == len(codenames), "a permission of no model"
        user.user_permissions.set(allowed)
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def example(db: None) -> world.Example:
    """The documented example, and one of each noun that it does without."""
    return world.example()


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """HTTP and HTTPS ports of a gateway that reads the tests' snapshot."""
    with served() as found:
        yield found


@pytest.fixture
def addresses(ports: tuple[int, int], settings: Settings) -> None:
    """The console knows where that gateway is."""
    settings.GATEWAY_BIND = f"127.0.0.1:{ports[0]}"
    settings.GATEWAY_TLS_BIND = f"127.0.0.1:{ports[1]}"
