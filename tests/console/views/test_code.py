"""A function's Code tab: draft and live, Test."""

import pytest
from django.test import Client

from console import compile
from console.models import Function, TestEvent
from gateway.functions import launch
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

PRINTS = """def handler(event, context):
    print("seen", event)
    return {"echo": event["a"], "token": context.getUserData("token")}
"""


def code_url(row: Function) -> str:
    return row.get_absolute_url()


def event_of(row: Function, content: str = '{"a": 1}') -> TestEvent:
    event = TestEvent(function=row, name="event", content=content)
    event.save_valid()
    return event


def run(client: Client, row: Function, code: str, content: str = '{"a": 1}') -> Page:
    """Test the code with an event."""
    sent = {"source": code, "action": "test", "event": event_of(row, content).pk}
    return Page(client.post(code_url(row), sent, follow=True))


def test_saving_keeps_a_draft_that_is_not_live(admin_client: Client) -> None:
    row = world.function()
    live = row.deployed
    sent = {"source": "draft = 1\r\n", "action": "save"}
    admin_client.post(code_url(row), sent)
    row.refresh_from_db()
    assert world.code(row.draft) == "draft = 1\n"
    assert row.deployed == live
    page = Page(admin_client.get(code_url(row)))
    assert page.form_with("source")["source"] == "draft = 1\n"
    assert page.says("Draft not deployed")


def test_deploying_makes_the_editor_s_code_live(admin_client: Client) -> None:
    row = world.function()
    sent = {"source": "live = 1\n", "action": "deploy"}
    page = Page(admin_client.post(code_url(row), sent, follow=True))
    row.refresh_from_db()
    assert world.code(row.deployed) == "live = 1\n"
    assert page.says("Deployed: calls now run this code.")


@pytest.mark.parametrize("code", ["", "\n\nx = 1\n", "  x\n", "</textarea><b>&amp;"])
def test_the_editor_shows_the_code_as_it_was_saved(
    admin_client: Client, code: str
) -> None:
    row = world.function()
    admin_client.post(code_url(row), {"source": code, "action": "save"})
    page = Page(admin_client.get(code_url(row)))
    assert page.form_with("source")["source"] == code


def test_a_test_runs_the_draft_and_shows_what_came_back(admin_client: Client) -> None:
    row = world.function(encrypted_user_data={"token": "known"})
    page = run(admin_client, row, PRINTS)
    assert page.says("Execution successful")
    assert page.says('"echo": 1')
    assert page.says("Start invoke request")
    assert page.says("seen {'a': 1}")
    assert page.says("Finish invoke request")
    for label in (
        "Function Output",
        "Log Output",
        "Summary",
        "Request ID",
        "Memory Configured",
        "128 MB",
        "Execution Duration",
        "Memory Used",
        "Billed Duration",
        "Code hash",
    ):
        assert page.says(label)
    row.refresh_from_db()
    assert world.code(row.draft) == PRINTS
    assert world.code(row.deployed) == world.ALLOW
    assert page.form_with("source")["source"] == PRINTS


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def handler(event, context):\n    raise ValueError('no')\n", "ValueError"),
        ("def handler(event, context)\n", "SyntaxError"),
        ("x = 1\n", "handler"),
        ("", "handler"),
    ],
)
def test_code_that_fails_says_why(admin_client: Client, code: str, said: str) -> None:
    page = run(admin_client, world.function(), code)
    assert page.status == 200
    assert page.says("Execution failed")
    assert page.says("errorMessage")
    assert page.says(said)


def test_a_function_over_its_time_fails(admin_client: Client) -> None:
    row = world.function(timeout=3)
    page = run(
        admin_client, row, "def handler(event, context):\n    while True: pass\n"
    )
    assert page.says("Execution failed")
    assert page.says("1 second") or page.says("timed out") or page.says("timeout")


def test_a_result_too_deep_to_indent_is_shown_as_it_stands(
    admin_client: Client,
) -> None:
    code = "def handler(event, context):\n    return '[' * 3000 + ']' * 3000\n"
    page = run(admin_client, world.function(), code)
    assert page.status == 200
    assert page.says("[" * 3000)


def test_a_test_without_an_event_asks_for_one_and_keeps_the_code(
    admin_client: Client,
) -> None:
    row = world.function()
    page = Page(admin_client.post(code_url(row), {"source": "x = 1", "action": "test"}))
    assert page.says("Choose a test event")
    assert page.form_with("source")["source"] == "x = 1"


def test_the_page_says_how_functions_are_isolated(admin_client: Client) -> None:
    page = Page(admin_client.get(world.function().get_absolute_url()))
    assert page.says("Isolation") and page.says(launch.describe(launch.choose()))


def test_the_page_shows_the_hashes_that_results_name(admin_client: Client) -> None:
    row = world.function("print('码')\n")
    live = compile.function(row).code_hash
    world.write(row, "print('changed')\n")
    row.save_valid()
    page = Page(admin_client.get(row.get_absolute_url()))
    assert page.says(live[:12])
    assert page.says(compile.function(row, draft=True).code_hash[:12])
