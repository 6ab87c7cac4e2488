"""The documented example, by a command and by a button."""

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.caller import TEST, TOKEN, Caller
from tests.e2e.person import API_PATH, Person
from tests.e2e.product import Product

NAME = "two_factor_authorization"


@pytest.fixture(scope="module")
def facts(product: Product) -> dict[str, object]:
    found: dict[str, object] = json.loads(product.manage("demo", "--json"))
    return found


def test_it_says_all_that_a_caller_needs(
    product: Product, facts: dict[str, object]
) -> None:
    assert facts["console_url"] == product.console_url
    assert facts["gateway_url"] == product.https_url
    assert (facts["method"], facts["path"]) == ("GET", API_PATH)
    assert (facts["headers"], facts["query"]) == ({"token": TOKEN}, {"test": TEST})
    assert Caller.of(product, facts).call().status_code == 200


def test_again_it_gives_the_same(product: Product, facts: dict[str, object]) -> None:
    assert json.loads(product.manage("demo", "--json")) == facts


@pytest.mark.parametrize(
    "noun", ["Functions", "APIs", "Custom Authorizers", "Credentials"]
)
def test_the_button_adds_nothing_twice(
    facts: dict[str, object], person: Person, noun: str
) -> None:
    person.press("Create the documented example")
    person.is_told("The documented example is ready")
    if noun == "Custom Authorizers":
        person.menu("API Policies")
        person.follow(noun)
    else:
        person.menu(noun)
    expect(person.page.get_by_role("navigation", name="Pages")).to_have_text("Total: 1")


def test_the_button_leads_to_where_it_can_be_tried(
    product: Product, facts: dict[str, object], person: Person
) -> None:
    person.press("Create the documented example")
    person.is_told("The documented example is ready")
    person.debug()
    person.is_told("Status Code 200")
    assert Caller.of(product, facts).call().status_code == 200


def test_the_button_completes_what_was_deleted(
    product: Product, facts: dict[str, object], person: Person
) -> None:
    person.open_credential(NAME)
    person.follow("Delete")
    person.press("Yes")
    person.is_told("Deleted")
    person.menu("Home")
    person.press("Create the documented example")
    person.is_told("The documented example is ready")
    person.open_credential(NAME)
    key, secret = person.key_and_secret()
    again = Caller.of(product, {**facts, "app_key": key, "app_secret": secret})
    assert key != facts["app_key"]
    assert again.call().status_code == 200
