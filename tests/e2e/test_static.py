"""What static/js adds to the pages, where no other test of a whole page shows it."""

from playwright.sync_api import expect

from tests.e2e.person import Person


def test_the_theme_is_switched_and_remembered(person: Person) -> None:
    page = person.page
    root = page.locator("html")
    page.get_by_role("button", name="Switch to dark theme").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Switch to light theme").click()
    page.reload()
    expect(page.get_by_role("button", name="Switch to dark theme")).to_be_visible()


def test_rows_are_added_up_to_the_limit_and_deleted_for_good(person: Person) -> None:
    page = person.page
    page.goto("/policies/authorizers/create/")
    add = page.get_by_role("button", name="Add Identity Source")
    rows = page.locator("[data-row]:visible")
    before = rows.count()
    for name in ("first", "second", "third"):
        add.click()
        rows.last.get_by_label("Parameter Name").fill(name)
    page.get_by_role("button", name="Delete row").nth(before + 1).click()
    page.get_by_role("button", name="OK").click()
    names = rows.get_by_label("Parameter Name")
    assert [field.input_value() for field in names.all()][-2:] == ["first", "third"]


def test_the_authorizer_is_asked_for_only_where_it_counts(person: Person) -> None:
    page = person.page
    page.goto("/apis/create/")
    choice = page.get_by_label("Custom Authorizer", exact=True)
    expect(choice).to_be_hidden()
    page.get_by_role("switch", name="Two-Factor Authentication").check()
    expect(choice).to_be_visible()
    page.get_by_role("radio", name="None").check()
    expect(choice).to_be_hidden()
    page.get_by_role("radio", name="Custom").check()
    expect(choice).to_be_visible()
