"""What refers to an object where no foreign key says so, before it is deleted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console import bindings, dependents, models, publish
from tests.console import policies, world
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def http(channel: models.Channel) -> dict[str, Any]:
    return {
        "req_protocol": "HTTP",
        "req_method": "GET",
        "req_uri": "/",
        "timeout": 5000,
        "vpc_channel_status": 1,
        "vpc_channel_info": {"vpc_channel_id": channel.pk},
    }


def asked(client: Client, row: Any, noun: str, status: int) -> Page:
    """The page that asks before a delete; it ends the way that `status` says."""
    url = reverse(f"{noun}-delete", args=[row.pk])
    page = Page(client.get(url))
    assert client.post(url, {"confirm": "DELETE"}).status_code == status
    assert type(row).objects.filter(pk=row.pk).exists() is (status == 409)
    return page


def test_a_policy_that_names_a_function_keeps_it(admin_client: Client) -> None:
    function = world.function()
    plugin = policies.breaker(function.func_urn)
    page = asked(admin_client, function, "function", 409)
    assert page.says(f"Policy {plugin}")
    users = Page(admin_client.get(f"/functions/{function.pk}/users/"))
    assert users.says(str(plugin)) and users.says("Circuit Breaker")
    plugin.delete()
    asked(admin_client, function, "function", 302)


def test_it_keeps_the_version_and_the_alias_that_it_names(admin_client: Client) -> None:
    function = world.function()
    version = models.Version.publish(function)
    alias = models.Alias(function=function, name="prod", version=version)
    alias.save_valid()
    by_alias, by_version = (
        policies.breaker(alias.alias_urn),
        policies.breaker(version.func_urn),
    )
    page = asked(admin_client, alias, "alias", 409)
    assert page.says(f"Policy {by_alias}") and not page.says(f"Policy {by_version}")
    page = asked(admin_client, version, "version", 409)
    assert page.says(f"Policy {by_version}")


def test_what_is_published_counts_after_the_draft_moved_on(
    admin_client: Client,
) -> None:
    channel, guard = world.channel(), world.authorizer()
    response = world.response()
    api = world.api(
        auth_type="AUTHORIZER",
        authorizer=guard,
        response=response,
        backend_type="HTTP",
        backend_api=http(channel),
    )
    publish.publish(api, world.environment())
    api.backend_type, api.auth_type, api.authorizer = "MOCK", "NONE", None
    api.response = api.group.gateway_responses.get(default=True)
    api.save_valid()
    said = f"API {api}, published in RELEASE"
    nouns = {
        channel: "channel",
        guard: "authorizer",
        response: "response",
    }
    for row, noun in nouns.items():
        assert asked(admin_client, row, noun, 409).says(said)
    publish.publish(api, world.environment())
    for row, noun in nouns.items():
        asked(admin_client, row, noun, 302)


def test_a_credential_says_what_it_loses(admin_client: Client) -> None:
    app = world.credential()
    special = {"type": "app", "policies": [{"key": app.pk, "limit": 5}]}
    plugin = policies.plugin("rate_limit", api_limit=10, specials=[special])
    throttle = policies.throttle()
    policies.special(throttle, app.pk, 5)
    quota = policies.quota(app)
    policies.app_acl(app, "192.0.2.1")
    page = asked(admin_client, app, "credential", 302)
    for text in (throttle, plugin):
        assert page.says(f"Policy {text}: its limit for this credential")
    assert page.says(f"Quota policy {quota}") and page.says("Its access control policy")


def test_an_api_says_what_is_bound_to_it(admin_client: Client) -> None:
    api, app = world.published(), world.credential()
    world.bind(app, api)
    throttle = policies.throttle()
    bindings.bind(throttle, [api], world.environment())
    assert not asked(admin_client, api, "api", 409).says(f"Policy {throttle}")
    publish.take_offline(api, world.environment())
    page = asked(admin_client, api, "api", 302)
    assert page.says(f"Credential {app}, authorized in RELEASE")
    assert page.says(f"Policy {throttle}, bound in RELEASE")


def test_a_group_of_servers_with_urls_of_its_own_stays(admin_client: Client) -> None:
    channel = world.channel()
    group = channel.member_groups.get()
    url = {"req_protocol": "HTTP", "req_method": "GET", "req_uri": "/b"}
    backend = http(channel) | {
        "vpc_channel_status": 4,
        "member_group_url_infos": [url | {"member_group_id": group.pk}],
    }
    api = world.api(backend_type="HTTP", backend_api=backend)
    edit = reverse("channel-edit", args=[channel.pk])
    sent = Page(admin_client.get(edit)).form_with("balance_strategy")
    sent |= {"groups-0-DELETE": "on", "members-0-group": ""}
    said = f"Groups: {group} has URLs of its own in {api}."
    assert Page(admin_client.post(edit, sent)).says(said)
    assert dependents.apis_asking(group) == [api]
    publish.publish(api, world.environment())
    api.backend_api = http(channel)
    api.save_valid()
    assert dependents.apis_asking(group) == [api]
    publish.publish(api, world.environment())
    assert admin_client.post(edit, sent).status_code == 302
    assert not channel.member_groups.exists()


def test_an_environment_says_what_is_authorized_and_bound_there(
    admin_client: Client,
) -> None:
    env, api, app = world.environment("OTHER"), world.api(), world.credential()
    publish.publish(api, env)
    models.Authorization(app=app, api=api, env=env).save_valid()
    throttle = policies.throttle()
    bindings.bind(throttle, [api], env)
    assert asked(admin_client, env, "environment", 409).says(f"API {api}")
    publish.take_offline(api, env)
    page = asked(admin_client, env, "environment", 302)
    assert page.says(f"Credential {app}, authorized for API {api}")
    assert page.says(f"Policy {throttle}, bound to API {api}")
