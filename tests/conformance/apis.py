"""APIs and environments, as the official client handles them."""

import time
from typing import Any

import requests

from tests.conformance.compare import Some, plain
from tests.conformance.run import Run

RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"
HTTP = {
    "url_domain": "192.0.2.1:8000",
    "req_protocol": "HTTP",
    "req_method": "GET",
    "req_uri": "/",
    "timeout": 5000,
}
BODY: dict[str, Any] = {
    "name": "orders",
    "type": 1,
    "req_protocol": "BOTH",
    "req_method": "GET",
    "req_uri": "/conformance/{id}",
    "auth_type": "APP",
    "backend_type": "HTTP",
    "backend_api": HTTP,
    "req_params": [{"name": "id", "type": "STRING", "location": "PATH"}],
    "tags": ["conformance"],
    "remark": "r",
}
PATH = "/conformance/1"
_SHOWN, _PUBLISH = (
    "show_details_of_api_v2",
    "create_or_delete_publish_record_for_api_v2",
)


def create(run: Run, group: str) -> str:
    """The id of an API that is published in RELEASE."""
    env = environments(run, group)
    body = BODY | {"group_id": group}
    checks = [
        ("APIG.3202", {"type": "name", "name": "orders", "group_id": group}),
        ("APIG.3301", {"type": "path", "req_method": "GET", "group_id": group}),
    ]
    checks[1][1]["req_uri"] = BODY["req_uri"]
    for _, check in checks:
        run.call("check_apis_v2", check)
    api: str = run.call("create_api_v2", body).id
    for code, check in checks:
        run.refused("check_apis_v2", code, check)
    body |= {"remark": "other"}
    run.call("update_api_v2", body, api_id=api)
    run.call(_SHOWN, shown=body, api_id=api)
    other = run.call(
        "create_api_v2", body | {"name": "orders2", "req_uri": "/o2/{id}"}
    ).id
    publish(run, api, env)
    many(run, [api, other], env)
    found(run, api, group, env)
    run.call("delete_api_v2", api_id=other)
    run.call("delete_environment_v2", env_id=env)
    run.lacks("list_environments_v2", "envs", {"id": env})
    return api


def remove(run: Run, api: str) -> None:
    offline = {"action": "offline", "env_id": RELEASE, "api_id": api}
    run.call(_PUBLISH, offline)
    run.call("delete_api_v2", api_id=api)
    run.refused(_SHOWN, "APIG.3002", api_id=api)


def environments(run: Run, group: str) -> str:
    body = {"name": "TEST_ENV", "remark": "r"}
    env: str = run.call("create_environment_v2", body).id
    changed = {"name": "TEST_ENV2", "remark": "other"}
    run.call("update_environment_v2", changed, env_id=env)
    listed = changed | {"id": env}
    run.find("list_environments_v2", "envs", listed, {"name": "TEST_ENV2"})
    value = {"variable_name": "host", "variable_value": "192.0.2.1"}
    where = {"group_id": group, "env_id": env}
    made = run.call("create_environment_variable_v2", where | value)
    one = {"env_variable_id": made.id}
    value |= {"variable_value": "192.0.2.2"}
    only = {"variable_value": "192.0.2.2"}
    run.call("update_environment_variable_v2", only, where | value, **one)
    shown = "show_details_of_environment_variable_v2"
    run.call(shown, shown=where | value, **one)
    by = {"env_id": env, "variable_name": "host"}
    listed = where | value | {"id": made.id}
    run.find("list_environment_variables_v2", "variables", listed, by, group_id=group)
    run.call("delete_environment_variable_v2", **one)
    run.refused(shown, "APIG.3011", **one)
    return env


