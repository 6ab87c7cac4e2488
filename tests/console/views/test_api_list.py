"""The list of APIs: filters, batches, clones."""

import pytest
from django.test import Client

from console.models import Api
from tests.console import world
from tests.console.conftest import MakeClient
from tests.console.page import Page

pytestmark = pytest.mark.django_db


def found(client: Client, query: str) -> set[str]:
    page = Page(client.get(f"/apis/?{query}"))
    return {api.name for api in Api.objects.all() if f">{api.name}<" in page.html}


def test_filters_choose_among_the_apis(admin_client: Client) -> None:
    live = world.published(name="live", tags=["a"], auth_type="NONE")
    draft = world.api(name="draft", req_method="POST", req_protocol="HTTP")
    assert found(admin_client, "env=none") == {"draft"}
    assert found(admin_client, f"env={world.environment().pk}") == {"live"}
    assert found(admin_client, "tag=a") == {"live"}
    assert found(admin_client, "req_method=POST") == {"draft"}
    assert found(admin_client, "req_protocol=HTTP") == {"draft"}
    assert found(admin_client, "auth_type=NONE") == {"live"}
    assert found(admin_client, f"q={draft.pk}") == {"draft"}
    assert found(admin_client, f"q={live.req_uri}") == {"live"}
    assert found(admin_client, "env=none&tag=a") == set()


def test_ticked_apis_are_published_and_taken_offline(admin_client: Client) -> None:
    one, two = world.api(), world.api()
    sent = {"api": [one.pk, two.pk], "env": world.environment().pk, "query": "tag=a"}
    response = admin_client.post("/apis/batch/", sent | {"action": "publish"})
    assert response["Location"] == "/apis/?tag=a"
    assert one.releases.get().status == two.releases.get().status == 1
    admin_client.post("/apis/batch/", sent | {"action": "offline"})
    assert one.releases.get().status == 2


@pytest.mark.parametrize("missing", ["api", "env", "action"])
def test_a_batch_that_lacks_something_says_so(
    admin_client: Client, missing: str
) -> None:
    sent = {"api": world.api().pk, "env": world.environment().pk, "action": "publish"}
    sent.pop(missing)
    response = admin_client.post("/apis/batch/", sent, follow=True)
    page = Page(response)
    assert page.says("Choose an environment") or page.says("Tick the APIs first.")
    assert not Api.objects.get().releases.exists()


def test_one_that_cannot_be_published_does_not_stop_the_others(
    admin_client: Client,
) -> None:
    old = world.published(req_uri="/taken")
    old.req_uri = "/moved"
    old.save_valid()
    clash, free = world.api(name="clash", req_uri="/taken"), world.api()
    sent = {"api": [clash.pk, free.pk], "env": world.environment().pk}
    response = admin_client.post(
        "/apis/batch/", sent | {"action": "publish"}, follow=True
    )
    assert Page(response).says("clash:")
    assert not clash.releases.exists()
    assert free.releases.get().status == 1


def test_deleting_asks_first_and_spares_what_is_published(
    admin_client: Client,
) -> None:
    live, draft = world.published(name="live"), world.api(name="draft")
    sent = {"api": [live.pk, draft.pk]}
    page = Page(admin_client.post("/apis/batch/delete/", sent))
    assert page.says("Published, so these stay") and Api.objects.count() == 2
    admin_client.post("/apis/batch/delete/", sent | {"confirmed": "1"})
    assert Api.objects.get() == live


def test_who_may_not_publish_gets_403(client_of: MakeClient) -> None:
    client = client_of("view_api")
    assert client.post("/apis/batch/", {"action": "publish"}).status_code == 403
    assert client.post("/apis/batch/delete/").status_code == 403


def test_a_clone_has_everything_but_name_path_and_publications(
    admin_client: Client,
) -> None:
    row = world.published(tags=["a"], authorizer=world.authorizer())
    url = f"/apis/{row.pk}/clone/"
    shown = Page(admin_client.get(url)).form_with("req_uri")
    assert shown["name"].startswith("API_")
    page = Page(admin_client.post(url, shown))
    assert page.says(f"matching: {row.name}")
    admin_client.post(url, shown | {"name": "copy", "req_uri": "/copy"})
    made = Api.objects.get(name="copy")
    same = {"name", "req_uri"}
    ours, theirs = made.definition(), row.definition()
    assert {k: v for k, v in ours.items() if k not in same} == {
        k: v for k, v in theirs.items() if k not in same
    }
    assert not made.releases.exists() and row.releases.exists()


def test_the_list_can_be_narrowed_to_a_visibility(admin_client: Client) -> None:
    public, private = world.api(type=1), world.api(type=2)
    page = Page(admin_client.get("/apis/", {"type": "2"}))
    assert page.says(private.name) and not page.says(public.name)
