"""Every operation and Django admin, as each role; pages are in test_access.py."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from console import models, roles
from console.rest.table import Operation
from console.rest.urls import OPERATIONS
from tests.console import world

pytestmark = pytest.mark.django_db
# They read, though they are no GET.
READS = {
    "check_api_groups_v2",
    "check_apis_v2",
    "export_api_definitions_async",
    "export_api_definitions_v2",
    "list_instances_by_tags",
    "show_instances_num_by_tags",
}


def user_with(role: str | None) -> User:
    user = User.objects.create_user(f"user{User.objects.count()}")
    if role:
        roles.give(user, role)
    return user


def statuses(user: User | None, project: str = "") -> Iterator[tuple[Operation, int]]:
    """How each operation answers a user, about objects that are not there."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    for operation in OPERATIONS:
        route = operation.route.replace(
            "{project_id}", project or settings.PROJECT_ID
        ).replace("{instance_id}", settings.INSTANCE_ID)
        path = re.sub(r"\{\w+\}", "0" * 32, route)
        reply = client.generic(
            operation.method, path, b"{}", content_type="application/json"
        )
        yield operation, reply.status_code


def reads(operation: Operation) -> bool:
    return operation.method == "GET" or operation.name in READS


def test_nobody_and_outsiders_call_no_operation() -> None:
    assert {status for _, status in statuses(None)} == {401}
    assert {status for _, status in statuses(user_with(None))} == {403}
    developer = user_with(roles.DEVELOPER)
    assert {status for _, status in statuses(developer, "1" * 32)} == {403}


def test_a_reader_calls_what_reads() -> None:
    for operation, status in statuses(user_with(roles.READER)):
        assert (status != 403) == reads(operation), operation.name


def test_a_developer_calls_what_is_not_about_the_gateway() -> None:
    refused = {
        operation
        for operation, status in statuses(user_with(roles.DEVELOPER))
        if status == 403
    }
    assert not any(reads(operation) for operation in refused)
    for operation in refused:
        about = operation.endpoint.model
        assert about in (models.Instance, models.Feature), operation.name


def test_an_administrator_is_refused_nothing() -> None:
    for operation, status in statuses(user_with(roles.ADMINISTRATOR)):
        assert status not in (401, 403), operation.name


# Of Django admin: what only administrators see, and what only they change.
PRIVATE = {models.Account, models.Lockout, User, Group}
MANAGED = {models.Instance, models.Feature}


def staff(role: str | None) -> Client:
    user = user_with(role)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def lists(role: str | None) -> dict[type[Model], int]:
    """How the list of each kind of object answers."""
    client = staff(role)
    return {
        kind: client.get(admin_url(kind, "changelist")).status_code
        for kind in admin.site._registry
    }


def changes(role: str | None) -> Iterator[tuple[type[Model], str, int]]:
    """How Django admin answers who sends something to add, change or delete."""
    client = staff(role)
    for kind in admin.site._registry:
        row = kind._default_manager.first()
        known = [row.pk] if row is not None else []
        for action, about in (("add", []), ("change", known), ("delete", known)):
            if action == "add" or about:
                url = admin_url(kind, action, *about)
                with transaction.atomic():
                    status = client.post(url, {"post": "yes"}).status_code
                    transaction.set_rollback(True)
                yield kind, action, status


def admin_url(kind: type[Model], action: str, *about: object) -> str:
    name = f"{kind._meta.app_label}_{kind._meta.model_name}_{action}"
    return reverse(f"admin:{name}", args=about)


def test_django_admin_shows_to_whom_the_pages_show(example: world.Example) -> None:
    every = set(admin.site._registry)
    assert set(lists(None).values()) == {403}
    found = lists(roles.READER)
    assert {kind for kind in every if found[kind] == 200} == every - PRIVATE
    assert set(lists(roles.ADMINISTRATOR).values()) == {200}


def test_django_admin_takes_changes_from_whom_the_pages_do(
    example: world.Example,
) -> None:
    for role in (None, roles.READER):
        assert {status for *_, status in changes(role)} == {403}
    taken = {kind for kind, _, status in changes(roles.DEVELOPER) if status != 403}
    assert not taken & (PRIVATE | MANAGED)
    assert {models.Api, models.Function, models.Credential, models.Plugin} <= taken
    every = {kind for kind, _, status in changes(roles.ADMINISTRATOR) if status != 403}
    assert {*taken, *PRIVATE, *MANAGED} == every


@pytest.mark.parametrize("action", ["publish", "take_offline", "delete_selected"])
def test_a_reader_starts_no_action(example: world.Example, action: str) -> None:
    chosen = {"action": action, "_selected_action": example.api.pk, "post": "yes"}
    before = models.Release.objects.count()
    staff(roles.READER).post(admin_url(models.Api, "changelist"), chosen)
    assert models.Release.objects.count() == before
    assert models.Api.objects.filter(pk=example.api.pk).exists()


def test_other_people_s_access_keys_are_the_administrators(
    example: world.Example,
) -> None:
    key, url = example.access_key, admin_url(models.AccessKey, "changelist")
    assert key.access not in staff(roles.DEVELOPER).get(url).content.decode()
    assert key.access in staff(roles.ADMINISTRATOR).get(url).content.decode()
    about = admin_url(models.AccessKey, "delete", key.pk)
    staff(roles.DEVELOPER).post(about, {"post": "yes"})
    assert models.AccessKey.objects.filter(pk=key.pk).exists()


def test_who_has_no_role_learns_nothing_from_home(example: world.Example) -> None:
    for role, told in ((None, False), (roles.READER, True)):
        client = Client()
        client.force_login(user_with(role))
        html = client.get("/").content.decode()
        assert (example.api.pk in html) == told
