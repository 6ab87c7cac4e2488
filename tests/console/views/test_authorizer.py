"""API Policies > Custom Authorizers."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Authorizer
from tests.console import world
from tests.console.page import Page

pytestmark = pytest.mark.django_db

CREATE = "/policies/authorizers/create/"


def sources(*rows: tuple[str, str, str]) -> dict[str, str]:
    """The identity sources' table: (location, name, validation)."""
    sent = {
        "identities-TOTAL_FORMS": str(len(rows)),
        "identities-INITIAL_FORMS": "0",
    }
    for number, (location, name, validation) in enumerate(rows):
        sent |= {
            f"identities-{number}-location": location,
            f"identities-{number}-name": name,
            f"identities-{number}-validation": validation,
        }
    return sent


def filled(client: Client, **fields: str) -> dict[str, str]:
    """The form as it opens, with a function chosen and some fields typed."""
    opened = Page(client.get(CREATE)).form_with("ttl")
    sent = {k: v for k, v in opened.items() if not k.startswith("identities-")}
    return sent | {"name": "guard", "function": world.function().pk} | fields


def test_the_fields_stand_in_their_documented_order(admin_client: Client) -> None:
    page = Page(admin_client.get(CREATE))
    order = (
        "Name",
        "Type",
        "Function URN",
        "Version/Alias",
        "Max. Cache Age (s)",
        "Parameter Location",
        "Parameter Name",
        "Validation",
        "Send Request Body",
        "User Data",
        "Timeout (ms)",
        "Retries",
        "Relaxed Mode",
    )
    assert [label for label in page.labels if label in order] == list(order)
    sent = page.form_with("ttl")
    assert sent["name"].startswith("Authorizer_")
    assert (sent["type"], sent["ttl"], sent["timeout"]) == ("FRONTEND", "0", "5000")


def test_the_documented_authorizer_is_created(admin_client: Client) -> None:
    sent = filled(admin_client, ttl="30")
    sent |= sources(("HEADER", "token", ""), ("QUERY", "test", "^user@"))
    response = admin_client.post(CREATE, sent)
    assert response["Location"] == reverse("authorizer-list")
    row = Authorizer.objects.get()
    assert (row.name, row.type, row.ttl) == ("guard", "FRONTEND", 30)
    assert row.identities == [
        {"location": "HEADER", "name": "token", "validation": None},
        {"location": "QUERY", "name": "test", "validation": "^user@"},
    ]


TOO_MANY = tuple(("HEADER", f"h{n}", "") for n in range(21))
TOKEN = ("HEADER", "token", "")


@pytest.mark.parametrize(
    ("fields", "rows", "said"),
    [
        ({"name": ""}, (), "Name: This field is required."),
        ({"name": "1st"}, (), "Name: 3 to 64 letters"),
        ({"name": "a" * 65}, (), "Name: Ensure this value has at most 64"),
        ({"name": "taken"}, (), "A custom authorizer with this name already exists."),
        ({"type": "SIDEWAYS"}, (), "Type: Select a valid choice."),
        ({"function": ""}, (), "Function URN: This field is required."),
        ({"function": "0"}, (), "Function URN: Select a valid choice."),
        ({"ttl": "3601"}, (TOKEN,), "Max. Cache Age (s): Ensure this value is less"),
        ({"ttl": "-1"}, (TOKEN,), "Max. Cache Age (s): Ensure this value is greater"),
        ({"ttl": "soon"}, (), "Max. Cache Age (s): Enter a whole number."),
        ({"ttl": "30"}, (), "a frontend authorizer that caches needs an identity"),
        ({"user_data": "d" * 2049}, (), "User Data: Ensure this value has at most"),
        ({"timeout": "0"}, (), "Timeout (ms): Ensure this value is greater"),
        ({"timeout": "600001"}, (), "Timeout (ms): Ensure this value is less"),
        ({"retry_attempts": "11"}, (), "Retries: Ensure this value is less"),
        ({}, (TOKEN, TOKEN), "Identity Sources: token is there twice."),
        ({}, (("HEADER", "a b", ""),), "Identity Sources: a b: 1 to 32 letters"),
        ({}, (("HEADER", "名", ""),), "Identity Sources: 名: 1 to 32 letters"),
        ({}, (("HEADER", "", "a"),), "Parameter Name: This field is required."),
        ({}, (("HEADER", "a" * 33, ""),), "Parameter Name: Ensure this value has"),
        ({}, (("CONTEXT", "a", ""),), "Parameter Location: Select a valid choice."),
        ({}, (("HEADER", "a", "("),), "Identity Sources: ( is not a regular"),
        ({}, (("HEADER", "a", "x" * 2049),), "Validation: Ensure this value has"),
        ({}, TOO_MANY, "At most 20"),
        ({"type": "BACKEND"}, (TOKEN,), "only for a frontend authorizer."),
    ],
)
def test_a_broken_rule_is_named_and_nothing_typed_is_lost(
    admin_client: Client,
    fields: dict[str, str],
    rows: tuple[tuple[str, str, str], ...],
    said: str,
) -> None:
    world.authorizer(name="taken")
    sent = filled(admin_client, **{"user_data": "kept"} | fields) | sources(*rows)
    page = Page(admin_client.post(CREATE, sent))
    assert page.status == 200
    assert page.says(said)
    shown = page.form_with("ttl")
    assert [shown[name] for name in ("name", "ttl", "user_data", "timeout")] == [
        sent[name] for name in ("name", "ttl", "user_data", "timeout")
    ]
    typed = [name for name in sent if name.endswith(("-name", "-validation"))]
    assert {name: shown[name] for name in typed} == {name: sent[name] for name in typed}
    assert Authorizer.objects.count() == 1


