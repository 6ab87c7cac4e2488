"""The life of a function: files, dependencies, versions, aliases, live history."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.test_dependencies import wheel
from tests.e2e.caller import Caller, refusal
from tests.e2e.person import Person
from tests.e2e.product import WAIT, Product

NAME = "two_factor_authorization"
DENIED = (401, "APIG.0305")
USES_WHEEL = """import json
import greeter


def handler(event, context):
    answer = {"status": "allow", "context": {"version": greeter.VERSION}}
    return {"statusCode": 200, "body": json.dumps(answer)}
"""
DENY_ALL = """import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": "deny"})}
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One whose dependencies come from a folder with one wheel."""
    folder: Path = tmp_path_factory.mktemp("functions")
    wheel(folder / "wheels")
    running = Product(folder / "var")
    running.environment["SALLYPORT_WHEELHOUSE"] = str(folder / "wheels")
    running.serve()
    yield running
    status, said = running.stop()
    assert status == 0
    assert "Traceback" not in said


def add_file(person: Person, path: str, text: str) -> None:
    person.fill("File name", path)
    person.press("Add File")
    person.is_told("Saved as draft.")
    person.wait_for_editors()
    person.fill(path, text)


def deploy_with_dependencies(person: Person) -> None:
    """Deploy, and wait on the page that shows how far it is."""
    person.press("Deploy")
    person.page.wait_for_url("**/builds/**")
    ended = (
        person.page.get_by_role("status")
        .get_by_text("Deployed")
        .or_(person.page.get_by_role("status").get_by_text("Failed"))
    )
    expect(ended).to_be_visible(timeout=WAIT * 1000)


def test_a_call_through_the_gateway_is_found_by_its_request_id(
    caller: Caller, person: Person
) -> None:
    response = caller.call(query={"test": "somebody else"})
    assert refusal(response) == DENIED
    person.open_function(NAME)
    person.follow("Invocations")
    link = person.page.get_by_role("link", name=response.headers["X-Request-Id"][:13])
    # Records come in batches, a moment later.
    for _ in range(20):
        if link.count():
            break
        person.page.wait_for_timeout(250)
        person.page.reload()
    link.click()
    person.reads("Gateway")
    person.reads("The gateway would answer 401 APIG.0305.")
    assert "somebody else" in person.block("Event JSON")


def test_dependencies_are_installed_and_a_failure_keeps_what_is_live(
    caller: Caller, person: Person
) -> None:
    person.open_function(NAME)
    before = person.code()
    person.write_code(USES_WHEEL)
    add_file(person, "requirements.txt", "greeter==9\n")
    deploy_with_dependencies(person)
    person.reads("The previous deployment is still live.")
    assert "No matching distribution found for greeter==9" in person.block("Log")
    assert caller.call().status_code == 200
    person.follow("Back to the code")
    person.page.get_by_role("button", name="requirements.txt").click()
    person.wait_for_editors()
    person.fill("requirements.txt", "greeter==1.0\n")
    deploy_with_dependencies(person)
    person.reads("Calls now run this code.")
    assert caller.call(query={"test": "anybody"}).status_code == 200
    person.follow("Back to the code")
    person.press("Test")
    person.is_told("Execution successful")
    assert json.loads(person.block("Function Output"))["statusCode"] == 200
    person.page.get_by_role("button", name="requirements.txt").click()
    person.press("Delete File")
    person.is_told("Saved as draft.")
    person.write_code(before)
    person.deploy()
    assert refusal(caller.call(query={"test": "anybody"})) == DENIED


def test_an_alias_is_moved_and_the_next_call_follows(
    caller: Caller, person: Person
) -> None:
    person.open_function(NAME)
    person.follow("Version")
    person.follow("Publish New Version")
    person.fill("Version", "good")
    person.press("Publish")
    person.is_told("Published good.")
    person.follow("Aliases")
    person.follow("Create Alias")
    person.fill("Alias", "prod")
    person.choose("Version", "good")
    person.press("OK")
    person.is_told("Saved.")
    person.open_authorizer(NAME)
    person.choose("Version/Alias", "Alias: prod")
    person.press("OK")
    person.is_told("Saved.")
    person.open_function(NAME)
    before = person.code()
    person.write_code(DENY_ALL)
    person.deploy()
    assert caller.call().status_code == 200, "the alias names the published version"
    move_alias(person, "latest")
    assert refusal(caller.call()) == DENIED
    move_alias(person, "good")
    assert caller.call().status_code == 200
    person.open_function(NAME)
    person.write_code(before)
    person.deploy()


def move_alias(person: Person, version: str) -> None:
    person.open_function(NAME)
    person.follow("Aliases")
    person.follow("Modify")
    person.choose("Version", version)
    person.press("OK")
    person.is_told("Saved.")


def test_a_disabled_function_lets_nobody_through(
    caller: Caller, person: Person
) -> None:
    person.open_function(NAME)
    person.press("Disable Function")
    person.is_told("Disabled.")
    assert refusal(caller.call(query={"test": "new"})) == (500, "APIG.0601")
    assert refusal(caller.call()) == (500, "APIG.0601")
    person.press("Enable Function")
    person.is_told("Enabled.")
    assert caller.call().status_code == 200


def test_doctor_finds_nothing_wrong(caller: Caller, product: Product) -> None:
    found = json.loads(product.manage("doctor", "--json"))
    assert "problem" not in {line["state"] for line in found}
    texts = [line["text"] for line in found if line["topic"] == "gateway"]
    assert sum("listens on" in text for text in texts) == 2
    assert any(line["topic"] == "jail" for line in found)
