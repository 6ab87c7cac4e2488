"""Binding pages, from both sides."""

import pytest
from django.test import Client

from console import bindings, models, publish
from console.models.environment import RELEASE_ID
from console.views.api.policies import ORDER
from gateway.policies.registry import PLUGINS
from tests.console import policies, world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def bind(client: Client, policy: models.Policy, *apis: models.Api, **more: str) -> str:
    sent = {"env": RELEASE_ID, "apis": [api.pk for api in apis], "replace": ""} | more
    url = f"/policies/{policy.noun}/{policy.pk}/bind/"
    return client.post(url, sent, follow=True).content.decode()


def agreed(html: str) -> str:
    """What the hidden field says would be replaced."""
    return html.split('name="replace" value="')[1].partition('"')[0]


def test_apis_are_bound_and_unbound_on_the_policy_s_page(admin_client: Client) -> None:
    policy, apis = policies.throttle(), [world.published() for _ in range(2)]
    html = bind(admin_client, policy, *apis)
    assert "Bound to 2 APIs in RELEASE. The next call obeys it." in html
    assert all(api.name in html for api in apis)
    chosen = [b.pk for b in policy.bindings.all()]
    url = f"/policies/throttle/{policy.pk}/unbind/"
    html = admin_client.post(url, {"binding": chosen}, follow=True).content.decode()
    assert "from 2 APIs." in html
    assert "Not bound to any API yet" in html


def test_what_would_be_replaced_is_shown_before_it_happens(
    admin_client: Client,
) -> None:
    api, first, second = world.published(), policies.throttle(), policies.throttle()
    bindings.bind(first, [api], world.environment())
    html = bind(admin_client, second, api)
    assert f"{api.name} has {first.name} in RELEASE: it would be replaced." in html
    assert [b.policy for b in bindings.of_api(api)] == [first]
    html = bind(admin_client, second, api, replace=agreed(html))
    assert [b.policy for b in bindings.of_api(api)] == [second]


def test_an_agreement_does_not_cover_what_was_bound_since(
    admin_client: Client,
) -> None:
    api, first, second = world.published(), policies.throttle(), policies.throttle()
    bindings.bind(first, [api], world.environment())
    seen = agreed(bind(admin_client, second, api))
    bindings.bind(policies.throttle(), [api], world.environment())
    assert "Press OK again" in bind(admin_client, second, api, replace=seen)


def test_only_published_apis_are_offered_and_can_be_searched(
    admin_client: Client,
) -> None:
    policy = policies.throttle()
    live, other, draft = world.published(), world.published(), world.api()
    url = f"/policies/throttle/{policy.pk}/bind/"
    html = admin_client.get(url).content.decode()
    assert live.name in html
    assert draft.name not in html
    html = admin_client.get(url, {"q": live.name}).content.decode()
    assert f"{other.name} (GET" not in html
    html = admin_client.get(url, {"q": "nothing"}).content.decode()
    assert "No published API matches." in html
    publish.take_offline(live, world.environment())
    publish.take_offline(other, world.environment())
    assert "No API is published yet" in admin_client.get(url).content.decode()


def test_an_api_that_is_not_published_there_is_not_bound(admin_client: Client) -> None:
    policy, api, env = policies.throttle(), world.published(), world.environment("TEST")
    html = bind(admin_client, policy, api, env=env.pk)
    assert "is not published in TEST" in html
    assert not policy.bindings.exists()


def test_a_policy_is_bound_and_unbound_on_the_api_s_page(admin_client: Client) -> None:
    api, policy = world.published(), policies.acl()
    url = f"/apis/{api.pk}/policies/"
    assert "No policy is bound" in admin_client.get(url).content.decode()
    sent = {"env": RELEASE_ID, "policy": f"acl:{policy.pk}", "replace": ""}
    html = admin_client.post(url, sent, follow=True).content.decode()
    assert f"Bound {policy} in RELEASE" in html
    binding = policy.bindings.get()
    sent = {"binding": binding.pk, "side": "api"}
    response = admin_client.post(f"/policies/acl/{policy.pk}/unbind/", sent)
    assert response["Location"] == url
    assert not policy.bindings.exists()


def test_the_page_of_an_api_draws_its_policies(admin_client: Client) -> None:
    api, policy = world.published(), policies.throttle()
    bindings.bind(policy, [api], world.environment())
    page = Page(admin_client.get(api.get_absolute_url()))
    assert policy.name in page.html
    assert "The way of a call in RELEASE" in page.html


def test_they_are_drawn_in_the_order_in_which_they_act(admin_client: Client) -> None:
    api, env = world.published(), world.environment()
    header = {"name": "X-A", "action": "add", "value": "1"}
    bound = [
        policies.plugin("set_resp_headers", response_headers=[header]),
        policies.signature(),
        policies.plugin("proxy_mirror", protocol="HTTP", host="mirror:80"),
        policies.throttle(),
        policies.acl(),
        policies.plugin(),
    ]
    for policy in bound:
        bindings.bind(policy, [api], env)
    page = Page(admin_client.get(api.get_absolute_url()))
    way = page.text.partition("Request Path")[2]
    names = [str(policy) for policy in reversed(bound)]
    places = [way.index(name) for name in (*names[:3], "APIG", names[3], "Mock")]
    assert places == sorted(places)
    assert way.index("Mock") < way.index(names[-1])


def test_every_kind_of_policy_has_its_place() -> None:
    slots = {*ORDER} - {"throttle", "signature"}
    kinds = {f"acl:{kind}" for kind in models.Acl.Entity.values} | PLUGINS.keys()
    assert slots == kinds


def test_a_bound_policy_is_not_deleted(admin_client: Client) -> None:
    api, policy = world.published(), policies.throttle()
    bindings.bind(policy, [api], world.environment())
    url = f"/policies/throttle/{policy.pk}/delete/"
    html = admin_client.get(url).content.decode()
    assert f"API {api} in RELEASE" in html
    assert admin_client.post(url).status_code == 409
    policy.bindings.all().delete()
    assert admin_client.post(url).status_code == 302
    assert not models.Throttle.objects.exists()


def test_binding_needs_the_permission_to_bind_that_kind(
    client_of: MakeClient,
) -> None:
    api, policy = world.published(), policies.acl()
    client = client_of("view_api", "add_throttlebinding")
    sent = {"env": RELEASE_ID, "policy": f"acl:{policy.pk}", "replace": ""}
    assert client.post(f"/apis/{api.pk}/policies/", sent).status_code == 403
    assert not policy.bindings.exists()


def test_the_binding_of_another_policy_is_not_unbound(admin_client: Client) -> None:
    api, policy = world.published(), policies.throttle()
    [binding] = bindings.bind(policy, [api], world.environment())
    url = f"/policies/throttle/{policies.throttle().pk}/unbind/"
    assert admin_client.post(url, {"binding": binding.pk}).status_code == 404
    assert policy.bindings.exists()
