"""The walkthrough again, in a browser that runs no JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import new_session
from tests.e2e.person import ANSWER, CODE, EVENT, Person
from tests.e2e.product import Product

NAME = "plain"


@pytest.fixture
def person(product: Product, chromium: Browser) -> Iterator[Person]:
    with new_session(chromium, product, scripts=False) as session:
        person = Person(session.new_page(), scripts=False)
        person.log_in()
        yield person


def test_every_step_works_in_forms_alone(person: Person) -> None:
    person.create_function(NAME)
    person.set_documented_variables()
    person.follow("Code")
    person.write_code(CODE)
    person.press("Save")
    person.configure_event("documented", EVENT)
    person.press("Test")
    person.is_told("Execution successful")
    person.deploy()
    person.create_authorizer(NAME, NAME)
    person.create_api(NAME, NAME)
    person.publish()
    person.create_credential(NAME)
    person.bind(NAME)
    person.open_debug(NAME)
    person.debug()
    person.is_told("Status Code 200")
    assert ANSWER in person.block("Raw response")
    person.debug(token=None)
    person.is_told("Status Code 401")
    assert "APIG.0305" in person.block("Raw response")
