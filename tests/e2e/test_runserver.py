"""`manage.py runserver` alone is a whole gateway too."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import new_session
from tests.e2e.caller import Caller, refusal
from tests.e2e.person import Person
from tests.e2e.product import PASSWORD, Product

NAME = "two_factor_authorization"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up by hand, as `serve` is not there to do it."""
    running = Product(tmp_path_factory.mktemp("runserver") / "var")
    running.environment["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    running.manage("migrate")
    running.manage("createsuperuser", "--noinput", "--username=admin", "--email=")
    running.start(
        "runserver", "--noreload", running.console_bind, ready="Quit the server"
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def caller(product: Product, chromium: Browser) -> Caller:
    """Calls the example over HTTP, as this server has no TLS."""
    facts = json.loads(product.manage("demo", "--json"))
    with new_session(chromium, product) as session:
        person = Person(session.new_page())
        person.log_in()
        person.open_api(NAME)
        person.follow("Modify")
        person.choose("Protocol", "HTTP")
        person.press("Next")
        person.press("Finish")
        person.is_told("Saved. Publish it to make it live.")
        person.publish()
    host = facts["host"].partition(":")[0]
    _, _, port = product.console_bind.partition(":")
    caller = Caller.of(product, facts)
    return replace(caller, url=product.console_url, host=f"{host}:{port}")


def test_the_right_values_are_answered_with_200(caller: Caller) -> None:
    assert caller.call().status_code == 200


def test_other_values_are_401(caller: Caller) -> None:
    assert refusal(caller.call(token="Basic wrong")) == (401, "APIG.0305")
    assert refusal(caller.call(query={"test": "wrong"})) == (401, "APIG.0305")


def test_a_wrong_or_missing_signature_is_401(caller: Caller) -> None:
    assert refusal(caller.with_secret("0" * 32).call()) == (401, "APIG.0303")
    assert refusal(caller.call_altered()) == (401, "APIG.0303")
    assert refusal(caller.call_unsigned()) == (401, "APIG.0303")


def test_the_console_s_own_host_is_not_the_gateway(
    caller: Caller, product: Product
) -> None:
    console = replace(caller, host=product.console_bind)
    response = console.call()
    assert response.status_code == 404
    assert "There is no such page" in response.text