def test_the_type_cannot_be_changed_later(admin_client: Client) -> None:
    row = world.authorizer()
    url = row.get_absolute_url()
    sent = Page(admin_client.get(url)).form_with("ttl")
    assert "type" not in sent
    admin_client.post(url, sent | {"type": "BACKEND", "user_data": "changed"})
    row.refresh_from_db()
    assert (row.type, row.user_data) == ("FRONTEND", "changed")


def test_saving_the_page_as_it_is_changes_nothing(admin_client: Client) -> None:
    rows: list[dict[str, Any]] = [
        {"location": "QUERY", "name": "test", "validation": " ^user@ "},
        {"location": "HEADER", "name": "token", "validation": None},
    ]
    row = world.authorizer(identities=rows, ttl=30, need_body=True)
    url = row.get_absolute_url()
    sent = Page(admin_client.get(url)).form_with("ttl")
    assert admin_client.post(url, sent).status_code == 302
    row.refresh_from_db()
    assert row.identities == rows
    assert (row.ttl, row.need_body, row.auth_downgrade_enabled) == (30, True, False)


def test_an_identity_source_is_deleted(admin_client: Client) -> None:
    row = world.authorizer(
        identities=[{"location": "HEADER", "name": "token", "validation": None}]
    )
    url = row.get_absolute_url()
    sent = Page(admin_client.get(url)).form_with("ttl")
    admin_client.post(url, sent | {"identities-0-DELETE": "on"})
    row.refresh_from_db()
    assert row.identities == []


def test_an_authorizer_of_an_api_is_not_deleted_and_the_page_lists_the_api(
    admin_client: Client,
) -> None:
    guard = world.authorizer()
    api = world.api(authorizer=guard)
    url = reverse("authorizer-delete", args=[guard.pk])
    assert Page(admin_client.get(url)).says(f"API {api}")
    page = Page(admin_client.post(url))
    assert page.status == 409
    assert page.says(f"API {api}")
    assert api.get_absolute_url() in page.hrefs
    assert Authorizer.objects.exists()


def test_an_unused_authorizer_is_deleted(admin_client: Client) -> None:
    url = reverse("authorizer-delete", args=[world.authorizer().pk])
    assert admin_client.post(url)["Location"] == reverse("authorizer-list")
    assert not Authorizer.objects.exists()


def test_a_function_that_is_not_live_is_pointed_out(admin_client: Client) -> None:
    row = world.function()
    assert not Page(admin_client.get(CREATE)).says("Not deployed")
    row.deployed = None
    row.save()
    page = Page(admin_client.get(CREATE))
    assert page.says("Not deployed, so calls that ask it get an error")
    assert row.get_absolute_url() in page.hrefs


def test_the_list_is_filtered_by_type(admin_client: Client) -> None:
    front, back = world.authorizer(), world.authorizer(type="BACKEND")
    page = Page(admin_client.get(reverse("authorizer-list") + "?type=BACKEND"))
    assert page.says(back.name)
    assert not page.says(front.name)


def test_a_backend_that_uses_an_authorizer_keeps_it(admin_client: Client) -> None:
    guard = world.authorizer(type="BACKEND")
    row = world.api(mock_info={"authorizer_id": guard.pk})
    response = admin_client.post(reverse("authorizer-delete", args=[guard.pk]))
    assert response.status_code == 409
    assert Page(response).says(f"API {row}")
