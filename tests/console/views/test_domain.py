"""Independent domain names, SSL certificates, environments and variables by page."""

import pytest
from django.test import Client
from django.urls import reverse

from console import models, publish
from tests.certificates import authority, issue
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def information() -> str:
    return reverse("group-information", args=[world.default_group().pk])


def test_a_domain_name_is_bound_and_unbound(admin_client: Client) -> None:
    group = world.default_group()
    url = reverse("domain-create", args=[group.pk])
    page = Page(admin_client.get(url))
    sent = page.form_with("url_domain")
    assert sent["min_ssl_version"] == "TLSv1.2"
    page = Page(admin_client.post(url, sent | {"url_domain": "not a name"}))
    assert page.says("Domain Name: labels of letters")
    sent["url_domain"] = "WWW.example.com"
    page = Page(admin_client.post(url, sent, follow=True))
    assert page.says("Saved.")
    assert page.says("www.example.com")
    row = models.Domain.objects.get()
    edit = reverse("domain-edit", args=[row.pk])
    sent = Page(admin_client.get(edit)).form_with("ingress_http_port")
    admin_client.post(edit, sent | {"is_http_redirect_to_https": "on"})
    row.refresh_from_db()
    assert row.is_http_redirect_to_https and row.url_domain == "www.example.com"
    row.serve_with([world.certificate(name="shop_cert")], verify=False)
    url = reverse("domain-delete", args=[row.pk])
    page = Page(admin_client.get(url))
    assert page.says("Unbind www.example.com?")
    assert page.says("SSL certificate shop_cert")
    assert admin_client.post(url)["Location"] == f"{information()}#domains"
    assert not models.Domain.objects.exists()
    assert models.Certificate.objects.exists()


def test_certificates_are_selected_for_a_domain(admin_client: Client) -> None:
    row = world.domain()
    own = world.certificate(name="own_cert", trusted_root_ca=authority().pem)
    other = world.certificate("other.test", name="other_cert")
    url = reverse("domain-certificates", args=[row.pk])
    page = Page(admin_client.post(url, {"certificates": [other.pk]}))
    assert page.says("other_cert is not for www.example.com, but for other.test.")
    page = Page(
        admin_client.post(url, {"certificates": [own.pk], "verify": "on"}, follow=True)
    )
    assert page.says("Saved. The next handshake uses it.")
    assert page.says("own_cert")
    row.refresh_from_db()
    assert row.verified_client_certificate_enabled
    page = Page(admin_client.get(reverse("certificate-detail", args=[own.pk])))
    assert page.says("www.example.com")
    page = Page(admin_client.post(reverse("certificate-delete", args=[own.pk])))
    assert page.status == 409
    assert page.says("Domain name www.example.com")


def test_a_key_is_written_and_never_shown(admin_client: Client) -> None:
    url, pair = reverse("certificate-create"), issue("www.example.com")
    sent = {
        "name": "own_cert",
        "type": "global",
        "cert_content": pair.pem,
        "private_key": pair.key_pem(),
        "trusted_root_ca": "",
    }
    page = Page(admin_client.post(url, sent | {"name": "1"}))
    assert page.says("Name: 4 to 50 letters")
    assert "PRIVATE KEY" not in page.html
    admin_client.post(url, sent)
    row = models.Certificate.objects.get()
    for name in ("certificate-detail", "certificate-edit"):
        page = Page(admin_client.get(reverse(name, args=[row.pk])))
        assert "PRIVATE KEY" not in page.html and "gAAAA" not in page.html
    edit = reverse("certificate-edit", args=[row.pk])
    admin_client.post(edit, sent | {"name": "new_name", "private_key": ""})
    kept = models.Certificate.objects.get()
    assert (kept.name, kept.private_key) == ("new_name", row.private_key)
    renewed = issue("www.example.com")
    sent |= {"cert_content": renewed.pem, "private_key": ""}
    page = Page(admin_client.post(edit, sent))
    assert page.says("Key: it does not belong to this certificate.")


def test_certificates_are_found_by_name_and_algorithm(admin_client: Client) -> None:
    world.certificate(name="first_cert")
    url = reverse("certificate-list")
    assert Page(admin_client.get(url, {"algorithm_type": "ECC"})).says("first_cert")
    assert Page(admin_client.get(url, {"q": "second"})).says("Nothing matches.")


