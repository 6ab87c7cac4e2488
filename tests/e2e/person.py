"""Somebody at the console, who finds things by their labels and buttons only."""

import re
from collections.abc import Mapping, Sequence

from playwright.sync_api import Locator, Page, expect

from tests.e2e.caller import TEST, TOKEN
from tests.e2e.product import PASSWORD

# The function of the documented walkthrough, written to the same contract.
CODE = '''# -*- coding:utf-8 -*-
import json


def handler(event, context):
    """Allow who brings the token and the test value of the variables."""
    token_matches = event["headers"].get("token") == context.getUserData("token")
    given = event["queryStringParameters"].get("test")
    if token_matches and given == context.getUserData("test"):
        answer = {"status": "allow", "context": {"user": "auth success"}}
        resp = {"statusCode": 200, "body": json.dumps(answer)}
    else:
        resp = {"statusCode": 401, "body": json.dumps({"status": "deny"})}
    return json.dumps(resp)
'''
EVENT = """{
  "headers": {"token": "Basic dXNlcjE6cGFzc3dvcmQ="},
  "queryStringParameters": {"test": "user@123"}
}"""
API_PATH = "/api/two_factor_authorization"
ANSWER = '{"message": "behind two doors"}'
# Of a table: each row's values by the columns' names.
Rows = Sequence[Mapping[str, str | bool]]
VARIABLES: Rows = [
    {"Key": "token", "Value": TOKEN, "Encrypted": True},
    {"Key": "test", "Value": TEST},
]
IDENTITIES: Rows = [
    {"Parameter Location": "Header", "Parameter Name": "token"},
    {"Parameter Location": "Query", "Parameter Name": "test"},
]


