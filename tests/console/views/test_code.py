"""A function's Code tab: draft and live, Test."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from console import compile
from console.models import Function, TestEvent
from gateway.functions import launch
from gateway.functions.package import write_zip
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
    assert page.says("the function timed out after 3.00 seconds")


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


def files(row: Function) -> dict[str, bytes]:
    row.refresh_from_db()
    return row.draft.files()


def send(client: Client, row: Function, **sent: str) -> Page:
    return Page(client.post(code_url(row), sent, follow=True))


def test_opening_another_file_saves_this_one_first(admin_client: Client) -> None:
    row = world.function()
    row.write({"index.py": b"", "lib/util.py": b"old = 1\n"})
    row.save_valid()
    page = send(admin_client, row, path="index.py", source="typed", open="lib/util.py")
    assert page.says("old = 1")
    assert files(row)["index.py"] == b"typed"


def test_files_are_added_renamed_and_deleted(admin_client: Client) -> None:
    row = world.function()
    send(admin_client, row, source="x", action="add", new_path="lib/a.py")
    assert files(row) == {"index.py": b"x", "lib/a.py": b""}
    send(
        admin_client,
        row,
        path="lib/a.py",
        source="y",
        action="rename",
        new_path="b.json",
    )
    assert files(row) == {"index.py": b"x", "b.json": b"y"}
    send(admin_client, row, path="b.json", source="y", action="remove")
    assert files(row) == {"index.py": b"x"}


@pytest.mark.parametrize(
    ("action", "path", "said"),
    [
        ("add", "", "File name: type one."),
        ("add", "../x", "leaves the function"),
        ("add", "index.py", "is there already"),
        ("add", "index.py/x", "is there already"),
        ("remove", "", "A function has at least one file."),
    ],
)
def test_what_cannot_be_a_file_is_refused(
    admin_client: Client, action: str, path: str, said: str
) -> None:
    row = world.function()
    page = send(admin_client, row, source="kept = 1", action=action, new_path=path)
    assert page.says(said) and page.says("kept = 1")
    assert files(row) == {"index.py": world.ALLOW.encode()}


def test_of_two_who_edit_a_file_the_second_is_told(admin_client: Client) -> None:
    row = world.function()
    form = Page(admin_client.get(code_url(row))).form_with("source")
    send(admin_client, row, source="first", action="save")
    page = Page(admin_client.post(code_url(row), form | {"source": "second"}))
    assert page.says("Somebody saved another index.py") and page.says("second")
    assert files(row)["index.py"] == b"first"
    again = page.form_with("source")
    admin_client.post(code_url(row), again)
    assert files(row)["index.py"] == b"second"


def test_two_who_edit_different_files_do_not_disturb_each_other(
    admin_client: Client,
) -> None:
    row = world.function()
    row.write({"index.py": b"", "b.py": b""})
    row.save_valid()
    form = Page(admin_client.get(code_url(row))).form_with("source")
    send(admin_client, row, path="b.py", source="theirs", action="save")
    admin_client.post(code_url(row), form | {"source": "mine"})
    assert files(row) == {"index.py": b"mine", "b.py": b"theirs"}


def upload(client: Client, row: Function, archive: bytes) -> Page:
    sent = {"action": "upload", "upload-archive": SimpleUploadedFile("a.zip", archive)}
    return Page(client.post(code_url(row), sent, follow=True))


def test_an_archive_replaces_the_draft(admin_client: Client) -> None:
    row = world.function()
    page = upload(admin_client, row, write_zip({"index.py": b"x", "a.bin": b"\xff"}))
    assert page.says("Uploaded 2 files as draft.")
    assert set(files(row)) == {"index.py", "a.bin"} and row.dirty
    page = Page(admin_client.get(code_url(row) + "?file=a.bin"))
    assert page.says("is not text, or too large to edit here")
    page = send(admin_client, row, path="a.bin", action="discard")
    assert page.says("The draft is what is deployed again.")
    assert files(row) == {"index.py": world.ALLOW.encode()}


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ({"my/index.py": b""}, "set Handler to my/index.handler"),
        ({"other.py": b""}, "There is no file index for the handler index.handler."),
    ],
)
def test_an_odd_archive_is_taken_with_a_warning(
    admin_client: Client, contents: dict[str, bytes], said: str
) -> None:
    assert upload(admin_client, world.function(), write_zip(contents)).says(said)


@pytest.mark.parametrize(
    ("archive", "said"),
    [(b"nothing", "Not a readable ZIP"), (write_zip({}), "there are no files")],
)
def test_a_bad_archive_is_refused(
    admin_client: Client, archive: bytes, said: str
) -> None:
    row = world.function()
    assert upload(admin_client, row, archive).says(said)
    assert files(row) == {"index.py": world.ALLOW.encode()}


def test_a_draft_is_tested_only_with_what_it_asks_for(admin_client: Client) -> None:
    row = world.function()
    row.write({"index.py": b"", "requirements.txt": b"greeter==1.0"})
    row.save_valid()
    page = run(admin_client, row, "x = 1")
    assert page.says("choose Install Dependencies, or Deploy, first")


def test_a_result_says_what_the_gateway_would_make_of_it(admin_client: Client) -> None:
    row = world.function()
    assert run(admin_client, row, world.ALLOW).says("would let the call through")
    row.events.all().delete()
    page = run(admin_client, row, "def handler(event, context): return {}")
    assert page.says("500 APIG.0601: body must be a JSON string")


def test_a_test_is_kept_among_the_invocations(admin_client: Client) -> None:
    row = world.function()
    run(admin_client, row, world.ALLOW)
    call = row.invocations.get()
    assert (call.origin, call.ok, call.event) == ("test", True, '{"a":1}')
    page = Page(admin_client.get(call.get_absolute_url()))
    assert page.says("Execution successful") and page.says("(deployed)")
