"""Signature keys on pages."""

import pytest
from django.test import Client

from console import models
from tests.console import policies
from tests.console.page import Page

pytestmark = pytest.mark.django_db
CREATE = "/policies/signature/create/"


def form(client: Client, address: str) -> dict[str, str]:
    return Page(client.get(address)).form_with("sign_type")


def test_a_key_is_created_and_what_is_blank_is_generated(admin_client: Client) -> None:
    sent = form(admin_client, CREATE)
    response = admin_client.post(CREATE, sent)
    row = models.Signature.objects.get()
    assert response["Location"] == row.get_absolute_url()
    html = admin_client.get(row.get_absolute_url()).content.decode()
    assert row.sign_key in html
    assert row.sign_secret not in html


def test_a_secret_is_typed_twice_and_stays_when_it_is_blank(
    admin_client: Client,
) -> None:
    secret = "a-secret-of-16-or-more"
    sent = form(admin_client, CREATE) | {"sign_secret": secret}
    page = Page(admin_client.post(CREATE, sent))
    assert page.says("Confirm Secret: It is not the same secret.")
    admin_client.post(CREATE, sent | {"confirm_secret": secret})
    row = models.Signature.objects.get()
    assert row.sign_secret == secret
    address = f"/policies/signature/{row.pk}/edit/"
    sent = form(admin_client, address) | {"name": "renamed"}
    assert secret not in admin_client.get(address).content.decode()
    admin_client.post(address, sent)
    row.refresh_from_db()
    assert (row.name, row.sign_secret) == ("renamed", secret)


def test_a_broken_rule_is_told(admin_client: Client) -> None:
    sent = form(admin_client, CREATE) | {"sign_key": "short"}
    page = Page(admin_client.post(CREATE, sent))
    assert page.says("Key: 8 to 32 letters")
    sent |= {"sign_type": "public_key", "sign_key": ""}
    page = Page(admin_client.post(CREATE, sent))
    assert page.says("Type: public_key needs the gateway parameter")


def test_a_type_that_is_not_sent_is_kept_but_not_bound(admin_client: Client) -> None:
    row = policies.signature(sign_type="aes", sign_algorithm="aes-128-cfb")
    assert admin_client.get(row.get_absolute_url()).status_code == 200
