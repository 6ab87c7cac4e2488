"""The documented walkthrough (console.md section A), by a new user and on the wire."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.caller import TEST, TOKEN, Caller, refusal
from tests.e2e.person import ANSWER, API_PATH, CODE, EVENT, Person
from tests.e2e.product import Product

NAME = "two_factor"


@pytest.fixture(scope="module")
def caller(product: Product, session: BrowserContext) -> Iterator[Caller]:
    """Walks through the steps A1 to A8; gives whom to call, and as whom."""
    person = Person(session.new_page())
    person.page.goto("/")
    make_function(person)
    person.create_authorizer(NAME, NAME)
    person.create_api(NAME, NAME)
    person.reads("Not published")
    url = urlsplit(person.page.get_by_role("main").locator("code").first.inner_text())
    caller = Caller(product.https_url, url.netloc, API_PATH, "key", "s", product.ca)
    assert refusal(caller.call()) == (404, "APIG.0101")
    person.publish()
    person.create_credential(NAME)
    person.bind(NAME)
    key, secret = person.key_and_secret()
    person.page.close()
    yield replace(caller, app_key=key, app_secret=secret)


def make_function(person: Person) -> None:
    person.create_function(NAME)
    person.set_documented_variables()
    person.follow("Code")
    person.write_code(CODE)
    person.press("Save")
    person.is_told("Saved as draft.")
    person.configure_event("documented", EVENT)
    person.press("Test")
    person.is_told("Execution successful")
    assert "auth success" in person.block("Function Output")
    assert "Finish invoke request" in person.block("Log Output")
    person.deploy()


def test_the_right_values_are_answered_with_200(caller: Caller) -> None:
    response = caller.call()
    assert (response.status_code, response.text) == (200, ANSWER)
    assert response.headers["Server"] == "api-gateway"
    assert len(response.headers["X-Request-Id"]) == 32


@pytest.mark.parametrize("token", ["Basic wrong", "", None])
def test_a_wrong_or_missing_token_is_401(caller: Caller, token: str | None) -> None:
    assert refusal(caller.call(token=token)) == (401, "APIG.0305")


@pytest.mark.parametrize("query", [{"test": "user@124"}, {"test": ""}, {}])
def test_a_wrong_or_missing_test_value_is_401(
    caller: Caller, query: dict[str, str]
) -> None:
    assert refusal(caller.call(query=query)) == (401, "APIG.0305")


def test_a_wrong_secret_is_401(caller: Caller) -> None:
    response = caller.with_secret("0" * 32).call()
    assert refusal(response) == (401, "APIG.0303")
    assert "verify signature fail" in response.json()["error_msg"]


def test_an_altered_query_is_401(caller: Caller) -> None:
    assert refusal(caller.call_altered()) == (401, "APIG.0303")


def test_no_signature_is_401(caller: Caller) -> None:
    assert refusal(caller.call_unsigned()) == (401, "APIG.0303")


def test_plain_http_is_refused(caller: Caller, product: Product) -> None:
    clear = replace(caller, url=product.http_url)
    assert refusal(clear.call()) == (400, "APIG.0607")


def test_debugging_with_the_right_values_succeeds(
    caller: Caller, person: Person
) -> None:
    person.open_debug(NAME)
    person.debug()
    person.is_told("Status Code 200")
    assert ANSWER in person.block("Raw response")
    assert f"GET {API_PATH}?test=user%40123 HTTP/1.1" in person.block("Raw request")


@pytest.mark.parametrize(
    ("token", "test"), [("Basic wrong", TEST), (TOKEN, "nobody"), (None, TEST)]
)
def test_debugging_with_another_value_is_401(
    caller: Caller, person: Person, token: str | None, test: str
) -> None:
    person.open_debug(NAME)
    person.debug(token=token, test=test)
    person.is_told("Status Code 401")
    assert "APIG.0305" in person.block("Raw response")


def test_home_shows_every_step_but_the_last_as_done(
    caller: Caller, person: Person
) -> None:
    steps = person.page.get_by_role("main").get_by_role("listitem")
    expect(steps.filter(has_text="Done:")).to_have_count(6)
    expect(steps.filter(has_text="Open:")).to_contain_text(["Verify"])


def test_an_unbound_credential_is_403_until_it_is_bound_again(
    caller: Caller, person: Person
) -> None:
    person.open_credential(NAME)
    person.unbind()
    assert refusal(caller.call()) == (403, "APIG.0304")
    person.bind(NAME)
    assert caller.call().status_code == 200


def test_offline_is_404_until_it_is_published_again(
    caller: Caller, person: Person
) -> None:
    person.open_api(NAME)
    person.take_offline()
    assert refusal(caller.call()) == (404, "APIG.0101")
    person.publish()
    assert caller.call().status_code == 200


def test_the_encrypted_value_is_never_shown_again(
    caller: Caller, person: Person
) -> None:
    person.open_function(NAME)
    person.open_variables()
    assert "dXNlcjE6cGFzc3dvcmQ" not in person.page.content()
    assert "user@123" in person.page.content()
