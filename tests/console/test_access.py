"""Who gets which page: over every URL of the console, so none can be forgotten."""

import pytest
from django.test import Client
from django.urls import reverse

from console import access
from console.models import Api
from tests.console import world
from tests.console.conftest import MakeClient

OPEN = {"login"}
FOR_EVERYBODY_SIGNED_IN = {"home", "login", "logout"}
# Pages that show something and change nothing until they are sent.
FOR_VIEWERS = {
    "response-detail",
    "certificate-list",
    "certificate-detail",
    "domain-detail",
    "environment-list",
    "group-information",
    "monitoring",
    "orchestration-list",
    "feature-list",
    "explain",
    "log-export",
    "log-list",
    "log-tail",
    "scenario-detail",
    "scenario-list",
    "appquota-detail",
    "appquota-list",
    "audit-detail",
    "audit-export",
    "audit-list",
    "alias-list",
    "build-detail",
    "function-export",
    "function-invocations",
    "function-users",
    "invocation-detail",
    "record-detail",
    "version-detail",
    "version-list",
    "accesskey-list",
    "api-credentials",
    "api-detail",
    "api-list",
    "api-records",
    "api-runtime",
    "authorizer-cache",
    "authorizer-list",
    "credential-detail",
    "credential-list",
    "debug",
    "function-configuration",
    "function-detail",
    "function-list",
    "group-detail",
    "group-export",
    "group-list",
    "task-detail",
    "api-policies",
    "policy-list",
    "acl-detail",
    "channel-detail",
    "channel-list",
    "plugin-detail",
    "signature-detail",
    "throttle-detail",
}
# And those that take nothing at all.
SHOW_ONLY = {
    "scenario-detail",
    "scenario-export",
    "response-detail",
    "certificate-detail",
    "domain-detail",
    "group-information",
    "appquota-detail",
    "acl-detail",
    "channel-detail",
    "plugin-detail",
    "signature-detail",
    "throttle-detail",
    "audit-detail",
    "alias-list",
    "api-detail",
    "api-records",
    "api-runtime",
    "build-detail",
    "function-export",
    "function-invocations",
    "function-users",
    "group-detail",
    "group-export",
    "task-detail",
    "invocation-detail",
    "record-detail",
    "trace-body",
    "trace-detail",
    "version-detail",
    "version-list",
}
# Those without a page of their own.
POSTS_ONLY = {
    "scenario-run",
    "authorizer-flush",
    "response-restore",
    "group-access",
    "api-batch",
    "api-batch-delete",
    "appquotabinding-unbind",
    "credential-acl-unbind",
    "accesskey-download",
    "accesskey-switch",
    "acl-clone",
    "acl-unbind",
    "plugin-clone",
    "plugin-unbind",
    "signature-unbind",
    "throttle-unbind",
    "throttlespecial-delete",
    "function-state",
    "record-offline",
    "record-switch",
    "unbind",
}
NAMES = sorted(str(pattern.name) for pattern in world.patterns())
NOUNS = (
    "certificate",
    "domain",
    "variable",
    "orchestration",
    "feature",
    "accesslog",
    "minute",
    "acl",
    "aclbinding",
    "appacl",
    "appquota",
    "appquotabinding",
    "plugin",
    "pluginbinding",
    "signature",
    "signaturebinding",
    "task",
    "throttle",
    "throttlebinding",
    "throttlespecial",
    "audit",
    "accesskey",
    "appcode",
    "api",
    "apigroup",
    "alias",
    "authorization",
    "authorizer",
    "build",
    "channel",
    "credential",
    "environment",
    "function",
    "gatewayresponse",
    "invocation",
    "release",
    "scenario",
    "scenariocase",
    "testevent",
    "version",
)


def test_every_page_is_named() -> None:
    assert all(pattern.name for pattern in world.patterns())
    assert len(NAMES) == len(set(NAMES)) > 30


@pytest.mark.parametrize("name", sorted(set(NAMES) - OPEN))
def test_who_is_not_signed_in_is_sent_to_the_login(
    client: Client, example: world.Example, name: str
) -> None:
    url = world.address(name, example)
    for response in (client.get(url), client.post(url)):
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", sorted(set(NAMES) - FOR_EVERYBODY_SIGNED_IN))
def test_a_user_without_permissions_gets_403(
    client_of: MakeClient, example: world.Example, name: str
) -> None:
    client = client_of()
    url = world.address(name, example)
    if name != "demo":
        assert client.get(url).status_code == 403
    assert client.post(url).status_code == 403


@pytest.mark.parametrize("name", sorted(set(NAMES) - FOR_EVERYBODY_SIGNED_IN))
def test_a_user_who_may_only_view_changes_nothing(
    client_of: MakeClient, example: world.Example, name: str
) -> None:
    client = client_of(*(f"view_{noun}" for noun in NOUNS))
    url = world.address(name, example)
    wanted = 200 if name in FOR_VIEWERS else 403
    if name != "demo":
        assert client.get(url).status_code == wanted
    # A list takes no POST at all; every other page refuses this user.
    assert client.post(url).status_code in (403, 405)


@pytest.mark.parametrize("name", sorted(set(NAMES) - FOR_EVERYBODY_SIGNED_IN))
def test_a_page_about_nothing_is_404(admin_client: Client, name: str) -> None:
    pattern = next(p for p in world.patterns() if p.name == name)
    wanted = pattern.pattern.converters
    if not wanted:
        assert admin_client.get(reverse("debug") + "?api=0").status_code == 404
        return
    url = reverse(name, kwargs=dict.fromkeys(wanted, "0" * 32))
    posts_only = name in POSTS_ONLY
    assert admin_client.get(url).status_code == (405 if posts_only else 404)
    shows_only = name in SHOW_ONLY
    assert admin_client.post(url).status_code == (405 if shows_only else 404)


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
