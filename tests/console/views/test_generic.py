"""What most pages are made of, seen through pages that add nothing."""

import pytest
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from console.models import ApiGroup
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def test_a_search_finds_parts_of_names_in_any_case(admin_client: Client) -> None:
    world.group(name="Orders")
    url = reverse("group-list")
    assert Page(admin_client.get(url + "?q=ORDER")).says("Orders")
    page = Page(admin_client.get(url + "?q=nothing"))
    assert page.says("Nothing matches.")
    assert url in page.hrefs


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", ""])
def test_a_page_out_of_range_is_the_nearest_one(
    admin_client: Client, number: str
) -> None:
    response = admin_client.get(reverse("group-list"), {"page": number})
    assert response.status_code == 200
    assert Page(response).says("DEFAULT")


def test_a_search_is_kept_from_page_to_page(admin_client: Client) -> None:
    for number in range(21):
        world.group(name=f"orders{number}")
    page = Page(admin_client.get(reverse("group-list") + "?q=orders"))
    assert page.says("Total: 21")
    assert "?q=orders&page=2" in page.hrefs


def test_a_delete_asks_before_it_deletes(admin_client: Client) -> None:
    row = world.group()
    url = reverse("group-delete", args=[row.pk])
    page = Page(admin_client.get(url))
    assert page.says("This cannot be undone.")
    assert row.get_absolute_url() in page.hrefs
    row.refresh_from_db()
    page = Page(admin_client.post(url, follow=True))
    assert page.says(f"Deleted {row}.")


def test_a_refusal_is_a_page_in_the_console_s_dress(client_of: MakeClient) -> None:
    page = Page(client_of().get(reverse("group-list")))
    assert page.status == 403
    assert page.says("Not allowed")
    assert reverse("home") in page.hrefs


def test_a_missing_object_is_a_page_in_the_console_s_dress(
    admin_client: Client,
) -> None:
    page = Page(admin_client.get("/groups/0/"))
    assert page.status == 404
    assert page.says("There is no such page")


def test_of_two_who_take_a_name_at_once_the_second_is_told(
    admin_client: Client,
) -> None:
    def somebody_else(**_: object) -> None:
        ApiGroup.objects.bulk_create([ApiGroup(name="orders")])

    pre_save.connect(somebody_else, sender=ApiGroup)
    try:
        response = admin_client.post(
            reverse("group-create"), {"name": "orders", "remark": "mine"}
        )
    finally:
        pre_save.disconnect(somebody_else, sender=ApiGroup)
    page = Page(response)
    assert page.says("Somebody took this name just now")
    assert page.form_with("name")["remark"] == "mine"
    assert not ApiGroup.objects.filter(remark="mine").exists()
