"""The monitoring page."""

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console import metrics
from tests.console import world
from tests.console.page import Page
from tests.console.test_metrics import call

pytestmark = pytest.mark.django_db


def test_figures_are_shown_by_dimension(admin_client: Client) -> None:
    refused = {"status": 403, "apig_err_code": "APIG.0304", "phase": "authorization"}
    metrics.add([call(time=time.time()), call(time=time.time(), api_id="b", **refused)])
    url = reverse("monitoring")
    page = Page(admin_client.get(url))
    assert page.says("APIG.0304") and page.says("authorization")
    assert page.html.count("<figure") == 8
    assert page.says("The credential is not bound to the API in this environment.")
    other = Page(admin_client.get(url, {"api_id": "a", "range": "6h"}))
    assert not other.says("APIG.0304")


def test_every_dimension_has_those_with_the_most_calls(
    admin_client: Client,
) -> None:
    api, app = world.api(name="orders"), world.credential(name="shop")
    ids = {"api_id": api.pk, "app_id": app.pk, "group_id": api.group_id}
    metrics.add([call(time=time.time(), **ids)])
    page = Page(admin_client.get(reverse("monitoring"), {"range": "6h"}))
    for title in ("API Groups", "APIs", "Credentials"):
        assert page.says(f"{title} with the Most Calls")
    for name, value in ids.items():
        assert f"?range=6h&{name}={value}" in page.hrefs
    assert page.says("orders") and page.says("shop")


def test_an_api_and_its_group_lead_there(admin_client: Client) -> None:
    api, url = world.api(), reverse("monitoring")
    page = Page(admin_client.get(api.get_absolute_url()))
    assert f"{url}?api_id={api.pk}" in page.hrefs
    group = Page(admin_client.get(api.group.get_absolute_url()))
    assert f"{url}?group_id={api.group_id}" in group.hrefs


def test_nothing_measured_is_said(admin_client: Client) -> None:
    page = Page(admin_client.get(reverse("monitoring"), {"range": "nonsense"}))
    assert page.says("No call was turned away")


def test_who_may_not_look_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("somebody"))
    assert client.get(reverse("monitoring")).status_code == 403
