"""Access control policies through the management API."""

from typing import Any

import pytest

from console import bindings, models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
BODY = {
    "acl_name": "office",
    "acl_type": "PERMIT",
    "entity_type": "IP",
    "acl_value": "192.0.2.1,192.0.2.8-192.0.2.9,198.51.100.0/24",
}


def test_a_policy_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/acls", BODY)
    assert made.status_code == 201
    policy = made.json()
    assert set(policy) == {*BODY, "id", "update_time"}
    assert BODY.items() <= policy.items()
    path = f"~/acls/{policy['id']}"
    assert api("GET", path).json() == policy
    changed = api("PUT", path, BODY | {"acl_type": "DENY"})
    assert (changed.status_code, changed.json()["acl_type"]) == (200, "DENY")
    listed = api("GET", "~/acls?name=off&acl_type=DENY&entity_type=IP").json()
    assert [(row["id"], row["bind_num"]) for row in listed["acls"]] == [
        (policy["id"], 0)
    ]
    assert api("GET", "~/acls?name=off&precise_search=name").json()["total"] == 0
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3006")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"acl_name": "1"}, "APIG.2012"),
        ({"acl_type": "MAYBE"}, "APIG.2012"),
        ({"acl_type": None}, "APIG.2001"),
        ({"entity_type": "HOST"}, "APIG.2012"),
        ({"acl_value": ""}, "APIG.2001"),
        ({"acl_value": ["192.0.2.1"]}, "APIG.2012"),
        ({"acl_value": "192.0.2.1,"}, "APIG.2012"),
        ({"entity_type": "DOMAIN", "acl_value": "123"}, "APIG.2012"),
        ({"entity_type": "DOMAIN_ID", "acl_value": "short"}, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    assert refused(api("POST", "~/acls", BODY | fields)) == (400, code)


def test_a_name_is_taken_once_and_the_entity_stays(api: Api) -> None:
    made = api("POST", "~/acls", BODY).json()
    assert refused(api("POST", "~/acls", BODY)) == (400, "APIG.3206")
    other = BODY | {"entity_type": "DOMAIN", "acl_value": "somebody"}
    reply = api("PUT", f"~/acls/{made['id']}", other)
    assert refused(reply) == (400, "APIG.2012")


def test_one_in_use_is_kept(api: Api) -> None:
    used, free = policies.acl(), policies.acl()
    bindings.bind(used, [world.published()], world.environment())
    assert refused(api("DELETE", f"~/acls/{used.pk}")) == (403, "APIG.3447")
    ids = {"acls": [used.pk, free.pk, "0" * 32]}
    assert refused(api("PUT", "~/acls", ids)) == (400, "APIG.2001")
    reply = api("PUT", "~/acls?action=delete", ids).json()
    assert reply["success_count"] == 1
    assert [(row["acl_id"], row["error_code"]) for row in reply["failure"]] == [
        (used.pk, "APIG.3447"),
        ("0" * 32, "APIG.3006"),
    ]
    assert [row.pk for row in models.Acl.objects.all()] == [used.pk]
