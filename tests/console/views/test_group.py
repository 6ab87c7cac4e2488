"""API groups."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import ApiGroup
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

CREATE = "/groups/create/"


def test_default_is_there_before_anything_else(admin_client: Client) -> None:
    page = Page(admin_client.get(reverse("group-list")))
    assert page.says("DEFAULT")
    assert page.says(world.default_group().sl_domain)


def test_a_group_is_created_with_its_gateway_response(admin_client: Client) -> None:
    response = admin_client.post(CREATE, {"name": "订单", "remark": "x"})
    assert response.status_code == 200
    response = admin_client.post(CREATE, {"name": "订单组", "remark": "x"})
    row = ApiGroup.objects.get(name="订单组")
    assert response["Location"] == row.get_absolute_url()
    assert row.gateway_responses.get().default


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Name: This field is required."),
        ("name", "ab", "Name: 3 to 255 characters"),
        ("name", "-abc", "Name: 3 to 255 characters"),
        ("name", "a<b>", "Name: 3 to 255 characters"),
        ("name", "a" * 256, "Name: Ensure this value has at most 255"),
        ("name", "DEFAULT", "An API group with this name already exists."),
        ("remark", "d" * 1001, "Description: Ensure this value has at most 1000"),
    ],
)
def test_a_broken_rule_is_named_and_nothing_typed_is_lost(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    sent = {"name": "orders", "remark": "kept", field: value}
    page = Page(admin_client.post(CREATE, sent))
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("remark")
    assert {name: shown[name] for name in sent} == sent


def test_a_group_is_renamed(admin_client: Client) -> None:
    row = world.group()
    url = reverse("group-edit", args=[row.pk])
    admin_client.post(url, {"name": "renamed", "remark": ""})
    row.refresh_from_db()
    assert row.name == "renamed"


def test_its_page_has_its_facts_and_its_apis(admin_client: Client) -> None:
    api = world.published(group=world.group(remark="all orders"))
    page = Page(admin_client.get(api.group.get_absolute_url()))
    for text in (api.name, api.req_uri, "RELEASE"):
        assert page.says(text)
    information = reverse("group-information", args=[api.group.pk])
    assert information in page.hrefs
    for text in (api.group.sl_domain, "all orders"):
        assert Page(admin_client.get(information)).says(text)
    assert f"{reverse('api-create')}?group={api.group.pk}" in page.hrefs


def test_a_group_with_apis_is_not_deleted(admin_client: Client) -> None:
    api = world.api(group=world.group())
    page = Page(admin_client.post(reverse("group-delete", args=[api.group.pk])))
    assert page.status == 409
    assert page.says(f"API {api}")
    assert ApiGroup.objects.filter(pk=api.group.pk).exists()


def test_default_is_never_deleted(admin_client: Client) -> None:
    url = reverse("group-delete", args=[world.default_group().pk])
    page = Page(admin_client.post(url))
    assert page.status == 409
    assert page.says("The group DEFAULT always exists")


def test_an_empty_group_is_deleted(admin_client: Client) -> None:
    row = world.group()
    response = admin_client.post(reverse("group-delete", args=[row.pk]))
    assert response["Location"] == reverse("group-list")
    assert not ApiGroup.objects.filter(pk=row.pk).exists()


def test_each_list_of_a_group_has_pages_of_its_own(admin_client: Client) -> None:
    row = world.group()
    for number in range(21):
        world.variable(group=row, variable_name=f"name{number:02}")
    url = f"/groups/{row.pk}/information/"
    first = Page(admin_client.get(url))
    assert first.says("name19") and not first.says("name20")
    assert first.says("Total: 21") and first.says("Page 1 of 2")
    [link] = [href for href in first.hrefs if "variables=2" in href]
    assert link.endswith("#variables")
    second = Page(admin_client.get(url, {"variables": "2"}))
    assert second.says("name20") and not second.says("name19")
    # The other lists stay where they are.
    assert second.says("default")
    assert Page(admin_client.get(url, {"variables": "x"})).says("name00")
