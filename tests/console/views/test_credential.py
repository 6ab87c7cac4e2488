"""Credentials: keys, secrets and bindings."""

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Authorization, Credential
from console.models.environment import RELEASE_ID
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db

CREATE = "/credentials/create/"


def test_a_credential_is_created_with_a_generated_key_and_secret(
    admin_client: Client,
) -> None:
    page = Page(admin_client.get(CREATE))
    assert page.labels == ["Name", "Description", "Key", "Secret"]
    sent = page.form_with("app_key")
    assert sent["name"].startswith("Credential_")
    assert sent["app_key"] == sent["app_secret"] == ""
    response = admin_client.post(CREATE, sent)
    row = Credential.objects.get()
    assert response["Location"] == row.get_absolute_url()
    assert len(row.app_key) == len(row.app_secret) == 32


def test_a_credential_is_created_with_a_given_key_and_secret(
    admin_client: Client,
) -> None:
    sent = {"name": "app", "app_key": "my-key-1234", "app_secret": "s3cret-!@#$%"}
    assert admin_client.post(CREATE, sent).status_code == 302
    row = Credential.objects.get()
    assert (row.app_key, row.app_secret) == ("my-key-1234", "s3cret-!@#$%")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Name: This field is required."),
        ("name", "1st", "Name: 3 to 64 letters"),
        ("name", "a" * 65, "Name: Ensure this value has at most 64"),
        ("name", "taken", "A credential with this name already exists."),
        ("remark", "d" * 256, "Description: Ensure this value has at most 255"),
        ("app_key", "short", "Key: 8 to 200 letters"),
        ("app_key", "键" * 8, "Key: 8 to 200 letters"),
        ("app_key", "k" * 201, "Key: Ensure this value has at most 200"),
        ("app_key", "taken-key", "This key already belongs to a credential."),
        ("app_secret", "short", "Secret: 8 to 128 characters"),
        ("app_secret", "12345678&", "Secret: 8 to 128 characters"),
        ("app_secret", "s" * 129, "Secret: Ensure this value has at most 128"),
    ],
)
def test_a_broken_rule_is_named_and_nothing_typed_is_lost(
    admin_client: Client, field: str, value: str, said: str
) -> None:
    world.credential(name="taken", app_key="taken-key")
    kept = {
        "name": "orders",
        "remark": "kept",
        "app_key": "given-key",
        "app_secret": "given-secret",
    }
    sent = kept | {field: value}
    response = admin_client.post(CREATE, sent)
    page = Page(response)
    assert page.status == 200
    assert page.says(said)
    assert {name: page.form_with("app_key")[name] for name in sent} == sent
    assert "no-store" in response["Cache-Control"]
    assert Credential.objects.count() == 1


def test_the_secret_is_masked_until_it_is_asked_for(admin_client: Client) -> None:
    row = world.credential(app_secret="correct-horse-battery")
    response = admin_client.get(row.get_absolute_url())
    page = Page(response)
    assert page.says("c****y")
    assert row.app_secret not in page.html
    assert page.says(row.app_key)
    assert "no-store" in response["Cache-Control"]
    response = admin_client.post(row.get_absolute_url())
    assert Page(response).says(row.app_secret)
    assert "no-store" in response["Cache-Control"]


def test_only_who_could_reset_a_secret_may_see_it(client_of: MakeClient) -> None:
    row = world.credential(app_secret="correct-horse-battery")
    viewer = client_of("view_credential")
    assert viewer.get(row.get_absolute_url()).status_code == 200
    refused = viewer.post(row.get_absolute_url())
    assert refused.status_code == 403
    assert b"horse" not in refused.content
    changer = client_of("change_credential")
    assert b"horse" in changer.post(row.get_absolute_url()).content


def test_editing_changes_name_and_description_only(admin_client: Client) -> None:
    row = world.credential()
    key, secret = row.app_key, row.app_secret
    url = reverse("credential-edit", args=[row.pk])
    assert "app_key" not in Page(admin_client.get(url)).form_with("remark")
    sent = {
        "name": "renamed",
        "remark": "说明",
        "app_key": "k" * 9,
        "app_secret": "s" * 9,
    }
    admin_client.post(url, sent)
    row.refresh_from_db()
    assert (row.name, row.remark) == ("renamed", "说明")
    assert (row.app_key, row.app_secret) == (key, secret)


def test_resetting_asks_first_and_then_kills_the_old_secret(
    admin_client: Client,
) -> None:
    row = world.credential()
    old = row.app_secret
    url = reverse("credential-reset", args=[row.pk])
    assert Page(admin_client.get(url)).says("The old one stops working at once")
    row.refresh_from_db()
    assert row.app_secret == old
    page = Page(admin_client.post(url, follow=True))
    row.refresh_from_db()
    assert row.app_secret != old
    assert page.says("The old one is dead.")
    assert row.app_secret not in page.html