class Person:
    """`scripts` says whether their browser runs JavaScript."""

    def __init__(self, page: Page, *, scripts: bool = True) -> None:
        self.page = page
        self.scripts = scripts

    def log_in(self) -> None:
        self.page.goto("/")
        self.fill("Username", "admin")
        self.fill("Password", PASSWORD)
        self.press("Log in")

    # What every page has.

    def menu(self, name: str) -> None:
        menu = self.page.get_by_role("navigation", name="Main")
        menu.get_by_role("link", name=name, exact=True).click()

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def fill(self, label: str, text: str) -> None:
        self.wait_for_editors()
        self.field(label).fill(text)

    def wait_for_editors(self) -> None:
        """Scripts put a code editor in the place of each textarea that wants one."""
        if self.scripts:
            plain = self.page.locator("textarea[data-editor]:not([hidden])")
            expect(plain).to_have_count(0)

    def choose(self, label: str, option: str) -> None:
        """Take one of a drop-down's options; a part of its text is enough."""
        box = self.field(label)
        choice = box.get_by_role("option").filter(has_text=option).first
        box.select_option(label=choice.text_content())

    def pick(self, label: str, choice: str) -> None:
        """Take one of the choices that stand side by side."""
        group = self.page.get_by_role("radiogroup", name=label)
        group.get_by_text(choice, exact=True).click()

    def tick(self, label: str) -> None:
        self.page.get_by_label(label).check()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, *, exact: bool = True) -> None:
        main = self.page.get_by_role("main")
        main.get_by_role("link", name=name, exact=exact).first.click()

    def reads(self, text: str) -> None:
        """The page says so."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def is_told(self, text: str) -> None:
        """The page reports that something was done."""
        expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def block(self, label: str) -> str:
        """What a block of code shows."""
        return self.page.get_by_role("region", name=label).inner_text()

    def fact(self, term: str) -> str:
        """What a page states under this term."""
        found = self.page.locator("dt", has_text=re.compile(f"^{re.escape(term)}$"))
        return found.locator("xpath=following-sibling::dd").inner_text().strip()

    def copy(self, label: str) -> str:
        """What its copy button puts into the clipboard."""
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.press(f"Copy {label}")
        expect(self.page.locator("#announcer")).to_have_text("Copied")
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    def open_tab(self, name: str) -> None:
        """Without scripts everything stands one below the other."""
        if self.scripts:
            self.page.get_by_role("tab", name=name, exact=True).click()

    def table(self, label: str, rows: Rows) -> None:
        """Type rows into a table, after those that it has."""
        self.page.wait_for_load_state()
        table = self.page.locator("[data-rows]").filter(
            has=self.page.locator(f'table[aria-label="{label}"]')
        )
        for row in rows:
            if self.scripts:
                table.get_by_role("button", name=re.compile("^Add")).click()
            for column, value in row.items():
                self._cell(table.get_by_label(column, exact=True).last, value)

    def batches(self, rows: Rows) -> list[Rows]:
        """What can be typed before saving: one row at a time without scripts."""
        return [rows] if self.scripts else [[row] for row in rows]

    def _cell(self, control: Locator, value: str | bool) -> None:
        if value is True:
            control.check()
        elif control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(label=str(value))
        else:
            control.fill(str(value))

    # The walkthrough's steps (console.md section A).

    def create_function(self, name: str) -> None:
        self.menu("Functions")
        self.follow("Create Function")
        self.pick("Create With", "Create from scratch")
        self.pick("Function Type", "Event Function")
        self.choose("Region", "local")
        self.choose("Project", "local")
        self.fill("Function Name", name)
        self.choose("Enterprise Project", "default")
        self.choose("Agency", "Use no agency")
        self.choose("Runtime", "Python 3.9")
        self.press("Create Function")
        self.is_told("Created")

    def open_function(self, name: str) -> None:
        self.menu("Functions")
        self.follow(name)

    def open_variables(self) -> None:
        self.follow("Configuration")
        self.open_tab("Environment Variables")

    def save_variables(self) -> None:
        # The part is a tab's panel with scripts and a region without.
        part = self.page.locator("#variables")
        part.get_by_role("button", name="Save", exact=True).click()
        self.is_told("Saved")

    def set_documented_variables(self) -> None:
        self.open_variables()
        for rows in self.batches(VARIABLES):
            self.table("Environment variables", rows)
            self.save_variables()

    def write_code(self, text: str) -> None:
        self.fill("index.py", text)

    def code(self) -> str:
        """What the editor holds; line by line, as it draws each on its own."""
        self.wait_for_editors()
        lines = self.field("index.py").locator(".cm-line").all_inner_texts()
        return "\n".join("" if line == "\n" else line for line in lines)

    def configure_event(self, name: str, content: str) -> None:
        self.follow("Configure Test Event")
        self.fill("Event Name", name)
        self.fill("Event", content)
        self.press("Create")
        self.is_told("Saved")

    def deploy(self) -> None:
        self.press("Deploy")
        self.is_told("Deployed: calls now run this code.")

    def set_timeout(self, seconds: int) -> None:
        """How long the function that is open may take."""
        self.follow("Configuration")
        self.open_tab("Basic Settings")
        self.fill("Execution Timeout (s)", str(seconds))
        self.page.locator("#settings").get_by_role("button", name="Save").click()
        self.is_told("Saved")

    def open_authorizer(self, name: str) -> None:
        self.menu("API Policies")
        self.follow("Custom Authorizers")
        self.follow(name)

    def validate_test_value(self, rule: str) -> None:
        """What the last identity source must match."""
        self.field("Validation").last.fill(rule)
        self.press("OK")
        self.is_told("Saved. The next call asks this authorizer.")

    def create_authorizer(self, name: str, function: str) -> None:
        self.menu("API Policies")
        self.follow("Custom Authorizers")
        self.follow("Create Custom Authorizer")
        self.fill("Name", name)
        self.pick("Type", "Frontend")
        self.choose("Function URN", f":{function}")
        self.choose("Version/Alias", "Version")
        self.fill("Max. Cache Age (s)", "30")
        for rows in self.batches(IDENTITIES):
            self.table("Identity sources", rows)
            self.press("OK")
            self.is_told("Saved")
            if rows[-1] != IDENTITIES[-1]:
                self.follow(name)

    def create_api(self, name: str, authorizer: str) -> None:
        """The API, as documented, up to Finish."""
        self.menu("APIs")
        self.follow("Create API")
        self.fill("API Name", name)
        self.choose("Group", "DEFAULT")
        self.choose("Method", "GET")
        self.choose("Protocol", "HTTPS")
        self.fill("Path", API_PATH)
        self.choose("Gateway Response", "default")
        self.pick("Authentication Mode", "App")
        self.tick("Two-Factor Authentication")
        self.choose("Custom Authorizer", authorizer)
        self.press("Next")
        self.pick("Backend Type", "Mock")
        self.choose("Status Code", "200 OK")
        self.fill("Response", ANSWER)
        self.press("Finish")
        self.is_told("Saved. Publish it to make it live.")

    def open_api(self, name: str) -> None:
        self.menu("APIs")
        self.follow(name)

    def publish(self) -> None:
        self.follow("Publish Latest Version", exact=False)
        self.choose("Environment", "RELEASE")
        self.press("OK")
        self.is_told("Published in RELEASE")

    def take_offline(self) -> None:
        self.follow("Take Offline")
        self.choose("Environment", "RELEASE")
        self.press("Yes")
        self.is_told("Offline in RELEASE.")

    def change_answer(self, text: str) -> None:
        """Another response of an API's Mock; saved, not published."""
        self.follow("Modify")
        self.press("Next")
        self.fill("Response", text)
        self.press("Finish")
        self.is_told("Saved. Publish it to make it live.")

    def create_credential(self, name: str) -> None:
        self.menu("Credentials")
        self.follow("Create Credential")
        self.fill("Name", name)
        self.press("OK")
        self.is_told("Saved")

    def open_credential(self, name: str) -> None:
        self.menu("Credentials")
        self.follow(name)

    def key_and_secret(self) -> tuple[str, str]:
        self.press("Show")
        return self.fact("Key"), self.fact("Secret").removesuffix("Hide").strip()

    def bind(self, api: str) -> None:
        self.follow("Bind to APIs")
        self.choose("Environment", "RELEASE")
        self.page.get_by_role("checkbox", name=api).check()
        self.press("OK")
        self.is_told("Bound.")

    def unbind(self) -> None:
        self.press("Unbind")
        self.is_told("Unbound")

    def open_debug(self, api: str) -> None:
        self.menu("Debug")
        self.choose("API", api)
        self.press("Open")

    def debug(self, *, token: str | None = TOKEN, test: str = TEST) -> None:
        """Send a call from the debug page."""
        self.fill_debug(token=token, test=test)
        self.press("Debug")
        self.page.get_by_role("heading", name="Response").wait_for()

    def fill_debug(self, *, token: str | None = TOKEN, test: str = TEST) -> None:
        """Give the identity sources; None leaves the header out."""
        self.open_tab("Parameters")
        self._declared("Query parameters", test)
        self.open_tab("Headers")
        self._declared("Request headers", token)

    def _declared(self, label: str, value: str | None) -> None:
        """The value of an identity source, which is listed by name beforehand."""
        table = self.page.get_by_role("table", name=label)
        if value is not None:
            table.get_by_label("Parameter Value", exact=True).first.fill(value)
        elif self.scripts:
            table.get_by_role("button", name="Delete row").first.click()
        else:
            table.get_by_label("Delete").first.check()
