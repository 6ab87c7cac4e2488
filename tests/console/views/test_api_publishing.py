"""APIs: publishing, taking offline, publication records, deleting."""

import pytest
from django.test import Client
from django.urls import reverse

from console import publish
from console.models import Api, Release
from console.models.environment import RELEASE_ID
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

MARK = "The saved definition is newer than the published one"


def send(client: Client, url: str, sent: dict[str, str]) -> Page:
    return Page(client.post(url, sent))


def stale(client: Client, api: Api) -> bool:
    """Whether the page has the red mark."""
    return Page(client.get(api.get_absolute_url())).says(MARK)


def test_the_red_mark_says_that_the_saved_definition_is_not_live(
    admin_client: Client,
) -> None:
    row = world.published()
    assert not stale(admin_client, row)
    row.mock_info = row.mock_info | {"result_content": "changed"}
    row.save_valid()
    assert stale(admin_client, row)
    url = reverse("api-publish", args=[row.pk])
    sent = Page(admin_client.get(url)).form_with("env")
    assert sent["env"] == RELEASE_ID
    page = Page(admin_client.post(url, sent | {"remark": "second"}, follow=True))
    assert page.says("Published in RELEASE: callers get it now.")
    assert not page.says(MARK)
    assert row.releases.get(status=1).remark == "second"


def test_publishing_names_a_broken_rule_and_keeps_the_text(
    admin_client: Client,
) -> None:
    row = world.api()
    url = reverse("api-publish", args=[row.pk])
    remark = "d" * 256
    page = send(admin_client, url, {"env": RELEASE_ID, "remark": remark})
    assert page.says("Description: Ensure this value has at most 255")
    assert page.form_with("env")["remark"] == remark
    page = send(admin_client, url, {"env": "0", "remark": "kept"})
    assert page.says("Environment: Select a valid choice.")
    assert page.form_with("env")["remark"] == "kept"
    assert not Release.objects.exists()


def test_a_route_that_is_live_twice_is_refused(admin_client: Client) -> None:
    old = world.published(req_uri="/orders")
    old.req_uri = "/changed"
    old.save_valid()
    new = world.api(req_uri="/orders")
    url = reverse("api-publish", args=[new.pk])
    page = send(admin_client, url, {"env": RELEASE_ID, "remark": ""})
    assert page.says(f"{old} answers to the same method and path in RELEASE")
    assert not new.releases.exists()


def test_taking_offline_offers_where_it_is_live(admin_client: Client) -> None:
    row = world.published()
    url = reverse("api-offline", args=[row.pk])
    world.environment("TEST")
    page = Page(admin_client.get(url))
    assert not page.says("TEST")
    page = Page(admin_client.post(url, page.form_with("env"), follow=True))
    assert page.says("Offline in RELEASE.")
    assert page.says("Not published")
    page = send(admin_client, url, {"env": RELEASE_ID})
    assert page.says("Environment: Select a valid choice.")


def test_publishing_shows_what_it_would_change(admin_client: Client) -> None:
    row = world.published(req_uri="/old")
    url = reverse("api-publish", args=[row.pk])
    page = Page(admin_client.get(url))
    assert page.says("The saved definition is what callers get already.")
    row.req_uri = "/new"
    row.mock_info = {"result_content": "changed"}
    row.save_valid()
    page = Page(admin_client.get(url))
    assert page.says("Path /old /new")
    assert page.says("Default Backend › Response mock changed")
    assert not page.says("Matching")
    test = world.environment("TEST")
    page = Page(admin_client.get(f"{url}?env={test.pk}"))
    assert page.says("Not published in TEST yet")
    assert page.form_with("env")["env"] == test.pk
    assert admin_client.get(f"{url}?env=0").status_code == 404