def publish(run: Run, api: str, env: str) -> None:
    """Two records in RELEASE; the first becomes the live one again."""
    body = {"action": "online", "env_id": RELEASE, "api_id": api}
    told = {"api_name": "orders", "version_id": Some(), "publish_id": Some()}
    first, second = (
        run.call(_PUBLISH, body | {"remark": text}, told) for text in ("1", "2")
    )
    record = {"env_id": RELEASE, "env_name": "RELEASE", "api_id": api}
    newest = record | {"version_id": second.version_id, "status": 1, "remark": "2"}
    by, at = {"env_id": RELEASE, "env_name": "RELEASE"}, {"api_id": api}
    run.find("list_api_versions_v2", "api_versions", newest, by, **at)
    version = {"version_id": first.version_id}
    run.call("change_api_version_v2", version, {"api_id": api, "remark": "1"}, **at)
    live = record | version | {"status": 1, "remark": "1"}
    run.find("list_api_versions_v2", "api_versions", live, **at)
    live = BODY | version | {"remark": "other", "publish_id": first.publish_id}
    run.call("list_api_version_detail_v2", shown=live, **version)
    definition = {
        name: value for name, value in BODY.items() if not name.startswith("backend")
    }
    definition |= {"id": api, "remark": "other", "publish_id": first.publish_id}
    run.call("list_api_runtime_definition_v2", shown=definition, env_id=RELEASE, **at)
    call = {"mode": "DEVELOPER", "scheme": "HTTPS", "method": "GET", "path": PATH}
    run.call("debug_api_v2", call, {"request": Some(), "response": Some()}, **at)


def many(run: Run, apis: list[str], env: str) -> None:
    """Both at once, and what is not there; then off again, one by its version."""
    body = {"apis": [*apis, "0" * 32], "env_id": env, "remark": "both"}
    batch, listed = "batch_publish_or_offline_api_v2", "list_api_versions_v2"
    done = [{"api_id": api, "env_id": env, "remark": "both"} for api in apis]
    absent = {"failure": [{"api_id": "0" * 32, "error_code": "APIG.3002"}]}
    made = run.call(batch, body, {"success": done} | absent, action="online")
    first = made.success[0].version_id
    run.find(listed, "api_versions", {"version_id": first, "status": 1}, api_id=apis[0])
    run.call("delete_api_by_version_id_v2", version_id=first)
    run.lacks(listed, "api_versions", {"env_id": env, "status": 1}, api_id=apis[0])
    body = {"apis": apis[1:], "env_id": env}
    done = [{"api_id": apis[1], "env_id": env}]
    run.call(batch, body, {"success": done, "failure": []}, action="offline")
    run.lacks(listed, "api_versions", {"env_id": env, "status": 1}, api_id=apis[1])


def found(run: Run, api: str, group: str, env: str) -> None:
    by = {name: BODY[name] for name in ("name", "req_uri")}
    by |= {"id": api, "group_id": group, "env_id": RELEASE, "tags": "conformance"}
    by |= {name: BODY[name] for name in ("req_protocol", "req_method", "auth_type")}
    nested = ("backend_api", "req_params")
    listed = {name: BODY[name] for name in BODY if name not in nested}
    listed |= {"id": api, "group_id": group, "remark": "other"}
    listed |= {"run_env_id": RELEASE, "run_env_name": "RELEASE"}
    run.find("list_apis_v2", "apis", listed, by)
    whole = listed | {name: BODY[name] for name in nested}
    whole |= {"api_group_info": {"id": group, "name": "conformance"}}
    mode = {"return_data_mode": "include_group_backend"}
    run.find("list_apis_v2", "apis", whole, **mode)
    run.find("list_tags_v2", "tags", "conformance")
    counted = plain(run.call("list_api_quantities_v2", shown={"instance_num": Some()}))
    sum_ = {"instance_num": counted["nums_on_release"] + counted["nums_off_release"]}
    run.call("list_api_quantities_v2", shown=sum_)


def statistics(run: Run, group: str, api: str) -> None:
    """A call, refused since nobody signed it, is counted within moments."""
    of_api, of_group = (
        "list_lately_api_statistics_v2",
        "list_lately_group_statistics_v2",
    )
    known = run.call(
        "show_details_of_api_group_v2", shown={"id": group}, group_id=group
    )
    host = {"Host": known.sl_domain}
    refused = requests.get(f"{run.gateway}{PATH}", headers=host, timeout=30)
    at, deadline = {"api_id": api, "duration": "1h"}, time.monotonic() + 30
    while not run.rows(of_api, "list", at):
        if time.monotonic() > deadline:
            raise run.broken(of_api, refused.status_code, "a call is never counted")
        time.sleep(0.1)
    counted = {"req_count": 1, "req_count4xx": 1, "req_count2xx": 0, "group_id": group}
    minute = counted | {"api_id": api, "cycle": "MINUTE"}
    run.call(of_api, shown={"list": [minute]}, **at)
    run.call(of_group, shown={"list": [counted]}, group_id=group)
