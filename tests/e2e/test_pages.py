"""Every page: nothing broken, nothing cut off, usable with a keyboard and a reader."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urldefrag, urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.e2e.browser import new_session
from tests.e2e.caller import Caller
from tests.e2e.person import Person
from tests.e2e.product import Product

NAME = "two_factor_authorization"
WIDE, NARROW = 1280, 400
Looks = list[tuple[int, Literal["light", "dark"]]]
EVERY_LOOK: Looks = [
    (width, scheme) for width in (WIDE, NARROW) for scheme in ("light", "dark")
]
# Both widths and both schemes: enough where there are many pages.
TWO_LOOKS: Looks = [(WIDE, "light"), (NARROW, "dark")]
# What tells one object of a kind from another, and what is no page of ours.
ID = re.compile(
    r"(?<=/)(?:[0-9a-f-]{32,}|\d+|DEFAULT_ENVIRONMENT_RELEASE_ID)(?=/)|(?<=/types/)\w+"
)
NO_PAGE = re.compile(r"/admin/|/export/|/download/")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES},
    "resultTypes": ["violations"],
    # Fetching style sheets and media again serves only rules on orientation and
    # audio, which no page sets or plays.
    "preload": False,
}
# Whether the focused element is marked, and its text.
FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const text = element.getAttribute("aria-label") || element.textContent;
  return {
    tag: element.tagName,
    text: text.trim(),
    marked: outlined || style.boxShadow !== "none",
  };
}"""


