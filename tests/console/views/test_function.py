"""Functions: list, the eight fields of a new one, delete."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Function
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db


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
    assert response["Location"] == row.get_absolute_url()
    assert (row.func_name, row.memory_size, row.timeout) == ("guard", 128, 3)
    assert row.handler == "index.handler"
    assert row.deployed is None
    assert Page(admin_client.get(row.get_absolute_url())).says("Not deployed")


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


@pytest.mark.parametrize("typed", ["", "delete", "yes"])
def test_a_function_is_deleted_only_when_DELETE_is_typed(
    admin_client: Client, typed: str
) -> None:
    row = world.function()
    url = reverse("function-delete", args=[row.pk])
    page = Page(admin_client.post(url, {"confirm": typed}))
    assert page.says("Confirm:")
    assert Function.objects.count() == 1


def test_an_unused_function_is_deleted(admin_client: Client) -> None:
    row = world.function()
    url = reverse("function-delete", args=[row.pk])
    response = admin_client.post(url, {"confirm": "DELETE"})
    assert response["Location"] == reverse("function-list")
    assert not Function.objects.exists()


def test_the_list_says_which_code_is_live(admin_client: Client) -> None:
    url = reverse("function-list")
    assert Page(admin_client.get(url)).says("A function decides about each call")
    row = world.function(func_name="guard")
    assert Page(admin_client.get(url)).says("Deployed")
    world.write(row, "x")
    row.save_valid()
    assert Page(admin_client.get(url)).says("Draft not deployed")
    assert Page(admin_client.get(url + "?q=other")).says("Nothing matches.")