def test_the_debugging_domain_has_a_switch(admin_client: Client) -> None:
    group = world.default_group()
    url = reverse("group-access", args=[group.pk])
    page = Page(admin_client.post(url, follow=True))
    assert page.says("The debugging domain name does not answer any more.")
    assert page.says("1,000 calls a day")
    group.refresh_from_db()
    assert not group.sl_domain_access_enabled
    admin_client.post(url)
    group.refresh_from_db()
    assert group.sl_domain_access_enabled


def test_an_environment_is_made_changed_and_deleted(admin_client: Client) -> None:
    url = reverse("environment-create")
    page = Page(admin_client.post(url, {"name": "1a", "remark": ""}))
    assert page.says("Name: 3 to 64 letters")
    admin_client.post(url, {"name": "TEST", "remark": "for tests"})
    row = models.Environment.objects.get(name="TEST")
    page = Page(admin_client.get(reverse("environment-list"), {"q": "for tests"}))
    assert page.says("TEST") and not page.says("DEFAULT_ENVIRONMENT")
    api = world.api()
    publish.publish(api, row)
    world.variable(env=row, variable_name="Host1")
    url = reverse("environment-delete", args=[row.pk])
    page = Page(admin_client.post(url))
    assert (page.status, page.says(f"API {api}")) == (409, True)
    publish.take_offline(api, row)
    page = Page(admin_client.get(url))
    assert page.says("Also affected")
    assert page.says("Variable Host1")
    assert page.says(f"Publishing records of API {api}")
    assert admin_client.post(url).status_code == 302
    assert not models.Environment.objects.filter(name="TEST").exists()
    assert not api.releases.exists()


def test_release_is_neither_renamed_nor_deleted(admin_client: Client) -> None:
    row = world.environment()
    url = reverse("environment-edit", args=[row.pk])
    admin_client.post(url, {"name": "OTHER", "remark": "the main one"})
    row.refresh_from_db()
    assert (row.name, row.remark) == ("RELEASE", "the main one")
    url = reverse("environment-delete", args=[row.pk])
    assert admin_client.post(url).status_code == 409


def test_a_variable_has_a_value_in_each_environment(admin_client: Client) -> None:
    test = world.environment("TEST")
    url = reverse("variable-create", args=[world.default_group().pk])
    page = Page(admin_client.get(f"{url}?env={test.pk}"))
    sent = page.form_with("variable_name")
    assert sent["env"] == test.pk
    sent |= {"variable_name": "host", "variable_value": "10.0.0.1 "}
    page = Page(admin_client.post(url, sent | {"variable_name": "1"}))
    assert page.says("Name: 3 to 32 letters")
    response = admin_client.post(url, sent)
    assert response["Location"] == f"{information()}?env={test.pk}#variables"
    page = Page(admin_client.get(information()))
    assert page.says("No variables in RELEASE.")
    page = Page(admin_client.get(information(), {"env": test.pk}))
    assert page.says("10.0.0.1")
    page = Page(admin_client.post(url, sent))
    assert page.says("the group has a variable of this name")
    row = models.Variable.objects.get()
    admin_client.post(row.get_absolute_url(), {"variable_value": "10.0.0.2"})
    row.refresh_from_db()
    assert (row.variable_name, row.variable_value) == ("host", "10.0.0.2")
    assert admin_client.post(reverse("variable-delete", args=[row.pk])).status_code == (
        302
    )


def test_a_variable_that_is_needed_is_not_deleted(admin_client: Client) -> None:
    row = world.variable()
    api = world.published()
    live = api.releases.get()
    live.definition |= {"backend_api": {"url_domain": "#host#"}}
    live.save()
    url = reverse("variable-delete", args=[row.pk])
    page = Page(admin_client.post(url))
    assert (page.status, page.says(f"API {api}, published in RELEASE")) == (409, True)


def test_a_group_s_apis_are_searched(admin_client: Client) -> None:
    api = world.api(name="find_me", req_uri="/found")
    url = reverse("group-detail", args=[api.group_id])
    assert Page(admin_client.get(url, {"q": "/found"})).says("find_me")
    assert Page(admin_client.get(url, {"q": "nothing"})).says("Nothing matches.")
