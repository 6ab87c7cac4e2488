"""An API made in the wizard: parameters, a policy, function backends; then called."""

import json

import requests
from playwright.sync_api import Locator, expect

from tests.e2e.person import Person
from tests.e2e.product import Product
from tests.e2e.test_pages import EVERY_LOOK, Findings

ECHO = """import json


def handler(event, context):
    told = {
        "name": %r,
        "query": event["queryStringParameters"],
        "path": event["pathParameters"],
    }
    return {"statusCode": 200, "body": json.dumps(told)}
"""


def deploy(person: Person, name: str) -> None:
    person.create_function(name)
    person.write_code(ECHO % name)
    person.deploy()


def create_rule(person: Person, name: str) -> None:
    """An orchestration rule: the first character, as the query parameter `first`."""
    person.menu("API Policies")
    person.follow("Orchestration Rules")
    person.follow("Create Orchestration Rule")
    person.fill("Name", name)
    person.choose("Strategy", "First characters")
    person.fill("Mapped Parameter Name", "first")
    row = last_row(person, "Entries", "Add Entry")
    row.get_by_label("Length", exact=True).fill("1")
    person.press("OK")
    person.is_told("Saved. The next call obeys it.")


def last_row(person: Person, table: str, button: str) -> Locator:
    person.press(button)
    return person.page.get_by_role("table", name=table).locator("tbody tr").last


def add_parameters(person: Person) -> None:
    """A number in the query, and a cookie that an orchestration rule reads."""
    row = last_row(person, "Request parameters", "Add Request Parameter")
    row.get_by_label("Parameter Name", exact=True).fill("limit")
    row.get_by_label("Parameter Type", exact=True).select_option("NUMBER")
    row.get_by_label("Maximum", exact=True).fill("10")
    row = last_row(person, "Request parameters", "Add Request Parameter")
    row.get_by_label("Parameter Name", exact=True).fill("tier")
    row.get_by_label("Location", exact=True).select_option("COOKIE")
    row.get_by_label("Default Value", exact=True).fill("none")
    row.get_by_label("Orchestration Rules", exact=True).fill("initial")


def test_an_api_with_parameters_a_policy_and_functions_works(
    product: Product, person: Person
) -> None:
    deploy(person, "usual")
    deploy(person, "special")
    create_rule(person, "initial")
    findings = Findings()
    findings.listen(person.page)
    person.menu("APIs")
    person.follow("Create API")
    person.fill("API Name", "orders")
    person.choose("Protocol", "HTTP&HTTPS")
    person.fill("Path", "/orders/{id}")
    person.pick("Authentication Mode", "None")
    add_parameters(person)
    findings.examine(person.page, EVERY_LOOK)
    person.press("Next")
    person.pick("Backend Type", "FunctionGraph")
    person.choose("Function URN", ":usual")
    person.page.get_by_text("Constant Parameters", exact=True).click()
    row = last_row(person, "Constant parameters", "Add Constant Parameter")
    row.get_by_label("Constant Parameter Name", exact=True).fill("from")
    row.get_by_label("Parameter Value", exact=True).fill("wizard")
    findings.examine(person.page, EVERY_LOOK)
    person.press("Add Backend Policy")
    person.fill("Name", "few")
    row = last_row(person, "Policy conditions", "Add Policy Condition")
    row.get_by_label("Source", exact=True).select_option("param")
    row.get_by_label("Parameter Name", exact=True).fill("limit")
    row.get_by_label("Condition Value", exact=True).fill("1")
    row = last_row(person, "Policy conditions", "Add Policy Condition")
    expect(row.get_by_label("Parameter Name", exact=True)).to_be_hidden()
    row.get_by_label("Source", exact=True).select_option("orchestration")
    row.get_by_label("Parameter Name", exact=True).fill("first")
    row.get_by_label("Condition Value", exact=True).fill("g")
    person.choose("Function URN", ":special")
    findings.examine(person.page, EVERY_LOOK)
    person.press("Finish")
    person.is_told("Saved. Publish it to make it live.")
    findings.examine(person.page, EVERY_LOOK)
    host = str(person.page.locator(".subhead code").first.text_content())
    person.publish()

    assert told(product, host, "/orders/7?limit=5") == {
        "name": "usual",
        "query": {"limit": "5", "from": "wizard", "first": "n"},
        "path": {"id": "7"},
    }
    assert told(product, host, "/orders/7?limit=1")["name"] == "special"
    assert told(product, host, "/orders/7", Cookie="tier=gold")["name"] == "special"
    refused = told(product, host, "/orders/7?limit=11")
    assert refused["error_code"] == "APIG.0201"
    assert findings == Findings()


def told(product: Product, url: str, target: str, **headers: str) -> dict[str, object]:
    """What the gateway answers to an unsigned call."""
    sent = {"Host": url.partition("//")[2].partition(":")[0]} | headers
    answer = requests.get(product.http_url + target, headers=sent, timeout=30)
    found: dict[str, object] = json.loads(answer.content)
    return found
