"""A function's Version and Aliases tabs, its state, its users, its file."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from console import compile, models
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def post(client: Client, name: str, pk: str, **sent: str) -> Page:
    return Page(client.post(reverse(name, args=[pk]), sent, follow=True))


def test_a_version_is_published_looked_at_and_deleted(admin_client: Client) -> None:
    row = world.function(user_data={"a": "plain"}, encrypted_user_data={"b": "s3cret"})
    page = post(admin_client, "version-publish", row.pk, version="v1", description="d")
    assert page.says("Published v1.")
    version = row.versions.get()
    page = Page(admin_client.get(version.get_absolute_url()))
    hashed = world.hash_of(world.ALLOW)[:12]
    for text in ("v1", "plain", "********", "json.dumps", hashed):
        assert page.says(text)
    assert "s3cret" not in page.html
    assert post(admin_client, "version-delete", version.pk).says("Deleted v1.")
    assert not row.versions.exists()


def test_the_selector_leads_from_version_to_version(admin_client: Client) -> None:
    row = world.function(initializer_handler="index.start", concurrency=7)
    version = models.Version.publish(row, "v1")
    urls = {row.get_absolute_url(), version.get_absolute_url()}
    assert urls <= {*Page(admin_client.get(row.get_absolute_url())).hrefs}
    page = Page(admin_client.get(version.get_absolute_url()))
    assert urls <= {*page.hrefs}
    assert page.says("index.start") and page.says("Max. Instances")
    assert f'title="{version.package_id}"' in page.html


def test_the_list_names_the_users_of_latest_too(admin_client: Client) -> None:
    row = world.function()
    version = models.Version.publish(row, "v1")
    alias = models.Alias.objects.create(function=row, name="newest")
    moved = models.Alias.objects.create(function=row, name="fixed", version=version)
    guard = world.authorizer(function=row)
    page = Page(admin_client.get(reverse("version-list", args=[row.pk])))
    table = page.html.partition("<table")[2]
    latest, published = table.split(version.get_absolute_url() + '"')
    assert f"Alias {alias}<" in latest and f"Custom authorizer {guard}<" in latest
    assert f"Alias {moved}<" in published and f"Alias {alias}<" not in published


def backend(row: models.Function, **fields: str) -> models.Api:
    """An API that ends at a function, a version or an alias."""
    document = {
        "function_urn": row.func_urn,
        "invocation_type": "sync",
        "network_type": "V1",
        "timeout": 5000,
    }
    return world.api(backend_type="FUNCTION", func_info=document | fields)


def test_apis_that_end_at_a_function_are_named_and_keep_it(
    admin_client: Client,
) -> None:
    row = world.function()
    version = models.Version.publish(row, "v1")
    alias = models.Alias.objects.create(function=row, name="prod", version=version)
    api, of_version = backend(row), backend(row, version="v1")
    of_alias = backend(row, alias_urn=alias.alias_urn)
    page = Page(admin_client.get(reverse("function-users", args=[row.pk])))
    assert {a.get_absolute_url() for a in (api, of_version, of_alias)} <= {*page.hrefs}
    assert page.says("Alias prod") and page.says("not published")
    for name, target, found in (
        ("function-delete", row, api),
        ("version-delete", version, of_version),
        ("alias-delete", alias, of_alias),
    ):
        answer = admin_client.post(reverse(name, args=[target.pk]))
        assert answer.status_code == 409
        assert Page(answer).says(f"API {found}")
        assert found.get_absolute_url() in Page(answer).hrefs
    for name, found in (("version-list", of_version), ("alias-list", of_alias)):
        page = Page(admin_client.get(reverse(name, args=[row.pk])))
        assert page.says(f"API {found}")


def test_what_cannot_be_published_is_told(admin_client: Client) -> None:
    row = world.function()
    models.Version.publish(row, "v1")
    page = post(admin_client, "version-publish", row.pk, version="v2")
    assert page.says("Nothing has changed since version v1 was published.")


def test_a_version_in_use_is_not_deleted_and_its_users_are_named(
    admin_client: Client,
) -> None:
    row = world.function()
    version = models.Version.publish(row)
    alias = models.Alias.objects.create(function=row, name="prod", version=version)
    guard = world.authorizer(function=row, version=version)
    url = reverse("version-delete", args=[version.pk])
    response = admin_client.post(url)
    assert response.status_code == 409
    page = Page(response)
    assert page.says(f"Alias {alias}") and page.says(f"Custom authorizer {guard}")
    assert row.versions.exists()


def test_an_alias_is_created_moved_and_deleted(admin_client: Client) -> None:
    row = world.function()
    version = models.Version.publish(row, "v1")
    url = reverse("alias-create", args=[row.pk])
    sent = {"name": "prod", "version": "", "additional_version": "", "weight": "0"}
    assert Page(admin_client.post(url, sent, follow=True)).says("Saved.")
    alias = row.aliases.get()
    guard = world.authorizer(function=row, alias=alias)
    sent |= {"version": version.pk}
    admin_client.post(alias.get_absolute_url(), sent)
    guard = models.Authorizer.objects.get(pk=guard.pk)
    target = compile.target(guard)
    assert target is not None and target.function.version == "v1"
    response = admin_client.post(reverse("alias-delete", args=[alias.pk]))
    assert response.status_code == 409
    guard.delete()
    assert post(admin_client, "alias-delete", alias.pk).says("Deleted prod.")


def test_a_second_alias_of_one_name_is_refused(admin_client: Client) -> None:
    row = world.function()
    models.Alias.objects.create(function=row, name="prod")
    url = reverse("alias-create", args=[row.pk])
    sent = {"name": "prod", "version": "", "additional_version": "", "weight": "0"}
    page = Page(admin_client.post(url, sent))
    assert page.says("The function has an alias of this name.")


def test_a_function_is_disabled_and_enabled(admin_client: Client) -> None:
    row = world.function()
    page = post(admin_client, "function-state", row.pk)
    assert page.says("Disabled. Every call that needs this function is refused now.")
    assert page.says("Enable Function")
    row.refresh_from_db()
    assert not compile.function(row).enabled
    assert post(admin_client, "function-state", row.pk).says("Enabled.")


def test_its_users_are_listed_with_their_apis(admin_client: Client) -> None:
    guard = world.authorizer()
    api = world.published(authorizer=guard)
    url = reverse("function-users", args=[guard.function.pk])
    page = Page(admin_client.get(url))
    for text in (str(guard), str(api), "live in RELEASE"):
        assert page.says(text)
    unused = reverse("function-users", args=[world.function().pk])
    assert Page(admin_client.get(unused)).says("Nothing calls this function yet.")


def test_a_function_goes_out_and_comes_in(admin_client: Client) -> None:
    row = world.function(encrypted_user_data={"token": "s3cret"})
    response = admin_client.get(reverse("function-export", args=[row.pk]))
    assert response["Content-Disposition"].endswith(f'"{row.func_name}.zip"')
    archive = SimpleUploadedFile("f.zip", io.BytesIO(response.content).read())
    url = reverse("function-import")
    sent = {"archive": archive, "func_name": "copy"}
    page = Page(admin_client.post(url, sent, follow=True))
    assert page.says("Imported copy as a draft. Fill in the encrypted variables: token")
    page = Page(
        admin_client.post(url, {"archive": SimpleUploadedFile("f.zip", b"nothing")})
    )
    assert page.says("Not a readable ZIP archive")


def test_an_authorizer_takes_a_version_or_an_alias(admin_client: Client) -> None:
    row = world.function()
    version = models.Version.publish(row, "v1")
    alias = models.Alias.objects.create(function=row, name="prod", version=version)
    guard = world.authorizer(function=row)
    url = guard.get_absolute_url()
    for chosen, found in ((alias.pk, (None, alias)), (version.pk, (version, None))):
        form = Page(admin_client.get(url)).form_with("target")
        admin_client.post(url, form | {"target": chosen})
        guard.refresh_from_db()
        assert (guard.version, guard.alias) == found
    other = world.authorizer()
    url = other.get_absolute_url()
    form = Page(admin_client.get(url)).form_with("target")
    page = Page(admin_client.post(url, form | {"target": version.pk}))
    assert page.says("v1 belongs to another function")


def test_runtimes_that_are_not_there_cannot_be_chosen(admin_client: Client) -> None:
    page = Page(admin_client.get(reverse("function-create")))
    assert page.says("Python 3.9 (")
    assert page.says("Node.js 18.15 (")
