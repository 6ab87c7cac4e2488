"""The list of policies, and the pages of each traditional one."""

import pytest
from django.test import Client

from console import bindings, models
from tests.console import policies, world
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def test_policies_of_all_types_are_in_one_list(admin_client: Client) -> None:
    limit, addresses, api = policies.throttle(), policies.acl(), world.published()
    bindings.bind(limit, [api], world.environment())
    html = admin_client.get("/policies/").content.decode()
    for name in (limit.name, addresses.acl_name, "Request Throttling"):
        assert name in html
    html = admin_client.get("/policies/", {"type": "acl"}).content.decode()
    assert addresses.acl_name in html
    assert limit.name not in html
    html = admin_client.get("/policies/", {"q": limit.name}).content.decode()
    assert addresses.acl_name not in html
    html = admin_client.get("/policies/", {"q": "nothing"}).content.decode()
    assert "Nothing matches." in html


def test_an_empty_list_says_what_to_do(admin_client: Client) -> None:
    html = admin_client.get("/policies/").content.decode()
    assert "Create Policy" in html
    assert "A policy acts on the APIs it is bound to" in html


def test_a_throttling_policy_is_created_and_changed(admin_client: Client) -> None:
    sent = {"name": "orders", "type": "1", "time_interval": "1", "time_unit": "MINUTE"}
    sent |= {"api_call_limits": "10", "app_call_limits": "3"}
    response = admin_client.post("/policies/throttle/create/", sent)
    policy = models.Throttle.objects.get()
    assert response["Location"] == policy.get_absolute_url()
    assert (policy.app_call_limits, policy.user_call_limits) == (3, 0)
    html = admin_client.post(
        f"/policies/throttle/{policy.pk}/edit/", sent | {"app_call_limits": "11"}
    ).content.decode()
    assert "Max. Credential Requests: at most 10" in html
    sent |= {"api_call_limits": "20"}
    admin_client.post(f"/policies/throttle/{policy.pk}/edit/", sent)
    policy.refresh_from_db()
    assert policy.api_call_limits == 20


def test_a_credential_and_a_tenant_are_excluded(admin_client: Client) -> None:
    policy, app = policies.throttle(), world.credential()
    url = f"/policies/throttle/{policy.pk}/exclude/"
    sent = {"object_type": "APP", "app": app.pk, "object_id": "", "call_limits": "5"}
    html = admin_client.post(url, sent, follow=True).content.decode()
    assert app.name in html
    sent = {"object_type": "USER", "app": "", "object_id": "d1", "call_limits": "101"}
    assert "Threshold: at most 100" in admin_client.post(url, sent).content.decode()
    admin_client.post(url, sent | {"call_limits": "6"})
    found = {s.object_id: s.call_limits for s in policy.specials.all()}
    assert found == {app.pk: 5, "d1": 6}
    again = {"object_type": "APP", "app": app.pk, "call_limits": "5"}
    assert "it is excluded already" in admin_client.post(url, again).content.decode()
    special = policy.specials.get(object_id="d1")
    admin_client.post(f"/policies/throttle/specials/{special.pk}/delete/")
    assert policy.specials.count() == 1


def test_nobody_is_excluded_without_an_id(admin_client: Client) -> None:
    url = f"/policies/throttle/{policies.throttle().pk}/exclude/"
    sent = {"object_type": "USER", "call_limits": "5"}
    assert "choose a credential, or give an ID" in (
        admin_client.post(url, sent).content.decode()
    )


def test_an_access_control_policy_takes_one_entry_a_line(admin_client: Client) -> None:
    sent = {"acl_name": "office", "entity_type": "IP", "acl_type": "DENY"}
    url = "/policies/acl/create/"
    html = admin_client.post(url, sent | {"acl_value": "192.0.2.300"}).content.decode()
    assert "192.0.2.300: an IP address, a range" in html
    sent |= {"acl_value": "192.0.2.1\r\n10.0.0.0/8, ::1\r\n"}
    admin_client.post(url, sent)
    policy = models.Acl.objects.get()
    assert policy.values == ["192.0.2.1", "10.0.0.0/8", "::1"]
    html = admin_client.get(f"/policies/acl/{policy.pk}/edit/").content.decode()
    assert "192.0.2.1\n10.0.0.0/8\n::1" in html
    # Its type stays, whatever is sent.
    changed = sent | {"entity_type": "DOMAIN", "acl_value": "198.51.100.1"}
    admin_client.post(f"/policies/acl/{policy.pk}/edit/", changed)
    policy.refresh_from_db()
    assert (policy.entity_type, policy.values) == ("IP", ["198.51.100.1"])


def test_a_policy_is_cloned_unbound(admin_client: Client) -> None:
    plugin = policies.plugin(client_secret="hush")
    api = world.published()
    bindings.bind(plugin, [api], world.environment())
    listed = Page(admin_client.get("/policies/"))
    assert f"/policies/plugin/{plugin.pk}/clone/" in listed.html
    response = admin_client.post(f"/policies/plugin/{plugin.pk}/clone/")
    made = models.Plugin.objects.exclude(pk=plugin.pk).get()
    assert response["Location"] == made.get_absolute_url()
    assert made.plugin_name.startswith(f"{plugin.plugin_name}_")
    assert (made.document, made.bindings.count()) == (plugin.document, 0)
    acl = policies.acl("192.0.2.1", acl_name="a" * 64)
    admin_client.post(f"/policies/acl/{acl.pk}/clone/")
    copy = models.Acl.objects.exclude(pk=acl.pk).get()
    assert (copy.acl_value, len(copy.acl_name)) == ("192.0.2.1", 64)


def test_throttling_and_signature_keys_are_not_cloned(admin_client: Client) -> None:
    for row in (policies.throttle(), policies.signature()):
        page = Page(admin_client.get(row.get_absolute_url()))
        assert "/clone/" not in page.html