@dataclass
class Findings:
    """What is wrong, each with the page it was found on."""

    messages: list[str] = field(default_factory=list)
    overflows: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", lambda message: self._hear(page, message))
        page.on("pageerror", lambda error: self.messages.append(f"{page.url}: {error}"))

    def _hear(self, page: Page, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.messages.append(f"{page.url}: {message.text}")

    def examine(self, page: Page, looks: Looks) -> None:
        page.wait_for_load_state()
        for width, scheme in looks:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # Scripts hear of the scheme with the next frame.
            page.evaluate("() => new Promise(requestAnimationFrame)")
            self._measure(page, f"{page.url} at {width} px, {scheme}")
        page.set_viewport_size({"width": WIDE, "height": 900})

    def _measure(self, page: Page, where: str) -> None:
        wide, there = page.evaluate(
            "[document.documentElement.scrollWidth, innerWidth]"
        )
        if wide > there:
            self.overflows.append(f"{where}: {wide}")
        for violation in Axe().run(page, options=OPTIONS).response["violations"]:
            targets = [node["target"] for node in violation["nodes"]]
            self.violations.append(f"{where}: {violation['id']} {targets}")


@pytest.fixture(scope="module")
def found(caller: Caller, session: BrowserContext) -> Iterator[Findings]:
    """What is wrong with the pages that links lead to: one of each kind."""
    findings, page = Findings(), session.new_page()
    findings.listen(page)
    seen, waiting = {"/"}, ["/"]
    while waiting:
        response = page.goto(waiting.pop())
        assert response is not None and response.ok, page.url
        findings.examine(page, TWO_LOOKS)
        for path in links(page):
            if (name := kind(path)) not in seen:
                seen.add(name)
                waiting.append(path)
    assert len(seen) > 60, seen
    page.close()
    yield findings


def links(page: Page) -> list[str]:
    """Where a page's links lead inside the console; Django's admin is not ours."""
    hrefs = page.locator("a[href]").evaluate_all("all => all.map(a => a.href)")
    home = urljoin(page.url, "/")
    ours = sorted({urldefrag(href).url for href in hrefs if href.startswith(home)})
    paths = [url.removeprefix(home[:-1]) for url in ours]
    return [p for p in paths if not NO_PAGE.search(p)]


def kind(path: str) -> str:
    """A path without what tells one object from another, and without its query."""
    return ID.sub("*", path.partition("?")[0])


def test_no_page_complains_in_the_browser_s_console(found: Findings) -> None:
    assert found.messages == []


def test_no_page_is_wider_than_the_screen(found: Findings) -> None:
    assert found.overflows == []


def test_no_page_violates_wcag(found: Findings) -> None:
    assert found.violations == []


def check(person: Person) -> None:
    """The page as it is now is fine too."""
    findings = Findings()
    findings.examine(person.page, EVERY_LOOK)
    assert findings == Findings()


def test_a_debug_call_and_its_snippets_are_fine(caller: Caller, person: Person) -> None:
    person.open_debug(NAME)
    person.debug(test="nobody")
    check(person)
    person.choose("App signature", f"Sign with {NAME}")
    person.press("Show Snippets")
    person.page.get_by_role("heading", name="Snippets").wait_for()
    check(person)


def test_cached_verdicts_are_fine(caller: Caller, person: Person) -> None:
    caller.call()
    person.open_authorizer(NAME)
    person.follow("Cached Verdicts")
    person.reads("header token")
    check(person)
    person.press("Flush This Authorizer")
    person.reads("The next calls ask again.")
    check(person)


def test_a_replay_and_a_scenario_are_fine(caller: Caller, person: Person) -> None:
    person.page.goto("/scenarios/create/")
    person.fill("Name", "two_factor")
    person.press("OK")
    person.open_debug(NAME)
    person.debug(test="nobody")
    person.page.locator("#result").get_by_role("link", name="Replay").click()
    check(person)
    person.press("Replay")
    person.reads("The answers are the same.")
    person.fill("Path and query", f"{caller.path}?test=user%40123")
    person.press("Replay")
    person.reads("The answers differ in: Status")
    check(person)
    person.follow("Save as case of a scenario")
    person.fill("Case Name", "let in")
    check(person)
    person.press("OK")
    person.press("Run All")
    person.reads("1 passed, 0 failed.")
    check(person)


def test_access_keys_and_app_codes_are_fine(caller: Caller, person: Person) -> None:
    person.page.goto("/access-keys/create/")
    person.press("OK")
    person.reads("it is shown this once")
    check(person)
    person.follow("Done")
    check(person)
    person.open_credential(NAME)
    person.follow("Add AppCode")
    check(person)
    person.press("OK")
    person.reads("APIs with simple authentication take it")
    check(person)


def test_a_debug_call_s_form_and_file_are_fine(caller: Caller, person: Person) -> None:
    person.open_debug(NAME)
    person.page.get_by_role("tab").filter(has_text="Body").click()
    for kind in ("form", "file"):
        person.page.locator(f"input[name=body_type][value={kind}]").check(force=True)
        check(person)


def test_a_tested_function_is_fine(caller: Caller, person: Person) -> None:
    person.open_function(NAME)
    person.press("Test")
    person.is_told("Execution successful")
    check(person)


def test_a_refused_form_is_fine(caller: Caller, person: Person) -> None:
    person.menu("API Policies")
    person.follow("Custom Authorizers")
    person.follow("Create Custom Authorizer")
    person.fill("Name", "1")
    person.fill("Max. Cache Age (s)", "30")
    person.press("OK")
    person.reads("Name: 3 to 64 letters")
    check(person)


def test_the_backend_step_and_a_shown_secret_are_fine(
    caller: Caller, person: Person
) -> None:
    person.open_api(NAME)
    person.press("More")
    check(person)
    person.follow("Modify")
    person.press("Next")
    person.fill("Response", "{}")
    check(person)
    person.open_credential(NAME)
    facts = person.page.locator("dl")
    facts.get_by_role("button", name="Show").click()
    person.reads("Hide")
    check(person)


def test_an_import_and_its_result_are_fine(
    caller: Caller, person: Person, tmp_path: Path
) -> None:
    file = tmp_path / "apis.yaml"
    file.write_text(
        "{swagger: '2.0', info: {title: Imported APIs}, paths: {/a: {get: {}}}}"
    )
    for mock, said in ((False, "0 imported · 1 not imported"), (True, "1 imported")):
        person.menu("APIs")
        person.follow("Import APIs")
        person.page.get_by_label("Existing group").check(force=True)
        person.page.get_by_label("File").set_input_files(file)
        person.page.get_by_label("Mock Backends").set_checked(mock)
        check(person)
        person.press("Import Now")
        person.reads(said)
        check(person)


def test_home_and_a_page_that_is_not_there_are_fine(
    caller: Caller, person: Person
) -> None:
    check(person)
    person.page.goto("/no/such/page/")
    person.reads("404")
    check(person)


def test_the_api_reference_is_fine(caller: Caller, person: Person) -> None:
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.page.goto("/api/schema/")
    person.page.get_by_role("link", name="API groups", exact=True).wait_for()
    check(person)
    home = urljoin(person.page.url, "/")
    assert [url for url in asked if not url.startswith((home, "data:"))] == []


def test_a_refused_login_is_fine(product: Product, chromium: Browser) -> None:
    with new_session(chromium, product) as signed_out:
        person = Person(signed_out.new_page())
        person.page.goto("/")
        person.fill("Username", "admin")
        person.fill("Password", "wrong")
        person.press("Log in")
        person.reads("Please enter a correct username and password")
        check(person)


@pytest.mark.parametrize("place", ["Home", "APIs", "Debug"])
def test_tab_reaches_the_skip_link_first_and_every_stop_is_marked(
    caller: Caller, person: Person, place: str
) -> None:
    person.menu(place)
    heading = person.page.get_by_role("heading", name=place, level=1, exact=True)
    expect(heading).to_be_visible()
    stops = list(tab_through(person.page))
    assert stops[0]["text"] == "Skip to content"
    assert [stop for stop in stops if not stop["marked"]] == []
    person.page.reload()
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    person.page.keyboard.press("Tab")
    assert person.page.locator("main :focus").count() == 1


def tab_through(page: Page) -> Iterator[dict[str, str]]:
    """Every stop of the Tab key, until it leaves the page."""
    while True:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["tag"] == "BODY":
            return
        yield stop


def test_the_editor_can_be_left_with_the_keyboard(
    caller: Caller, person: Person
) -> None:
    person.open_function(NAME)
    person.wait_for_editors()
    editor = person.field("index.py")
    editor.focus()
    person.page.keyboard.press("Tab")
    assert person.code().startswith("    # -*-")
    person.page.keyboard.press("Escape")
    person.page.keyboard.press("Tab")
    assert person.page.locator(".cm-content:focus").count() == 0
