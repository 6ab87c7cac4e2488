"""The gateway parameter that has a secret: its rules, its pages, who may see what."""

import datetime
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from console import features, models
from console.models.fields import MASK
from tests.certificates import NOW, Pair, authority, issue, rsa_key
from tests.console import policies
from tests.console.page import Page

pytestmark = pytest.mark.django_db

URL = "/settings/backend_client_certificate/"
BEGIN = "BEGIN PRIVATE KEY"


def sent(pair: Pair, **fields: str) -> dict[str, str]:
    known = {"enable": "on", "content": pair.pem, "key": pair.key_pem(), "ca": ""}
    return known | fields


def stored() -> str:
    """What the table itself has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT config, secret FROM console_feature")
        return str(cursor.fetchall())


def test_it_is_off_until_it_is_configured() -> None:
    assert features.client_certificate() is None
    row = policies.client_certificate(enable="off")
    assert features.client_certificate() is None
    row.config = row.config.replace('"off"', '"on"')
    row.save_valid()
    shown = features.client_certificate()
    assert shown is not None and BEGIN in shown.key
    row.enable = False
    row.save_valid()
    assert features.client_certificate() is None


def test_its_key_is_encrypted_and_masked() -> None:
    row = policies.client_certificate()
    assert json.loads(row.config)["key"] == MASK
    assert "PRIVATE KEY" not in stored()
    again = models.Feature.objects.get()
    again.save_valid()
    assert BEGIN in models.Feature.objects.get().secret


def test_a_blank_key_forgets_it() -> None:
    row = policies.client_certificate()
    row.config = '{"enable": "off", "ca": "", "content": "", "key": ""}'
    row.save_valid()
    assert models.Feature.objects.get().secret == ""


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"key": issue("other").key_pem()}, "Key: it does not belong"),
        ({"key": ""}, "Key: an RSA or ECC private key"),
        ({"key": issue("other").key_pem(b"password")}, "protected by a password"),
        ({"content": ""}, "Content: certificates in PEM"),
        ({"ca": "no PEM"}, "CA: certificates in PEM"),
        ({"ca": issue("leaf").pem}, "CA: a certificate in it is not one"),
        ({"enable": "yes"}, "enable: on or off"),
        ({"ca": 5}, "texts in PEM"),
    ],
)
def test_what_cannot_be_shown_is_refused(document: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        policies.client_certificate(**document)


def test_an_expired_certificate_is_refused() -> None:
    old = issue("old", start=NOW - datetime.timedelta(days=40), days=30)
    with pytest.raises(ValidationError, match="it expired on"):
        policies.client_certificate(content=old.pem, key=old.key_pem())


def test_neither_a_host_name_nor_an_ec_key_is_needed() -> None:
    plain = issue(key=rsa_key())
    policies.client_certificate(content=plain.pem, key=plain.key_pem())
    assert features.client_certificate() is not None


def test_it_has_a_page_that_never_shows_the_key(admin_client: Client) -> None:
    pair = issue("gateway.example")
    wrong = admin_client.post(URL, sent(pair, key=issue("other").key_pem()))
    assert "it does not belong to this certificate" in Page(wrong).text
    assert "PRIVATE KEY" not in wrong.content.decode()
    assert admin_client.post(URL, sent(pair)).status_code == 302
    admin = models.Feature.objects.get()
    for url in (URL, "/settings/", f"/admin/console/feature/{admin.pk}/change/"):
        html = admin_client.get(url).content.decode()
        assert "PRIVATE KEY" not in html and admin.secret not in html
    assert "on: gateway.example, to " in admin_client.get("/settings/").content.decode()


def test_a_blank_field_keeps_the_key(admin_client: Client) -> None:
    pair, ca = issue("gateway.example"), authority().pem
    admin_client.post(URL, sent(pair))
    assert admin_client.post(URL, sent(pair, key="", ca=ca)).status_code == 302
    found = features.client_certificate()
    assert found is not None
    assert (found.key, found.ca) == (pair.key_pem().strip(), ca)
    off = sent(pair, key="")
    del off["enable"]
    admin_client.post(URL, off)
    assert features.client_certificate() is None
    assert models.Feature.objects.get().secret == found.key


def test_the_audit_says_that_it_changed_and_not_to_what(admin_client: Client) -> None:
    admin_client.post(URL, sent(issue("gateway.example")))
    trace = models.Audit.objects.filter(resource_type="Feature").first()
    assert trace is not None
    assert "PRIVATE KEY" not in str(trace.message)
    assert {"field": "secret", "old": None, "new": "changed"} in trace.message


def test_django_admin_does_not_repeat_a_refused_key(admin_client: Client) -> None:
    pair = issue("gateway.example")
    config = json.dumps(sent(pair, key=issue("other").key_pem()))
    fields = {"name": features.CLIENT_CERTIFICATE, "enable": "on", "config": config}
    html = admin_client.post("/admin/console/feature/add/", fields).content.decode()
    assert "it does not belong" in html
    assert "PRIVATE KEY" not in html
