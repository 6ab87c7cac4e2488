"""Custom authorizers through the management API."""

from typing import Any

import pytest

from console import models, publish
from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def body() -> dict[str, Any]:
    return {
        "name": "guard",
        "type": "FRONTEND",
        "authorizer_type": "FUNC",
        "authorizer_uri": world.function(func_name="checks").func_urn,
        "identities": [{"name": "token", "location": "HEADER", "validation": "^B"}],
        "ttl": 30,
        "user_data": "u",
        "need_body": True,
    }


def test_an_authorizer_is_made_shown_changed_and_deleted(
    api: Api, body: dict[str, Any]
) -> None:
    made = api("POST", "~/authorizers", body)
    assert made.status_code == 201, made.content
    guard = made.json()
    assert {name: guard[name] for name in body} == body
    assert (guard["network_type"], guard["authorizer_version"]) == ("V1", "latest")
    assert guard["authorizer_alias_uri"] == ""
    path = f"~/authorizers/{guard['id']}"
    assert api("GET", path).json() == guard
    changed = api("PUT", path, body | {"ttl": 9, "network_type": "V2"}).json()
    assert (changed["ttl"], changed["network_type"]) == (9, "V2")
    listed = api("GET", "~/authorizers?type=FRONTEND&name=gua").json()
    assert [row["id"] for row in listed["authorizer_list"]] == [guard["id"]]
    assert api("GET", "~/authorizers?type=BACKEND").json()["total"] == 0
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3081")


def test_an_alias_wins_over_a_version(api: Api, body: dict[str, Any]) -> None:
    function = models.Function.objects.get()
    version = models.Version.publish(function, "v1")
    alias = models.Alias(function=function, name="prod", version=version)
    alias.save_valid()
    given = {"authorizer_version": "v1", "authorizer_alias_uri": alias.alias_urn}
    guard = api("POST", "~/authorizers", body | given).json()
    assert guard["authorizer_alias_uri"] == alias.alias_urn
    assert guard["authorizer_version"] == "v1"
    assert models.Authorizer.objects.get().alias == alias


@pytest.mark.parametrize(
    ("qualifier", "version"),
    [("", "latest"), (":latest", "latest"), (":v1", "v1"), (":!prod", "latest")],
)
def test_a_function_is_named_as_it_was_given(
    api: Api, body: dict[str, Any], qualifier: str, version: str
) -> None:
    function = models.Function.objects.get()
    frozen = models.Version.publish(function, "v1")
    models.Alias(function=function, name="prod", version=frozen).save_valid()
    given = {"authorizer_uri": f"{body['authorizer_uri']}{qualifier}"}
    guard = api("POST", "~/authorizers", body | given).json()
    assert (guard["authorizer_uri"], guard["authorizer_version"]) == (
        given["authorizer_uri"],
        version,
    )
    changed = api("PUT", f"~/authorizers/{guard['id']}", body).json()
    assert changed["authorizer_uri"] == body["authorizer_uri"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"name": "1"}, 400, "APIG.2012"),
        ({"type": "OTHER"}, 400, "APIG.2012"),
        ({"type": None}, 400, "APIG.2001"),
        ({"authorizer_type": "LAMBDA"}, 400, "APIG.2012"),
        ({"authorizer_uri": "urn:fss:local:x:function:default:n"}, 404, "APIG.3019"),
        ({"authorizer_version": "v9"}, 404, "APIG.3019"),
        ({"ttl": 3601}, 400, "APIG.2003"),
        ({"ttl": "30"}, 400, "APIG.2012"),
        ({"identities": []}, 400, "APIG.2012"),
        ({"identities": "token"}, 400, "APIG.2012"),
        ({"identities": [{"name": "t", "location": "BODY"}]}, 400, "APIG.2012"),
        ({"network_type": "V3"}, 400, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, body: dict[str, Any], fields: dict[str, Any], status: int, code: str
) -> None:
    reply = api("POST", "~/authorizers", body | fields)
    assert refused(reply) == (status, code)
    assert not models.Authorizer.objects.exists()


def test_a_name_is_taken_once_and_a_type_stays(api: Api, body: dict[str, Any]) -> None:
    guard = api("POST", "~/authorizers", body).json()
    assert refused(api("POST", "~/authorizers", body)) == (400, "APIG.3211")
    changed = body | {"type": "BACKEND", "identities": [], "ttl": 0}
    reply = api("PUT", f"~/authorizers/{guard['id']}", changed)
    assert refused(reply) == (400, "APIG.2012")


def test_an_authorizer_in_use_stays(api: Api) -> None:
    guard = world.example().authorizer
    assert api("DELETE", f"~/authorizers/{guard.pk}").status_code == 403
    assert models.Authorizer.objects.filter(pk=guard.pk).exists()


def test_one_that_is_still_live_stays(api: Api) -> None:
    guard = world.authorizer()
    row = world.published(auth_type="AUTHORIZER", authorizer=guard)
    row.auth_type, row.authorizer = "NONE", None
    row.save_valid()
    path = f"~/authorizers/{guard.pk}"
    assert refused(api("DELETE", path)) == (403, "APIG.3447")
    publish.publish(row, world.environment())
    assert api("DELETE", path).status_code == 204