def test_apis_are_bound_and_unbound_from_the_credential(admin_client: Client) -> None:
    app, api = world.credential(), world.published()
    url = reverse("credential-bind", args=[app.pk])
    assert Page(admin_client.get(url)).form_with("env")["env"] == RELEASE_ID
    sent = {"env": RELEASE_ID, "apis": [api.pk]}
    page = Page(admin_client.post(url, sent, follow=True))
    pair = Authorization.objects.get()
    assert (pair.app, pair.api, pair.env_id) == (app, api, RELEASE_ID)
    assert page.says(api.name)
    response = admin_client.post(reverse("unbind", args=[pair.pk]), {"side": "app"})
    assert response["Location"] == app.get_absolute_url()
    assert not Authorization.objects.exists()


def test_credentials_are_bound_and_unbound_from_the_api(admin_client: Client) -> None:
    app, api = world.credential(), world.published()
    url = reverse("api-credentials", args=[api.pk])
    assert Page(admin_client.get(url)).says("No credential may call this API yet.")
    page = Page(
        admin_client.post(url, {"env": RELEASE_ID, "apps": [app.pk]}, follow=True)
    )
    assert page.says("Cancel Authorization")
    pair = Authorization.objects.get()
    response = admin_client.post(reverse("unbind", args=[pair.pk]), {"side": "api"})
    assert response["Location"] == url
    assert not Authorization.objects.exists()


def test_binding_a_bound_pair_again_is_harmless(admin_client: Client) -> None:
    app, api = world.credential(), world.published()
    url = reverse("credential-bind", args=[app.pk])
    for _ in range(2):
        response = admin_client.post(url, {"env": RELEASE_ID, "apis": [api.pk]})
        assert response.status_code == 302
    assert Authorization.objects.count() == 1


def test_only_published_apis_with_app_authentication_are_offered(
    admin_client: Client,
) -> None:
    app = world.credential()
    url = reverse("credential-bind", args=[app.pk])
    draft, open_api = world.api(), world.published(auth_type="NONE")
    assert Page(admin_client.get(url)).says("No API with App authentication is")
    offered = world.published()
    page = Page(admin_client.get(url))
    assert page.says(offered.name)
    assert not page.says(f"{draft.name} (") and not page.says(f"{open_api.name} (")
    for other in (draft, open_api):
        response = admin_client.post(url, {"env": RELEASE_ID, "apis": [other.pk]})
        assert Page(response).says("APIs: Select a valid choice.")
    assert not Authorization.objects.exists()


def test_an_api_that_is_published_elsewhere_is_refused_by_name(
    admin_client: Client,
) -> None:
    app, api, other = world.credential(), world.published(), world.published()
    env = world.environment("TEST")
    url = reverse("credential-bind", args=[app.pk])
    sent = {"env": env.pk, "apis": [api.pk, other.pk]}
    page = Page(admin_client.post(url, sent))
    assert page.says("is not published in TEST.")
    assert page.form_with("env")["env"] == env.pk
    assert page.html.count("checked") == 2
    assert not Authorization.objects.exists()


def test_nothing_is_bound_to_an_api_without_app_authentication(
    admin_client: Client,
) -> None:
    app, api = world.credential(), world.published(auth_type="NONE")
    url = reverse("api-credentials", args=[api.pk])
    page = Page(admin_client.post(url, {"env": RELEASE_ID, "apps": [app.pk]}))
    assert page.says("does not use App authentication")
    assert not Authorization.objects.exists()


def test_choosing_nothing_says_so(admin_client: Client) -> None:
    app, api = world.credential(), world.published()
    url = reverse("credential-bind", args=[app.pk])
    assert Page(admin_client.post(url, {})).says("APIs: choose at least one.")
    url = reverse("api-credentials", args=[api.pk])
    assert Page(admin_client.post(url, {})).says("Credentials: choose at least one.")


def test_deleting_shows_the_bound_apis_and_then_goes_through(
    admin_client: Client,
) -> None:
    pair = world.bind(world.credential(), world.published())
    url = reverse("credential-delete", args=[pair.app.pk])
    page = Page(admin_client.get(url))
    assert page.says(f"API {pair.api} in RELEASE: its calls will be refused")
    assert admin_client.post(url)["Location"] == reverse("credential-list")
    assert not Credential.objects.exists()
    assert not Authorization.objects.exists()


def test_the_list_counts_bound_apis(admin_client: Client) -> None:
    app = world.credential(name="counted")
    world.bind(app, world.published())
    world.bind(app, world.published())
    page = Page(admin_client.get(reverse("credential-list")))
    assert page.says(f"{app.app_key} 2")
