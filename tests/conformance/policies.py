"""Policies, as the official client handles them."""

from typing import Any

from tests.conformance.run import Run


def play(run: Run, api: str, app: str) -> None:
    """Each family makes what it needs, and takes it away."""
    publish_id = run.call("show_details_of_api_v2", api_id=api).publish_id
    throttles(run, api, app, publish_id)
    acls(run, api, publish_id)


def throttles(run: Run, api: str, app: str, publish_id: str) -> None:
    body: dict[str, Any] = {
        "name": "throttle",
        "api_call_limits": 100,
        "app_call_limits": 50,
        "time_interval": 1,
        "time_unit": "MINUTE",
        "type": 2,
        "remark": "r",
    }
    throttle = run.call("create_request_throttling_policy_v2", body).id
    one = {"throttle_id": throttle}
    changed = body | {"api_call_limits": 200}
    run.call("update_request_throttling_policy_v2", changed, **one)
    shown = "show_details_of_request_throttling_policy_v2"
    run.call(shown, shown=changed, **one)
    run.call("list_request_throttling_policy_v2", has=("throttles", throttle))
    body = {"object_type": "APP", "object_id": app, "call_limits": 20}
    special = run.call("create_special_throttling_configuration_v2", body, **one).id
    lowered, at = {"call_limits": 10}, one | {"strategy_id": special}
    run.call("update_special_throttling_configuration_v2", lowered, **at)
    listed = ("throttle_specials", special)
    run.call("list_special_throttling_configurations_v2", has=listed, **one)
    run.call("delete_special_throttling_configuration_v2", **at)
    free = "list_apis_unbinded_to_request_throttling_policy_v2"
    run.call(free, has=("apis", api), **one)
    body = {"strategy_id": throttle, "publish_ids": [publish_id]}

    def bound() -> str:
        made = run.call("associate_request_throttling_policy_v2", body)
        return str(made.throttle_applys[0].id)

    first = bound()
    of_policy = "list_apis_binded_to_request_throttling_policy_v2"
    run.call(of_policy, has=("apis", api), **one)
    of_api = "list_request_throttling_policies_binded_to_api_v2"
    run.call(of_api, has=("throttles", throttle), api_id=api)
    run.call("disassociate_request_throttling_policy_v2", throttle_binding_id=first)
    many, none = {"throttle_bindings": [bound()]}, {"success_count": 1}
    gone = "batch_disassociate_throttling_policy_v2"
    run.call(gone, many, shown=none, action="delete")
    run.call("delete_request_throttling_policy_v2", **one)


def acls(run: Run, api: str, publish_id: str) -> None:
    body = {
        "acl_name": "acl",
        "acl_type": "DENY",
        "acl_value": "192.0.2.0/24",
        "entity_type": "IP",
    }
    acl = run.call("create_acl_strategy_v2", body).id
    changed, one = body | {"acl_type": "PERMIT"}, {"acl_id": acl}
    run.call("update_acl_strategy_v2", changed, **one)
    run.call("show_details_of_acl_policy_v2", shown=changed, **one)
    run.call("list_acl_strategies_v2", has=("acls", acl))
    run.call("list_apis_unbinded_to_acl_policy_v2", has=("apis", api), **one)
    pair = {"acl_id": acl, "publish_ids": [publish_id]}

    def bound() -> str:
        return str(run.call("create_api_acl_binding_v2", pair).acl_bindings[0].id)

    first = bound()
    run.call("list_apis_binded_to_acl_policy_v2", has=("apis", api), **one)
    run.call("list_acl_policy_binded_to_api_v2", has=("acls", acl), api_id=api)
    run.call("delete_api_acl_binding_v2", acl_bindings_id=first)
    many, none = {"acl_bindings": [bound()]}, {"success_count": 1}
    run.call("batch_delete_api_acl_binding_v2", many, shown=none, action="delete")
    run.call("delete_acl_v2", **one)
    other = run.call("create_acl_strategy_v2", body).id
    many = {"acls": [other]}
    run.call("batch_delete_acl_v2", many, shown=none, action="delete")
