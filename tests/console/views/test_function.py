"""The pages of functions: eight fields, draft and live, variables, events."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from console.models import Function, TestEvent
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

SECRET = "Basic dXNlcjE6cGFzc3dvcmQ="
PRINTS = """def handler(event, context):
    print("seen", event)
    return {"echo": event["a"], "token": context.getUserData("token")}
"""


def code_url(row: Function) -> str:
    return row.get_absolute_url()


def configuration_url(row: Function) -> str:
    return reverse("function-configuration", args=[row.pk])


def event_of(row: Function, content: str = '{"a": 1}') -> TestEvent:
    event = TestEvent(function=row, name="event", content=content)
    event.save_valid()
    return event


def run(client: Client, row: Function, code: str, content: str = '{"a": 1}') -> Page:
    """Test the code with an event."""
    sent = {"source": code, "action": "test", "event": event_of(row, content).pk}
    return Page(client.post(code_url(row), sent))


def variables(*rows: dict[str, str], stored: int = 0) -> dict[str, str]:
    sent = {
        "section": "variables",
        "variables-TOTAL_FORMS": str(len(rows)),
        "variables-INITIAL_FORMS": str(stored),
    }
    for number, row in enumerate(rows):
        sent |= {f"variables-{number}-{key}": value for key, value in row.items()}
    return sent


def test_the_eight_fields_stand_in_their_documented_order(admin_client: Client) -> None:
    page = Page(admin_client.get(reverse("function-create")))
    assert page.labels == [
        "Create With",
        "Function Type",
        "Region",
        "Project",
        "Function Name",
        "Enterprise Project",
        "Agency",
        "Runtime",
    ]
    assert page.says("Event Function")
    assert page.says("Use no agency")


def test_a_function_is_created_and_not_yet_live(admin_client: Client) -> None:
    url = reverse("function-create")
    sent = Page(admin_client.get(url)).form_with("func_name")
    assert sent["runtime"] == "Python3.9"
    response = admin_client.post(url, sent | {"func_name": "guard"})
    row = Function.objects.get()
    assert response["Location"] == code_url(row)
    assert (row.func_name, row.memory_size, row.timeout) == ("guard", 128, 3)
    assert row.handler == "index.handler"
    assert row.deployed_code is None
    assert Page(admin_client.get(code_url(row))).says("Not deployed")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("func_name", "", "Function Name: This field is required."),
        ("func_name", "9lives", "Function Name: 1 to 60 letters"),
        ("func_name", "函数", "Function Name: 1 to 60 letters"),
        ("func_name", "a" * 61, "Function Name: Ensure this value has at most 60"),
        ("func_name", "taken", "A function with this name already exists."),
        ("runtime", "Cobol", "Runtime: Select a valid choice."),
        ("function_type", "http", "Function Type: Select a valid choice."),
        ("create_with", "image", "Create With: Select a valid choice."),
        ("agency", "other", "Agency: Select a valid choice."),
    ],
)
def test_a_broken_rule_is_named_and_nothing_typed_is_lost(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    world.function(func_name="taken")
    url = reverse("function-create")
    sent = Page(admin_client.get(url)).form_with("func_name")
    page = Page(admin_client.post(url, sent | {"func_name": "kept", field: value}))
    assert page.status == 200
    assert page.says(said)
    wanted = value if field == "func_name" else "kept"
    assert page.form_with("func_name")["func_name"] == wanted
    assert Function.objects.count() == 1


def test_saving_keeps_a_draft_that_is_not_live(admin_client: Client) -> None:
    row = world.function()
    live = row.deployed_code
    sent = {"source": "draft = 1\r\n", "action": "save"}
    admin_client.post(code_url(row), sent)
    row.refresh_from_db()
    assert row.code == {"index.py": "draft = 1\n"}
    assert row.deployed_code == live
    page = Page(admin_client.get(code_url(row)))
    assert page.form_with("source")["source"] == "draft = 1\n"
    assert page.says("Draft not deployed")


def test_deploying_makes_the_editor_s_code_live(admin_client: Client) -> None:
    row = world.function()
    sent = {"source": "live = 1\n", "action": "deploy"}
    page = Page(admin_client.post(code_url(row), sent, follow=True))
    row.refresh_from_db()
    assert row.deployed_code == {"index.py": "live = 1\n"}
    assert page.says("Deployed: calls now run this code.")


@pytest.mark.parametrize("code", ["", "\n\nx = 1\n", "  x\n", "</textarea><b>&amp;"])
def test_the_editor_shows_the_code_as_it_was_saved(
    admin_client: Client, code: str
) -> None:
    row = world.function()
    admin_client.post(code_url(row), {"source": code, "action": "save"})
    page = Page(admin_client.get(code_url(row)))
    assert page.form_with("source")["source"] == code


def test_code_over_ten_kilobytes_is_refused_and_kept_on_the_page(
    admin_client: Client,
) -> None:
    row = world.function()
    code = "# " + "x" * 10_239
    page = Page(admin_client.post(code_url(row), {"source": code, "action": "deploy"}))
    assert page.status == 200
    assert page.says("The code is 10241 bytes; at most 10240 fit.")
    assert page.form_with("source")["source"] == code
    row.refresh_from_db()
    assert row.code == row.deployed_code == {"index.py": world.ALLOW}


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
    assert row.code == {"index.py": PRINTS}
    assert row.deployed_code == {"index.py": world.ALLOW}
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
    row = world.function(timeout=1)
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


def test_settings_are_saved(admin_client: Client) -> None:
    row = world.function()
    url = configuration_url(row)
    sent = Page(admin_client.get(url)).form_with("handler")
    wanted = {"handler": "index.main", "timeout": "30", "memory_size": "512"}
    response = admin_client.post(url, sent | wanted | {"description": "说明"})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.handler, row.timeout, row.memory_size) == ("index.main", 30, 512)
    assert row.description == "说明"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("handler", "", "Handler: This field is required."),
        ("handler", "handler", "Handler: a file name, a dot and a function name"),
        ("timeout", "", "Execution Timeout (s): This field is required."),
        ("timeout", "0", "Execution Timeout (s): Ensure this value is greater"),
        ("timeout", "259201", "Execution Timeout (s): Ensure this value is less"),
        ("timeout", "soon", "Execution Timeout (s): Enter a whole number."),
        ("memory_size", "100", "Memory (MB): Select a valid choice."),
        ("description", "d" * 513, "Description: Ensure this value has at most 512"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    row = world.function()
    url = configuration_url(row)
    sent = Page(admin_client.get(url)).form_with("handler") | {"description": "typed"}
    sent[field] = value
    page = Page(admin_client.post(url, sent))
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("handler")
    if field != "memory_size":
        assert shown[field] == value
    assert shown["description"] == sent["description"]
    row.refresh_from_db()
    assert row.timeout == 3


def test_an_encrypted_variable_is_stored_as_a_token_and_never_shown(
    admin_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    row = world.function()
    url = configuration_url(row)
    sent = variables(
        {"key": "test", "value": "user@123"},
        {"key": "token", "value": SECRET, "encrypted": "on"},
    )
    response = admin_client.post(url, sent, follow=True)
    assert Page(response).says("Saved. The next call uses it.")
    row.refresh_from_db()
    assert row.user_data == {"test": "user@123"}
    assert row.encrypted_user_data == {"token": SECRET}
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_data, encrypted_user_data FROM console_function")
        plain, token = cursor.fetchone()
    assert token.startswith("gAAAA")
    assert SECRET not in plain + token
    page = Page(response)
    assert SECRET not in page.html
    shown = page.form_with("variables-0-key")
    assert shown["variables-0-value"] == "user@123"
    assert shown["variables-1-key"] == "token"
    assert shown["variables-1-value"] == ""
    assert shown["variables-1-encrypted"] == "on"
    assert SECRET not in Page(admin_client.get(code_url(row))).html
    assert SECRET not in caplog.text


def test_saving_the_page_as_it_is_changes_no_variable(admin_client: Client) -> None:
    row = world.function(
        user_data={"test": " user@123 "}, encrypted_user_data={"token": SECRET}
    )
    url = configuration_url(row)
    sent = Page(admin_client.get(url)).form_with("variables-0-key")
    assert admin_client.post(url, sent).status_code == 302
    row.refresh_from_db()
    assert row.user_data == {"test": " user@123 "}
    assert row.encrypted_user_data == {"token": SECRET}


def test_a_variable_is_deleted(admin_client: Client) -> None:
    row = world.function(user_data={"a": "1"}, encrypted_user_data={"b": "2"})
    url = configuration_url(row)
    sent = Page(admin_client.get(url)).form_with("variables-0-key")
    admin_client.post(url, sent | {"variables-1-DELETE": "on"})
    row.refresh_from_db()
    assert (row.user_data, row.encrypted_user_data) == ({"a": "1"}, {})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"key": "a", "value": "1"}] * 2, "Key a is there twice."),
        ([{"key": "", "value": "1"}], "Key: This field is required."),
        ([{"key": "1a", "value": "1"}], "Key 1a: letters, digits and underscores"),
        ([{"key": "a-b", "value": "1"}], "Key a-b: letters, digits and underscores"),
        ([{"key": "键", "value": "1"}], "Key 键: letters, digits and underscores"),
        ([{"key": "RUNTIME_CPU", "value": "1"}], "Key RUNTIME_CPU is reserved"),
        ([{"key": f"k{n}", "value": "1"} for n in range(21)], "At most 20 variables"),
        ([{"key": "a", "value": "v" * 4096}], "at most 4096 characters"),
        ([{"key": "k" * 257, "value": "1"}], "Key: Ensure this value has at most 256"),
    ],
)
def test_broken_variables_are_named_and_nothing_typed_is_lost(
    admin_client: Client, rows: list[dict[str, str]], said: str
) -> None:
    row = world.function(user_data={"kept": "yes"})
    sent = variables(*rows)
    page = Page(admin_client.post(configuration_url(row), sent))
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("variables-0-key")
    for name, value in sent.items():
        if name.endswith(("-key", "-value")):
            assert shown[name] == value
    row.refresh_from_db()
    assert row.user_data == {"kept": "yes"}


def test_an_event_starts_from_a_template(admin_client: Client) -> None:
    row = world.function()
    url = reverse("function-event-create", args=[row.pk])
    blank = Page(admin_client.get(url)).form_with("content")
    assert blank["content"] == '{\n  "key": "value"\n}\n'
    assert blank["name"].startswith("blank-event-")
    page = Page(admin_client.get(url + "?template=apig"))
    assert "requestContext" in page.form_with("content")["content"]
    assert page.says("API Gateway (Dedicated)")


def test_an_event_is_created_changed_and_deleted(admin_client: Client) -> None:
    row = world.function()
    url = reverse("function-event-create", args=[row.pk])
    response = admin_client.post(url, {"name": "allow", "content": "[1]"})
    event = row.events.get()
    assert response["Location"] == f"{code_url(row)}?event={event.pk}"
    edit = reverse("function-event", args=[row.pk, event.pk])
    assert Page(admin_client.get(edit)).form_with("content")["content"] == "[1]"
    admin_client.post(edit, {"name": "allow", "content": "[2]"})
    event.refresh_from_db()
    assert event.parsed() == [2]
    admin_client.post(reverse("function-event-delete", args=[row.pk, event.pk]))
    assert not row.events.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Event Name: This field is required."),
        ("name", "1st", "Event Name: 1 to 25 letters"),
        ("name", "a" * 26, "Event Name: Ensure this value has at most 25"),
        ("name", "taken", "The function has an event with this name."),
        ("content", "", "Event: This field is required."),
        ("content", "{'a': 1}", "Event: not JSON"),
        ("content", "[" * 2000 + "]" * 2000, "Event: not JSON"),
        ("content", '"' + "x" * 4095 + '"', "Event: at most 4 KB of JSON."),
    ],
)
def test_a_broken_event_is_named_and_nothing_typed_is_lost(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    row = world.function()
    TestEvent(function=row, name="taken").save_valid()
    sent: dict[str, Any] = {"name": "kept", "content": '{"kept": 1}', field: value}
    url = reverse("function-event-create", args=[row.pk])
    page = Page(admin_client.post(url, sent))
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("content")
    assert {name: shown[name] for name in sent} == sent
    assert row.events.count() == 1


def test_an_eleventh_event_is_refused(admin_client: Client) -> None:
    row = world.function()
    for number in range(10):
        TestEvent(function=row, name=f"e{number}").save_valid()
    url = reverse("function-event-create", args=[row.pk])
    page = Page(admin_client.post(url, {"name": "e10", "content": "{}"}))
    assert page.says("A function has at most 10 test events.")
    assert page.form_with("content")["name"] == "e10"


def test_a_function_in_use_is_not_deleted_and_the_page_says_why(
    admin_client: Client,
) -> None:
    guard = world.authorizer()
    url = reverse("function-delete", args=[guard.function.pk])
    assert Page(admin_client.get(url)).says(f"Custom authorizer {guard}")
    page = Page(admin_client.post(url))
    assert page.status == 409
    assert page.says(f"Custom authorizer {guard}")
    assert guard.get_absolute_url() in page.hrefs
    assert Function.objects.count() == 1


def test_an_unused_function_is_deleted(admin_client: Client) -> None:
    row = world.function()
    response = admin_client.post(reverse("function-delete", args=[row.pk]))
    assert response["Location"] == reverse("function-list")
    assert not Function.objects.exists()


def test_the_list_says_which_code_is_live(admin_client: Client) -> None:
    url = reverse("function-list")
    assert Page(admin_client.get(url)).says("A function decides about each call")
    row = world.function(func_name="guard")
    assert Page(admin_client.get(url)).says("Deployed")
    row.code = {"index.py": "x"}
    row.save_valid()
    assert Page(admin_client.get(url)).says("Draft not deployed")
    assert Page(admin_client.get(url + "?q=other")).says("Nothing matches.")
