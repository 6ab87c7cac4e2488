"""Access control of a credential through the management API."""

from typing import Any

import pytest

from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
VALUES = ["192.0.2.1", "192.0.2.8-192.0.2.9", "198.51.100.0/24"]
BODY = {"app_acl_type": "PERMIT", "app_acl_values": VALUES}


def test_it_is_set_shown_changed_and_deleted(api: Api) -> None:
    app = world.credential()
    path = f"~/apps/{app.pk}/app-acl"
    assert refused(api("GET", path)) == (404, "APIG.3004")
    made = api("PUT", path, BODY)
    assert (made.status_code, made.json()) == (201, BODY | {"app_id": app.pk})
    assert (shown := api("GET", path)).status_code == 200
    assert shown.json() == made.json()
    changed = api("PUT", path, {"app_acl_type": "DENY", "app_acl_values": VALUES[:1]})
    assert (changed.status_code, changed.json()["app_acl_type"]) == (201, "DENY")
    assert api("DELETE", path).status_code == 204
    assert refused(api("DELETE", path)) == (404, "APIG.3004")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"app_acl_type": "MAYBE"}, "APIG.2012"),
        ({"app_acl_type": None}, "APIG.2001"),
        ({"app_acl_values": []}, "APIG.2001"),
        ({"app_acl_values": [1]}, "APIG.2012"),
        ({"app_acl_values": ["somewhere"]}, "APIG.2012"),
        ({"app_acl_values": VALUES * 40}, "APIG.3100"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    reply = api("PUT", f"~/apps/{world.credential().pk}/app-acl", BODY | fields)
    assert refused(reply) == (403 if code == "APIG.3100" else 400, code)


def test_the_credential_must_be_there(api: Api) -> None:
    for method, body in (("GET", None), ("PUT", BODY), ("DELETE", None)):
        reply = api(method, f"~/apps/{'0' * 32}/app-acl", body)
        assert refused(reply) == (404, "APIG.3004")
