"""Every change leaves a trace, wherever it comes from."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from console import audit, models
from console.models import Audit
from tests.console import policies, world
from tests.console.page import Page
from tests.console.rest.conftest import api

__all__ = ["api"]
pytestmark = pytest.mark.django_db


def last() -> Audit:
    return Audit.objects.order_by("-time")[0]


def fields(trace: Audit) -> dict[str, tuple[Any, Any]]:
    return {c["field"]: (c["old"], c["new"]) for c in trace.message}


def test_create_update_and_delete_have_their_documented_names() -> None:
    group = world.group(name="orders")
    made = Audit.objects.get(resource_id=group.pk)
    assert made.trace_name == "createApiGroup"
    group.remark = "changed"
    group.save_valid()
    trace = last()
    assert (trace.trace_name, trace.resource_type) == ("updateApiGroup", "ApiGroup")
    assert (trace.resource_id, trace.resource_name) == (group.pk, "orders")
    assert fields(trace) == {"remark": ("", "changed")}
    gone = group.pk
    group.delete()
    assert (last().trace_name, last().resource_id) == ("deleteApiGroup", gone)


def test_saving_without_a_change_leaves_no_trace() -> None:
    group = world.group()
    count = Audit.objects.count()
    group.save_valid()
    assert Audit.objects.count() == count


def test_secrets_are_only_said_to_have_changed() -> None:
    app = world.credential()
    old = app.app_secret
    app.reset_secret()
    assert fields(last()) == {"app_secret": (None, "changed")}
    said = str(list(Audit.objects.values()))
    assert old not in said and app.app_secret not in said
    user = User.objects.create_user("somebody", password="a-first-password")
    user.set_password("a-second-password")
    user.save()
    assert fields(last()) == {"password": (None, "changed")}


def test_a_trace_goes_with_its_change() -> None:
    count = Audit.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        world.group()
        raise ZeroDivisionError
    assert Audit.objects.count() == count


def test_a_page_names_its_user_and_address(admin_client: Client) -> None:
    given = {"name": "orders", "remark": ""}
    admin_client.post(reverse("group-create"), given, REMOTE_ADDR="192.0.2.7")
    trace = Audit.objects.get(trace_name="createApiGroup", resource_name="orders")
    assert trace.user == "admin"
    assert (trace.trace_type, trace.source_ip) == ("ConsoleAction", "192.0.2.7")


def test_the_management_api_names_its_user(api: Any) -> None:
    api("POST", "~/envs", {"name": "DEV"})
    trace = last()
    assert (trace.trace_name, trace.trace_type) == ("createEnvironment", "ApiCall")
    assert trace.user == "admin"
    assert audit.actor.get() is audit.SYSTEM


def test_django_admin_is_watched_too(admin_client: Client) -> None:
    url = reverse("admin:console_environment_add")
    admin_client.post(url, {"name": "DEV", "remark": ""})
    assert (last().trace_name, last().user) == ("createEnvironment", "admin")


def test_what_nobody_asked_for_is_the_systems() -> None:
    world.group()
    assert (last().user, last().trace_type) == ("system", "SystemAction")


def test_long_values_are_cut() -> None:
    row = world.api(mock_info={"result_content": "x" * 10_000})
    assert all(len(str(c["new"])) < 3000 for c in last().message)
    assert row.pk == last().resource_id


@override_settings(AUDIT_DAYS=7)
def test_old_traces_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world.group()
    old = last()
    Audit.objects.filter(pk=old.pk).update(time=timezone.now() - timedelta(days=8))
    monkeypatch.setattr(audit, "_pruned", 0.0)
    world.group()
    assert not Audit.objects.filter(pk=old.pk).exists()


def test_the_list_filters_and_exports(admin_client: Client) -> None:
    world.group(name="orders")
    world.credential(name="client")
    url = reverse("audit-list")
    page = Page(admin_client.get(url, {"resource_type": "App"}))
    assert "client" in page.text and "orders" not in page.text
    assert "Nothing matches" in Page(admin_client.get(url, {"q": "zzz"})).text
    assert "orders" in Page(admin_client.get(url, {"range": "1h"})).text
    past = Page(admin_client.get(url, {"to": "2020-01-01T00:00"}))
    assert "Nothing matches" in past.text
    csv = admin_client.get(reverse("audit-export"), {"q": "orders"}).content.decode()
    assert csv.splitlines()[0].startswith("time,trace_name")
    assert csv.count("createApiGroup") == 1 and "client" not in csv


def test_a_cell_of_the_export_is_no_formula(admin_client: Client) -> None:
    models.ApiGroup.objects.all().delete()
    Audit.objects.update(resource_name="=1+1")
    csv = admin_client.get(reverse("audit-export")).content.decode()
    assert "'=1+1" in csv and ",=1+1" not in csv


def test_a_trace_shows_what_changed(admin_client: Client) -> None:
    group = world.group(name="orders")
    group.remark = "<b>changed</b>"
    group.save_valid()
    page = Page(admin_client.get(last().get_absolute_url()))
    assert "&lt;b&gt;changed" in page.html
    assert "updateApiGroup" in page.text


def test_who_may_not_look_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("somebody"))
    trace = Audit.objects.create(trace_name="x", message=[])
    for url in (
        reverse("audit-list"),
        reverse("audit-export"),
        trace.get_absolute_url(),
    ):
        assert client.get(url).status_code == 403


def test_every_name_is_that_of_a_model() -> None:
    assert set(audit.NAMES) <= {model.__name__ for model in apps.get_models()}


def test_a_binding_has_its_documented_name() -> None:
    bound = models.ThrottleBinding(
        policy=policies.throttle(), api=world.published(), env=world.environment()
    )
    bound.save_valid()
    assert last().trace_name == "AssociateRequestThrottlingPolicy"
