"""Functions: basic settings, environment variables, test events."""

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


def code_url(row: Function) -> str:
    return row.get_absolute_url()


def configuration_url(row: Function) -> str:
    return reverse("function-configuration", args=[row.pk])


def variables(*rows: dict[str, str], stored: int = 0) -> dict[str, str]:
    sent = {
        "section": "variables",
        "variables-TOTAL_FORMS": str(len(rows)),
        "variables-INITIAL_FORMS": str(stored),
    }
    for number, row in enumerate(rows):
        sent |= {f"variables-{number}-{key}": value for key, value in row.items()}
    return sent


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
