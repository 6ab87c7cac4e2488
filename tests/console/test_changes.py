"""What publishing would change, in words."""

import pytest

from console.changes import HIDDEN, Change, changes, facts, shown_facts
from tests.console import world

pytestmark = pytest.mark.django_db


def test_fields_have_the_names_of_the_forms() -> None:
    old = {"req_uri": "/a", "cors": False, "remark": "", "tags": ["x"]}
    new = {"req_uri": "/b", "cors": True, "remark": "new", "tags": ["x", "y"]}
    assert changes(old, new) == [
        Change("Path", "/a", "/b"),
        Change("CORS", "Off", "On"),
        Change("Description", None, "new"),
        Change("Tags", "x", "x, y"),
    ]


def test_what_is_the_same_is_not_listed() -> None:
    definition = world.api().definition()
    assert changes(definition, definition) == []
    assert {c.before for c in changes(None, definition)} == {None}


def test_nested_values_are_fields_too_and_items_go_by_their_names() -> None:
    limit = {"name": "limit", "location": "QUERY", "required": 2}
    page = {"name": "page", "location": "QUERY", "required": 2}
    old = {"req_params": [limit], "backend_api": {"url_domain": "a", "timeout": 5000}}
    new = {
        "req_params": [page, limit | {"required": 1}],
        "backend_api": {"url_domain": "a", "timeout": 100},
    }
    found = {change.field: change for change in changes(old, new)}
    assert found["Request Parameters › limit (QUERY) › Required"].after == "1"
    assert found["Default Backend › Timeout (ms)"] == Change(
        "Default Backend › Timeout (ms)", "5000", "100"
    )
    assert found["Request Parameters › page (QUERY) › Required"].before is None
    assert not any("Backend Address" in field for field in found)


def test_ids_of_others_are_shown_by_name() -> None:
    guard = world.authorizer()
    assert facts({"authorizer_id": guard.pk})["Custom Authorizer"] == guard.name
    assert facts({"authorizer_id": "gone"}) == {"Custom Authorizer": "gone"}


def test_secrets_are_never_shown() -> None:
    old, new = ({"backend_api": {"private_key": key}} for key in ("one", "two"))
    [change] = changes(old, new)
    assert (change.before, change.after) == (HIDDEN, HIDDEN)
    assert shown_facts(new) == [("Default Backend › Private key", HIDDEN)]
