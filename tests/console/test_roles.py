"""Every page and operation, as nobody, reader, developer, administrator, outsider."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from console import access, models, roles
from console.rest.table import Operation
from console.rest.urls import OPERATIONS
from tests.console import world

pytestmark = pytest.mark.django_db
# They read, though they are no GET.
READS = {
    "check_api_groups_v2",
    "check_apis_v2",
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


def test_pages_are_as_the_operations_are(example: world.Example) -> None:
    for role in (roles.READER, roles.DEVELOPER, roles.ADMINISTRATOR, None):
        user = user_with(role)
        client = Client()
        client.force_login(user)
        for name, noun in (
            ("api-list", models.Api),
            ("api-create", models.Api),
            ("api-delete", models.Api),
            ("function-create", models.Function),
            ("credential-edit", models.Credential),
            ("audit-list", models.Audit),
        ):
            verb = {"create": "add", "delete": "delete", "edit": "change"}.get(
                name.rpartition("-")[2], "view"
            )
            wanted = 200 if access.may(user, verb, noun) else 403
            assert client.get(world.address(name, example)).status_code == wanted
            assert (wanted == 200) == (
                role in (roles.DEVELOPER, roles.ADMINISTRATOR)
                or (role == roles.READER and verb == "view")
            )


def test_django_admin_asks_the_same(example: world.Example) -> None:
    for role, wanted in ((roles.READER, 403), (roles.DEVELOPER, 200)):
        user = user_with(role)
        user.is_staff = True
        user.save()
        client = Client()
        client.force_login(user)
        assert client.get("/admin/console/api/").status_code == 200
        path = "/admin/console/environment/add/"
        assert client.get(path).status_code == wanted
        assert client.get("/admin/auth/user/").status_code == 403
