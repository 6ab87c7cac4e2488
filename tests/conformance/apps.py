"""Credentials and what they have, as the official client handles them."""

from typing import Any

from tests.conformance.apis import RELEASE
from tests.conformance.compare import Some, plain
from tests.conformance.run import Run

_SHOWN = "show_details_of_app_v2"


def create(run: Run, group: str, api: str) -> str:
    """The id of a credential, after everything that is done with one."""
    body = {"name": "client", "remark": "r", "app_key": "conformance_key"}
    body |= {"app_secret": "a_secret_of_16_letters"}
    app: str = run.call("create_an_app_v2", body, {"creator": "USER"}).id
    changed = body | {"name": "client2", "remark": "other"}
    at = {"app_id": app}
    run.call("update_app_v2", changed, **at)
    run.call(_SHOWN, shown=changed | {"id": app}, **at)
    named = {"id": app, "name": "client2", "remark": "other"}
    run.call("check_app_v2", shown=named, **at)
    secret = {"app_secret": "another_secret_of_22"}
    run.call("resetting_app_secret_v2", secret, {"app_key": body["app_key"]}, **at)
    run.call(_SHOWN, shown=secret, **at)
    by: dict[str, Any] = {"id": app, "name": "client2", "app_key": body["app_key"]}
    by |= {"status": 1, "creator": "USER"}
    run.find("list_apps_v2", "apps", named, by)
    authorize(run, app, api, group)
    codes(run, at)
    access(run, at)
    quotas(run, app)
    return app


def remove(run: Run, app: str) -> None:
    run.call("delete_app_v2", app_id=app)
    run.refused(_SHOWN, "APIG.3004", app_id=app)


def authorize(run: Run, app: str, api: str, group: str) -> None:
    of_api = {"api_id": api, "api_name": "orders", "group_id": group}
    of_app = {"app_id": app, "app_name": "client2"}
    free = "list_apis_unbinded_to_app_v2"
    by = of_api | {"tags": "conformance"}
    run.find(
        free, "apis", {"id": api, "name": "orders"}, by, app_id=app, env_id=RELEASE
    )
    body = {"env_id": RELEASE, "app_ids": [app], "api_ids": [api]}
    pair = {"api_id": api, "app_id": app}
    done = {"auths": [pair | {"auth_result": {"status": "SUCCESS"}}]}
    [bound] = run.call("create_authorizing_apps_v2", body, done).auths
    again = {"auths": [pair | {"auth_result": {"status": "SKIPPED"}}]}
    run.call("create_authorizing_apps_v2", body, again)
    row = of_api | of_app | {"id": bound.id, "env_id": RELEASE, "env_name": "RELEASE"}
    where = {"env_id": RELEASE}
    by |= where | {"group_name": "conformance"}
    run.find("list_apis_binded_to_app_v2", "auths", row, by, app_id=app)
    run.find("list_apps_binded_to_api_v2", "auths", row, of_app | where, api_id=api)
    run.lacks(free, "apis", {"id": api}, app_id=app, env_id=RELEASE)
    counted = {"authed_nums": Some()}
    before = plain(run.call("list_app_quantities_v2", shown=counted))
    run.call("canceling_authorization_v2", app_auth_id=bound.id)
    run.lacks("list_apis_binded_to_app_v2", "auths", row, app_id=app)
    after = {"authed_nums": before["authed_nums"] - 1}
    after |= {"unauthed_nums": before["unauthed_nums"] + 1}
    run.call("list_app_quantities_v2", shown=after)


def codes(run: Run, at: dict[str, str]) -> None:
    body = {"app_code": "conformance_" * 6}
    made = run.call("create_app_code_v2", body, at, **at)
    one, shown = at | {"app_code_id": made.id}, "show_details_of_app_code_v2"
    run.call(shown, shown=body | at | {"id": made.id}, **one)
    other = run.call("create_app_code_auto_v2", shown=at | {"app_code": Some()}, **at)
    known = {"app_code": other.app_code}
    run.call(shown, shown=known, app_code_id=other.id, **at)
    for id in made.id, other.id:
        run.find("list_app_codes_v2", "app_codes", at | {"id": id}, **at)
        run.call("delete_app_code_v2", app_code_id=id, **at)
        run.refused(shown, "APIG.3082", app_code_id=id, **at)


def access(run: Run, at: dict[str, str]) -> None:
    body = {"app_acl_type": "DENY", "app_acl_values": ["192.0.2.0/24", "192.0.3.1"]}
    run.call("update_app_acl", body, at, **at)
    changed = {"app_acl_type": "PERMIT", "app_acl_values": ["192.0.2.7-192.0.2.9"]}
    run.call("update_app_acl", changed, **at)
    run.call("show_details_of_app_acl", shown=changed | at, **at)
    run.call("delete_app_acl", **at)
    run.refused("show_details_of_app_acl", "APIG.3004", **at)


def quotas(run: Run, app: str) -> None:
    body: dict[str, Any] = {"name": "quota", "call_limits": 100, "time_interval": 1}
    body |= {"time_unit": "DAY", "remark": "r"}
    body |= {"reset_time": "2030-01-01 00:00:00"}
    quota = run.call("create_app_quota", body).app_quota_id
    one, changed = {"app_quota_id": quota}, body | {"call_limits": 200, "remark": "o"}
    run.call("update_app_quota", changed, **one)
    run.call("show_app_quota", shown=changed | one, **one)
    run.find("list_app_quotas", "quotas", changed | one, {"name": "quota"})
    by, free = {"app_name": "client2"}, "list_app_quota_bindable_apps"
    row = {"app_id": app, "name": "client2"}
    run.find(free, "apps", row, by, **one)
    pair = one | {"app_id": app}
    many = {"app_ids": [app]}
    run.call("associate_apps_for_app_quota", many, {"applies": [pair]}, **one)
    run.lacks(free, "apps", row, **one)
    run.find("list_app_quota_bound_apps", "apps", row | one, by, **one)
    bound = changed | one | {"bound_app_num": 1}
    run.call("show_app_bound_app_quota", shown=bound, app_id=app)
    run.call("disassociate_app_quota_with_app", **pair)
    run.lacks("list_app_quota_bound_apps", "apps", row, **one)
    run.call("delete_app_quota", **one)
    run.refused("show_app_quota", "APIG.3093", **one)
