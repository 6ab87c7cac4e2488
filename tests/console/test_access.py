"""Who gets which page: over every URL of the console, so none can be forgotten.

There is one project: who is of another one has no role here, as an outsider.
"""

from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from console import access, roles
from console.models import Api
from tests.console import addresses, world
from tests.console.conftest import MakeClient
from tests.console.test_roles import user_with

pytestmark = pytest.mark.django_db
# Who may do a thing: whoever is as high as that, or higher.
NOBODY, OUTSIDER, READER, DEVELOPER, ADMINISTRATOR = range(5)
ROLES = {
    OUTSIDER: None,
    READER: roles.READER,
    DEVELOPER: roles.DEVELOPER,
    ADMINISTRATOR: roles.ADMINISTRATOR,
}
# Nobody at all: the page takes no such request.
NEVER = 9
# (who may look, who may send): the pages. Every page has its place here.
TABLE = {
    (NOBODY, NOBODY): "login",
    (NEVER, OUTSIDER): "logout",
    (OUTSIDER, NEVER): "schema",
    (OUTSIDER, OUTSIDER): "home",
    (READER, NEVER): """
        accesskey-list acl-detail alias-list api-detail api-list api-records
        api-runtime appquota-detail appquota-list audit-detail audit-export
        audit-list authorizer-cache authorizer-list build-detail
        certificate-detail certificate-list channel-detail channel-list
        credential-list domain-detail environment-list explain feature-list
        function-export function-invocations function-list function-users
        group-detail group-export group-information group-list
        invocation-detail log-export log-list log-tail monitoring
        orchestration-list plugin-detail policy-list record-detail
        response-detail scenario-detail scenario-list signature-detail
        task-detail throttle-detail version-detail version-list
    """,
    (READER, DEVELOPER): """
        api-credentials api-policies credential-detail debug
        function-configuration function-detail
    """,
    (DEVELOPER, NEVER): """
        policy-create scenario-export trace-body trace-detail
    """,
    (DEVELOPER, DEVELOPER): """
        accesskey-create accesskey-delete accesskey-edit acl-bind acl-create
        acl-delete acl-edit alias-create alias-delete alias-edit api-clone
        api-create api-delete api-edit api-import api-offline api-publish
        appcode-delete appquota-bind appquota-create appquota-delete
        appquota-edit authorizer-create authorizer-delete authorizer-edit
        case-create case-delete case-edit certificate-create
        certificate-delete certificate-edit channel-create channel-delete
        channel-edit credential-acl credential-appcode credential-bind
        credential-create credential-delete credential-edit credential-quota
        credential-reset domain-certificates domain-create domain-delete
        domain-edit environment-create environment-delete environment-edit
        function-create function-delete function-event function-event-create
        function-event-delete function-import group-create group-delete
        group-edit orchestration-create orchestration-delete
        orchestration-edit plugin-bind plugin-create plugin-delete plugin-edit
        replay response-create response-delete response-edit response-type
        scenario-create scenario-delete scenario-edit signature signature-bind
        signature-create signature-delete signature-edit throttle-bind
        throttle-create throttle-delete throttle-edit throttle-exclude
        variable-create variable-delete variable-edit version-delete
        version-publish
    """,
    (NEVER, DEVELOPER): """
        accesskey-download accesskey-switch acl-clone acl-unbind api-batch
        api-batch-delete appquotabinding-unbind authorizer-flush
        credential-acl-unbind demo function-state group-access plugin-clone
        plugin-unbind record-offline record-switch response-restore
        scenario-run signature-unbind throttle-unbind throttlespecial-delete
        token-revoke unbind
    """,
    (ADMINISTRATOR, ADMINISTRATOR): "feature-edit",
}
PAGES = {name: who for who, names in TABLE.items() for name in names.split()}
NAMES = sorted(str(pattern.name) for pattern in addresses.patterns())


def test_every_page_is_named() -> None:
    assert all(pattern.name for pattern in addresses.patterns())
    assert len(NAMES) == len(set(NAMES)) > 30


def test_every_page_has_its_place_in_the_table() -> None:
    assert sorted(PAGES) == NAMES
    assert sum(len(names.split()) for names in TABLE.values()) == len(PAGES)


@pytest.mark.parametrize("who", [NOBODY, *ROLES])
def test_every_page_is_for_whom_the_table_says(
    example: world.Example, who: int
) -> None:
    client = Client()
    if who != NOBODY:
        user = user_with(ROLES[who])
        client.force_login(user)
        example = replace(example, access_key=world.access_key(user))
    wrong = []
    for name in sorted(NAMES, key="logout".__eq__):
        url = addresses.address(name, example)
        for method, least in zip(("GET", "POST"), PAGES[name], strict=True):
            status = asked(client, method, url)
            if status not in wanted(PAGES[name], least, who):
                wrong.append((name, method, status))
    assert not wrong


def asked(client: Client, method: str, url: str) -> int:
    """The status of a page, 401 when it sends to the login; what it did is undone."""
    with transaction.atomic():
        response = client.generic(method, url)
        transaction.set_rollback(True)
    to_login = response.headers.get("Location", "").startswith(reverse("login") + "?")
    return 401 if to_login else response.status_code


def wanted(page: tuple[int, int], least: int, who: int) -> set[int]:
    """The statuses of a request that takes somebody as high as `least`."""
    if who == NOBODY and min(page) != NOBODY:
        return {401, 405}
    if who < min(page):
        return {403, 405}
    if least == NEVER:
        return {405}
    # 409 when something else is in the way, 404 when the request names nothing.
    return {200, 302, 404, 409} if who >= least else {403}


@pytest.mark.parametrize("name", [n for n in NAMES if min(PAGES[n]) > OUTSIDER])
def test_a_page_about_nothing_is_404(admin_client: Client, name: str) -> None:
    pattern = next(p for p in addresses.patterns() if p.name == name)
    wanted = pattern.pattern.converters
    if not wanted:
        assert admin_client.get(reverse("debug") + "?api=0").status_code == 404
        return
    url = reverse(name, kwargs=dict.fromkeys(wanted, "0" * 32))
    for method, least in zip(("GET", "POST"), PAGES[name], strict=True):
        status = asked(admin_client, method, url)
        assert status == (405 if least == NEVER else 404)


def test_a_test_event_of_another_function_is_404(
    admin_client: Client, example: world.Example
) -> None:
    other = world.function()
    url = reverse("function-event", args=[other.pk, example.event.pk])
    assert admin_client.get(url).status_code == 404


def test_an_inactive_user_may_nothing(
    client_of: MakeClient, admin_user: object
) -> None:
    admin_user.is_active = False  # type: ignore[attr-defined]
    assert not access.may(admin_user, "view", Api)


def test_a_permission_is_named_as_in_django_admin() -> None:
    assert access.permission("change", Api) == "console.change_api"


def test_a_post_without_csrf_token_is_refused(admin_user: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)  # type: ignore[arg-type]
    response = client.post(reverse("group-create"), {"name": "orders"})
    assert response.status_code == 403
