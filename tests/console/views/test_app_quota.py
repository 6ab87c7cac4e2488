"""Quota policies and access control of credentials."""

import pytest
from django.test import Client

from console import models
from tests.console import policies, world

pytestmark = pytest.mark.django_db


def test_a_quota_is_created_changed_and_deleted(admin_client: Client) -> None:
    sent = {"name": "daily", "call_limits": "5", "time_interval": "1"}
    sent |= {"time_unit": "HOUR", "reset_time": "2026-01-31T05:05:00"}
    admin_client.post("/quotas/create/", sent)
    quota = models.AppQuota.objects.get()
    assert quota.reset_time == "2026-01-31 05:05:00"
    html = admin_client.get(f"/quotas/{quota.pk}/edit/").content.decode()
    assert 'value="2026-01-31T05:05:00"' in html
    admin_client.post(f"/quotas/{quota.pk}/edit/", sent | {"reset_time": ""})
    quota.refresh_from_db()
    assert quota.reset_time == ""
    html = admin_client.get("/quotas/").content.decode()
    assert "daily" in html
    admin_client.post(f"/quotas/{quota.pk}/delete/")
    assert not models.AppQuota.objects.exists()


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": "x"}, "Name: 3 to 255"),
        ({"remark": "<b>"}, "Description: no &lt; and &gt;."),
        ({"call_limits": "0"}, "Max. API Requests"),
        ({"reset_time": "soon"}, "Effective On: Enter a valid date/time."),
    ],
)
def test_what_breaks_a_rule_is_named(
    admin_client: Client, fields: dict[str, str], text: str
) -> None:
    sent = {"name": "daily", "call_limits": "5", "time_interval": "1"}
    sent |= {"time_unit": "HOUR"} | fields
    assert text in admin_client.post("/quotas/create/", sent).content.decode()


def test_a_credential_has_one_quota_from_either_side(admin_client: Client) -> None:
    app, first, second = world.credential(), policies.quota(), policies.quota()
    admin_client.post(f"/quotas/{first.pk}/bind/", {"apps": [app.pk]})
    assert app.quota_binding.quota == first
    page = admin_client.get(f"/credentials/{app.pk}/quota/").content.decode()
    assert f"{first} is bound now: it would be replaced." in page
    admin_client.post(f"/credentials/{app.pk}/quota/", {"quota": second.pk})
    [binding] = models.AppQuotaBinding.objects.all()
    assert binding.quota == second
    assert str(second) in admin_client.get(app.get_absolute_url()).content.decode()
    url = f"/quotas/bindings/{binding.pk}/unbind/"
    assert admin_client.post(url)["Location"] == app.get_absolute_url()
    assert not models.AppQuotaBinding.objects.exists()


def test_a_credential_that_has_a_quota_is_not_offered(admin_client: Client) -> None:
    app = world.credential()
    quota = policies.quota(app)
    html = admin_client.get(f"/quotas/{quota.pk}/bind/").content.decode()
    assert app.name not in html


def test_the_addresses_of_a_credential_are_set_and_taken_away(
    admin_client: Client,
) -> None:
    app = world.credential()
    url = f"/credentials/{app.pk}/acl/"
    sent = {"app_acl_type": "PERMIT", "app_acl_values": "nowhere"}
    html = admin_client.post(url, sent).content.decode()
    assert "IP Addresses: nowhere: an IP address" in html
    sent["app_acl_values"] = "192.0.2.1\n10.0.0.0/8"
    html = admin_client.post(url, sent, follow=True).content.decode()
    assert "Allow: 192.0.2.1, 10.0.0.0/8" in html
    sent["app_acl_type"] = "DENY"
    admin_client.post(url, sent)
    assert models.AppAcl.objects.get().app_acl_type == "DENY"
    admin_client.post(f"{url}unbind/")
    assert not models.AppAcl.objects.exists()
