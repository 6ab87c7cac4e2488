"""The monitoring page."""

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from console import metrics
from tests.console.page import Page
from tests.console.test_metrics import call

pytestmark = pytest.mark.django_db


def test_figures_are_shown_by_dimension(admin_client: Client) -> None:
    refused = {"status": 403, "apig_err_code": "APIG.0304", "phase": "authorization"}
    metrics.add([call(time=time.time()), call(time=time.time(), api_id="b", **refused)])
    url = reverse("monitoring")
    page = Page(admin_client.get(url))
    assert page.says("APIG.0304") and page.says("authorization")
    assert page.html.count("<figure") == 4
    other = Page(admin_client.get(url, {"api_id": "a", "range": "6h"}))
    assert not other.says("APIG.0304")


def test_nothing_measured_is_said(admin_client: Client) -> None:
    page = Page(admin_client.get(reverse("monitoring"), {"range": "nonsense"}))
    assert page.says("No call was turned away")


def test_who_may_not_look_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("somebody"))
    assert client.get(reverse("monitoring")).status_code == 403
