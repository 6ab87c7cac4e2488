"""Access records: live in a browser, and kept apart while a disk is full."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import expect

from tests.e2e.caller import Caller
from tests.e2e.person import Person
from tests.e2e.product import Product, until


def test_a_live_log_shows_calls_as_they_come(caller: Caller, person: Person) -> None:
    person.page.goto("/logs/?live=1")
    shown = person.page.locator("tr[data-cursor]")
    first = caller.call().headers["X-Request-Id"]
    expect(shown.first).to_contain_text(first)
    # From now on the page stays, and gets rows.
    person.page.evaluate("document.body.dataset.same = 'yes'")
    second = caller.call(query={"test": "<b>x</b>"}).headers["X-Request-Id"]
    expect(shown.first).to_contain_text(second)
    expect(shown.nth(1)).to_contain_text(first)
    assert person.page.evaluate("document.body.dataset.same") == "yes"


def test_calls_go_on_while_the_console_s_disk_is_full(
    product: Product, caller: Caller, person: Person
) -> None:
    with full_disk(product):
        answers = [caller.call() for _ in range(20)]
        assert {answer.status_code for answer in answers} == {200}
        until(lambda: says(person, "no records can be kept"))
    ids = [answer.headers["X-Request-Id"] for answer in answers]
    until(lambda: not says(person, "no records can be kept"))
    for one in ids:
        person.page.goto(f"/logs/?q={one}")
        expect(person.page.locator("tr[data-cursor]")).to_have_count(1)


@contextmanager
def full_disk(product: Product) -> Iterator[None]:
    """No file of the console's gets any byte more."""
    kind = resource.RLIMIT_FSIZE
    limits = {pid: resource.prlimit(pid, kind) for pid in product.console()}
    for pid, (_, most) in limits.items():
        resource.prlimit(pid, kind, (0, most))
    try:
        yield
    finally:
        for pid, before in limits.items():
            resource.prlimit(pid, kind, before)


def says(person: Person, text: str) -> bool:
    response = person.page.goto("/logs/")
    return response is not None and text in person.page.content()