def test_a_version_s_frozen_definition_can_be_looked_at(admin_client: Client) -> None:
    row = world.published(req_uri="/old")
    first = row.releases.get()
    row.req_uri = "/new"
    row.save_valid()
    publish.publish(row, world.environment(), "second")
    page = Page(admin_client.get(reverse("record-detail", args=[first.pk])))
    assert "<dt>Path</dt><dd>/old</dd>" in page.html
    assert page.says("Path /new /old")
    assert page.says("not effective")
    assert page.says("Switch Version")
    url = reverse("record-detail", args=[row.releases.get(status=1).pk])
    page = Page(admin_client.get(url))
    assert page.says("current version")
    assert page.says("Take Offline")


def test_one_version_or_all_environments_are_taken_offline(
    admin_client: Client,
) -> None:
    row = world.published()
    first = row.releases.get()
    publish.publish(row, world.environment())
    url = reverse("record-offline", args=[first.pk])
    page = Page(admin_client.post(url, follow=True))
    assert page.says(f"Version {first.version_no} is not effective.")
    live = row.releases.get(status=1)
    url = reverse("record-offline", args=[live.pk])
    assert Page(admin_client.post(url, follow=True)).says("Offline in RELEASE.")
    for env in (world.environment(), world.environment("TEST")):
        publish.publish(row, env)
    url = reverse("api-offline", args=[row.pk])
    page = Page(admin_client.post(url, {"env": "all"}, follow=True))
    assert page.says("Offline in RELEASE, TEST.")
    assert not row.releases.filter(status=1).exists()


def test_the_runtime_definition_tells_nothing_of_the_backend(
    admin_client: Client,
) -> None:
    row = world.published(req_uri="/orders", mock_info={"result_content": "hidden"})
    row.req_uri = "/draft"
    row.save_valid()
    url = reverse("api-runtime", args=[row.pk])
    page = Page(admin_client.get(url))
    assert "<dt>Path</dt><dd>/orders</dd>" in page.html
    assert page.says(row.releases.get().publish_id)
    assert not page.says("hidden") and not page.says("/draft")
    test = world.environment("TEST")
    assert Page(admin_client.get(f"{url}?env={test.pk}")).says("Not published in TEST.")


def test_records_are_filtered_by_environment(admin_client: Client) -> None:
    row = world.published()
    publish.publish(row, world.environment("TEST"), "in test")
    url = reverse("api-records", args=[row.pk])
    page = Page(admin_client.get(url, {"env": RELEASE_ID}))
    assert not page.says("in test")


def test_an_older_version_is_made_current_again(admin_client: Client) -> None:
    row = world.published()
    first = row.releases.get()
    second = publish.publish(row, world.environment())
    url = reverse("api-records", args=[row.pk])
    page = Page(admin_client.get(url))
    assert page.says(f"{second.version_no} current version")
    assert page.html.count("Switch Version") == 1
    response = admin_client.post(reverse("record-switch", args=[first.pk]))
    assert response["Location"] == url
    page = Page(admin_client.get(url))
    assert page.says(f"RELEASE now runs version {first.version_no}.")
    assert page.says(f"{first.version_no} current version")


def test_a_version_whose_route_is_taken_by_now_is_not_switched_to(
    admin_client: Client,
) -> None:
    old = world.published(req_uri="/orders")
    first = old.releases.get()
    old.req_uri = "/changed"
    old.save_valid()
    publish.publish(old, world.environment())
    rival = world.published(req_uri="/orders")
    url = reverse("record-switch", args=[first.pk])
    page = Page(admin_client.post(url, follow=True))
    assert page.says(f"{rival} answers to the same method and path in RELEASE")
    assert not page.says("now runs version")
    first.refresh_from_db()
    assert first.status == Release.Status.NOT_EFFECTIVE


def test_a_published_api_is_not_deleted(admin_client: Client) -> None:
    row = world.published()
    url = reverse("api-delete", args=[row.pk])
    page = Page(admin_client.post(url))
    assert page.status == 409
    assert page.says("Published in RELEASE: take it offline first")
    publish.take_offline(row, world.environment())
    assert admin_client.post(url)["Location"] == reverse("api-list")
    assert not Api.objects.exists()
