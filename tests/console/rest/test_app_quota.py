"""Credential quotas through the management API."""

from typing import Any

import pytest

from console import models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
BODY = {
    "name": "quota",
    "call_limits": 1000,
    "time_unit": "DAY",
    "time_interval": 2,
    "reset_time": "2026-01-31 05:05:00",
    "remark": "r",
}


def test_a_quota_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/app-quotas", BODY)
    assert made.status_code == 201
    quota = made.json()
    assert BODY.items() <= quota.items()
    assert quota["bound_app_num"] == 0
    path = f"~/app-quotas/{quota['app_quota_id']}"
    assert api("GET", path).json() == quota
    changed = api("PUT", path, BODY | {"call_limits": 5})
    assert (changed.status_code, changed.json()) == (200, quota | {"call_limits": 5})
    listed = api("GET", "~/app-quotas?name=quo").json()
    assert listed == {"total": 1, "size": 1, "quotas": [changed.json()]}
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3093")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": None}, "APIG.2001"),
        ({"name": "a"}, "APIG.2012"),
        ({"call_limits": 0}, "APIG.2002"),
        ({"call_limits": 2**31}, "APIG.2003"),
        ({"time_unit": "WEEK"}, "APIG.2012"),
        ({"time_interval": 1.5}, "APIG.2012"),
        ({"reset_time": "noon"}, "APIG.2012"),
        ({"remark": "<b>"}, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    assert refused(api("POST", "~/app-quotas", BODY | fields)) == (400, code)


def test_a_name_is_taken_once(api: Api) -> None:
    api("POST", "~/app-quotas", BODY)
    assert refused(api("POST", "~/app-quotas", BODY)) == (400, "APIG.3325")


def test_a_credential_is_bound_and_unbound(api: Api) -> None:
    quota, app = policies.quota(), world.credential(name="client")
    path, own = f"~/app-quotas/{quota.pk}", f"~/apps/{app.pk}/bound-quota"
    [free] = api("GET", f"{path}/bindable-apps?app_name=lie").json()["apps"]
    assert (free["app_id"], free["app_key"]) == (app.pk, app.app_key)
    assert refused(api("GET", own)) == (404, "APIG.3093")
    for _ in range(2):
        made = api("POST", f"{path}/binding-apps", {"app_ids": [app.pk]})
        assert made.status_code == 201
    [row] = made.json()["applies"]
    assert (row["app_quota_id"], row["app_id"]) == (quota.pk, app.pk)
    [bound] = api("GET", f"{path}/bound-apps?app_name=client").json()["apps"]
    assert (bound["app_id"], bound["app_quota_name"]) == (app.pk, quota.name)
    shown = api("GET", own).json()
    assert (shown["app_quota_id"], shown["bound_app_num"]) == (quota.pk, 1)
    assert api("GET", f"{path}/bindable-apps").json()["apps"] == []
    assert api("DELETE", f"{path}/bound-apps/{app.pk}").status_code == 204
    again = api("DELETE", f"{path}/bound-apps/{app.pk}")
    assert refused(again) == (404, "APIG.3004")


def test_a_credential_has_one_quota(api: Api) -> None:
    app, free = world.credential(), world.credential()
    policies.quota(app)
    path = f"~/app-quotas/{policies.quota().pk}/binding-apps"
    reply = api("POST", path, {"app_ids": [free.pk, app.pk]})
    assert refused(reply) == (400, "APIG.3309")
    assert models.AppQuotaBinding.objects.count() == 1
    for ids, error in (
        ([], (400, "APIG.2001")),
        (["0" * 32], (404, "APIG.3004")),
    ):
        assert refused(api("POST", path, {"app_ids": ids})) == error
    nowhere = f"~/app-quotas/{'0' * 32}/binding-apps"
    assert refused(api("POST", nowhere, {"app_ids": [free.pk]})) == (404, "APIG.3093")
