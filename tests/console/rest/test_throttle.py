"""Request throttling through the management API."""

from typing import Any

import pytest

from console import models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
BODY = {
    "name": "slow",
    "time_unit": "MINUTE",
    "time_interval": 5,
    "api_call_limits": 100,
    "app_call_limits": 10,
    "user_call_limits": 20,
    "ip_call_limits": 30,
    "type": 2,
    "remark": "r",
}


def test_a_policy_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/throttles", BODY)
    assert made.status_code == 201
    policy = made.json()
    assert BODY.items() <= policy.items()
    assert (policy["bind_num"], policy["is_inclu_special_throttle"]) == (0, 2)
    assert policy["enable_adaptive_control"] == "FALSE"
    path = f"~/throttles/{policy['id']}"
    assert api("GET", path).json() == policy
    changed = api("PUT", path, BODY | {"name": "slower", "api_call_limits": 90})
    assert changed.status_code == 200
    assert changed.json() == policy | {"name": "slower", "api_call_limits": 90}
    listed = api("GET", "~/throttles?name=slow").json()
    assert (listed["total"], listed["throttles"]) == (1, [changed.json()])
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3005")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": None}, "APIG.2001"),
        ({"name": "1st"}, "APIG.2012"),
        ({"time_unit": "WEEK"}, "APIG.2012"),
        ({"time_interval": 0}, "APIG.2002"),
        ({"api_call_limits": "7"}, "APIG.2012"),
        ({"api_call_limits": 2**31}, "APIG.2003"),
        ({"ip_call_limits": 101}, "APIG.2003"),
        ({"app_call_limits": 21}, "APIG.2003"),
        ({"type": 3}, "APIG.2012"),
        ({"remark": "r" * 256}, "APIG.2006"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    reply = api("POST", "~/throttles", BODY | fields)
    assert refused(reply) == (400, code)
    assert f"parameterName:{next(iter(fields))}." in reply.json()["error_msg"]


@pytest.mark.parametrize("name", ["name", "time_unit", "time_interval"])
def test_what_must_be_there_is_named(api: Api, name: str) -> None:
    body = {key: value for key, value in BODY.items() if key != name}
    assert refused(api("POST", "~/throttles", body)) == (400, "APIG.2001")


def test_a_name_is_taken_once(api: Api) -> None:
    api("POST", "~/throttles", BODY)
    assert refused(api("POST", "~/throttles", BODY)) == (400, "APIG.3204")


def test_a_credential_is_excluded(api: Api) -> None:
    policy, app = policies.throttle(), world.credential(name="client")
    path = f"~/throttles/{policy.pk}/throttle-specials"
    body = {"object_type": "APP", "object_id": app.pk, "call_limits": 7}
    made = api("POST", path, body)
    assert made.status_code == 201
    special = made.json()
    assert body.items() <= special.items()
    assert special["throttle_id"] == policy.pk
    assert (special["app_id"], special["app_name"]) == (app.pk, "client")
    assert refused(api("POST", path, body)) == (400, "APIG.3308")
    own = f"{path}/{special['id']}"
    changed = api("PUT", own, {"call_limits": 8})
    assert (changed.status_code, changed.json()) == (200, special | {"call_limits": 8})
    assert api("GET", f"{path}?app_name=lie").json()["throttle_specials"] == [
        changed.json()
    ]
    assert api("GET", f"{path}?object_type=USER").json()["total"] == 0
    known = api("GET", f"~/throttles/{policy.pk}").json()
    assert known["is_inclu_special_throttle"] == 1
    assert api("DELETE", own).status_code == 204
    assert refused(api("DELETE", own)) == (404, "APIG.3013")


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"object_id": "0" * 32}, 404, "APIG.3004"),
        ({"object_type": "GROUP"}, 400, "APIG.2012"),
        ({"call_limits": 101}, 400, "APIG.2003"),
        ({"call_limits": True}, 400, "APIG.2012"),
        ({"object_type": "USER", "object_id": ""}, 400, "APIG.2001"),
    ],
)
def test_a_wrong_exclusion_is_refused(
    api: Api, fields: dict[str, Any], status: int, code: str
) -> None:
    path = f"~/throttles/{policies.throttle().pk}/throttle-specials"
    body = {"object_type": "APP", "object_id": world.credential().pk, "call_limits": 7}
    assert refused(api("POST", path, body | fields)) == (status, code)
    nowhere = f"~/throttles/{'0' * 32}/throttle-specials"
    assert refused(api("POST", nowhere, body)) == (404, "APIG.3005")


def test_a_deleted_policy_takes_its_bindings_along(api: Api) -> None:
    policy, target = policies.throttle(), world.published()
    body = {"strategy_id": policy.pk, "publish_ids": [publish_id(target)]}
    assert api("POST", "~/throttle-bindings", body).status_code == 201
    assert api("DELETE", f"~/throttles/{policy.pk}").status_code == 204
    assert not models.ThrottleBinding.objects.exists()


def publish_id(api: models.Api) -> str:
    return api.releases.get().publish_id
