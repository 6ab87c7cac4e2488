"""Policies of APIs, as the official client handles them."""

import json
from typing import Any

from tests.conformance.apis import BODY, PATH, RELEASE
from tests.conformance.compare import Some
from tests.conformance.run import Run

Body = dict[str, Any]


def play(run: Run, group: str, api: str, app: str) -> None:
    """Each family makes what it needs, and takes it away."""
    live = run.call("show_details_of_api_v2", shown={"id": api}, api_id=api)
    bound = Bound(run, group, api, live.publish_id)
    throttles(bound, app)
    acls(bound)
    signatures(bound)
    plugins(bound)
    orchestrations(bound)


class Bound:
    """A published API and what policies of it are looked up by."""

    def __init__(self, run: Run, group: str, api: str, publish_id: str) -> None:
        self.run, self.api, self.publish_id = run, api, publish_id
        self.named = {"api_id": api, "api_name": "orders"}
        self.by = self.named | {"group_id": group, "env_id": RELEASE}
        self.tagged = self.by | {"tags": "conformance"}
        self.shown = {"id": api, "name": "orders", "publish_id": publish_id}
        self.env = {"env_id": RELEASE}


def throttles(bound: Bound, app: str) -> None:
    run = bound.run
    body: Body = {
        "name": "throttle",
        "api_call_limits": 100,
        "app_call_limits": 50,
        "user_call_limits": 60,
        "ip_call_limits": 40,
        "time_interval": 1,
        "time_unit": "MINUTE",
        "type": 2,
        "remark": "r",
    }
    throttle = run.call("create_request_throttling_policy_v2", body).id
    one = {"throttle_id": throttle}
    changed = body | {"api_call_limits": 200, "remark": "other"}
    run.call("update_request_throttling_policy_v2", changed, **one)
    shown = "show_details_of_request_throttling_policy_v2"
    run.call(shown, shown=changed, **one)
    by, listed = {"id": throttle, "name": "throttle"}, changed | {"id": throttle}
    run.find("list_request_throttling_policy_v2", "throttles", listed, by)
    specials(run, app, one)
    throttled(bound, throttle, changed)
    run.call("delete_request_throttling_policy_v2", **one)
    run.refused(shown, "APIG.3005", **one)


def specials(run: Run, app: str, one: Body) -> None:
    body = {"object_type": "APP", "object_id": app, "call_limits": 20}
    known = {"app_id": app, "app_name": "client2"} | one
    made = run.call("create_special_throttling_configuration_v2", body, known, **one)
    lowered, at = {"call_limits": 10}, one | {"strategy_id": made.id}
    update = "update_special_throttling_configuration_v2"
    run.call(update, lowered, {"id": made.id}, **at)
    listed = ("list_special_throttling_configurations_v2", "throttle_specials")
    by = {"object_type": "APP", "app_name": "client2"}
    run.find(*listed, body | lowered | known, by, **one)
    run.call("delete_special_throttling_configuration_v2", **at)
    run.lacks(*listed, {"id": made.id}, **one)


def throttled(bound: Bound, throttle: str, changed: Body) -> None:
    run, one = bound.run, {"throttle_id": throttle}
    free = "list_apis_unbinded_to_request_throttling_policy_v2"
    run.find(free, "apis", bound.shown, bound.tagged, **one)
    body = {"strategy_id": throttle, "publish_ids": [bound.publish_id]}
    made = {"strategy_id": throttle, "publish_id": bound.publish_id}

    def bind() -> str:
        told = {"throttle_applys": [made]}
        reply = run.call("associate_request_throttling_policy_v2", body, told)
        return str(reply.throttle_applys[0].id)

    first = bind()
    run.lacks(free, "apis", bound.shown, **one)
    of_policy = ("list_apis_binded_to_request_throttling_policy_v2", "apis")
    apply = bound.shown | {"throttle_apply_id": first}
    run.find(*of_policy, apply, bound.by, **one)
    of_api = "list_request_throttling_policies_binded_to_api_v2"
    by = {"throttle_id": throttle, "throttle_name": "throttle", "env_id": RELEASE}
    row = changed | {"id": throttle, "bind_id": first}
    run.find(of_api, "throttles", row, by, api_id=bound.api)
    run.call("disassociate_request_throttling_policy_v2", throttle_binding_id=first)
    run.lacks(*of_policy, bound.shown, **one)
    many = {"throttle_bindings": [bind(), "0" * 32]}
    told = {"success_count": 1, "failure": [{"bind_id": "0" * 32}]}
    gone = "batch_disassociate_throttling_policy_v2"
    run.call(gone, many, told, action="delete")
    run.lacks(*of_policy, bound.shown, **one)


def acls(bound: Bound) -> None:
    run, body = bound.run, {"acl_name": "acl", "acl_type": "DENY", "entity_type": "IP"}
    body |= {"acl_value": "192.0.2.0/24"}
    acl = run.call("create_acl_strategy_v2", body).id
    changed, one = body | {"acl_type": "PERMIT"}, {"acl_id": acl}
    run.call("update_acl_strategy_v2", changed, **one)
    run.call("show_details_of_acl_policy_v2", shown=changed, **one)
    by = {"id": acl, "name": "acl", "acl_type": "PERMIT", "entity_type": "IP"}
    run.find("list_acl_strategies_v2", "acls", changed | {"id": acl}, by)
    controlled(bound, acl, changed)
    run.call("delete_acl_v2", **one)
    run.refused("show_details_of_acl_policy_v2", "APIG.3006", **one)
    other = run.call("create_acl_strategy_v2", body).id
    many, told = {"acls": [other]}, {"success_count": 1, "failure": []}
    run.call("batch_delete_acl_v2", many, told, action="delete")
    run.lacks("list_acl_strategies_v2", "acls", {"id": other})


def controlled(bound: Bound, acl: str, changed: Body) -> None:
    run, one = bound.run, {"acl_id": acl}
    free = "list_apis_unbinded_to_acl_policy_v2"
    run.find(free, "apis", bound.shown, bound.tagged, **one)
    body = {"acl_id": acl, "publish_ids": [bound.publish_id]}
    made = {"acl_id": acl, "api_id": bound.api, "env_id": RELEASE}

    def bind() -> str:
        told = {"acl_bindings": [made]}
        reply = run.call("create_api_acl_binding_v2", body, told)
        return str(reply.acl_bindings[0].id)

    first = bind()
    run.lacks(free, "apis", bound.shown, **one)
    of_policy = ("list_apis_binded_to_acl_policy_v2", "apis", bound.named)
    run.find(*of_policy, bound.tagged, **one)
    by = {"acl_id": acl, "acl_name": "acl", "env_id": RELEASE, "env_name": "RELEASE"}
    row = changed | {"acl_id": acl}
    run.find("list_acl_policy_binded_to_api_v2", "acls", row, by, api_id=bound.api)
    run.call("delete_api_acl_binding_v2", acl_bindings_id=first)
    run.lacks(*of_policy, **one)
    many = {"acl_bindings": [bind(), "0" * 32]}
    told = {"success_count": 1, "failure": [{"bind_id": "0" * 32}]}
    run.call("batch_delete_api_acl_binding_v2", many, told, action="delete")
    run.lacks(*of_policy, **one)


def signatures(bound: Bound) -> None:
    run, body = bound.run, {"name": "signature", "sign_type": "hmac"}
    body |= {"sign_key": "a_key_of_sixteen", "sign_secret": "a_secret_of_16_letters"}
    sign = run.call("create_signature_key_v2", body).id
    one, changed = {"sign_id": sign}, body | {"sign_key": "another_key_of_16"}
    run.call("update_signature_key_v2", changed, **one)
    known = {key: changed[key] for key in ("name", "sign_type", "sign_key")}
    by, listed = {"id": sign, "name": "signature"}, known | {"id": sign}
    run.find("list_signature_keys_v2", "signs", listed, by)
    free = "list_apis_not_bound_with_signature_key_v2"
    run.find(free, "apis", bound.shown, bound.tagged, **one)
    pair = {"sign_id": sign, "publish_ids": [bound.publish_id]}
    row = bound.named | {"sign_id": sign, "publish_id": bound.publish_id}
    made = run.call("associate_signature_key_v2", pair, {"bindings": [row]})
    row |= {"id": made.bindings[0].id, "sign_name": "signature"}
    run.lacks(free, "apis", bound.shown, **one)
    of_policy = ("list_apis_binded_to_signature_key_v2", "bindings", row)
    run.find(*of_policy, bound.tagged, **one)
    by = {"sign_id": sign, "sign_name": "signature", "env_id": RELEASE}
    of_api = "list_signature_keys_binded_to_api_v2"
    key = row | {"sign_key": changed["sign_key"], "sign_type": "hmac"}
    run.find(of_api, "bindings", key, by, api_id=bound.api)
    run.call("disassociate_signature_key_v2", sign_bindings_id=row["id"])
    run.lacks(*of_policy, **one)
    run.call("delete_signature_key_v2", **one)
    run.lacks("list_signature_keys_v2", "signs", {"id": sign})


def plugins(bound: Bound) -> None:
    run = bound.run
    content = {"allow_origin": "*", "allow_methods": "GET"}
    body = {"plugin_name": "plugin", "plugin_type": "cors", "plugin_scope": "global"}
    body |= {"plugin_content": json.dumps(content), "remark": "r"}
    plugin = run.call("create_plugin", body).plugin_id
    one = {"plugin_id": plugin}
    changed = body | {"plugin_content": json.dumps(content | {"max_age": 60})}
    run.call("update_plugin", changed, **one)
    run.call("show_plugin", shown=changed | one, **one)
    by = one | {"plugin_name": "plugin", "plugin_type": "cors"}
    scope = {"plugin_scope": "global"}
    run.find("list_plugins", "plugins", changed | one, by | scope)
    attached(bound, plugin, changed, by)
    run.call("delete_plugin", **one)
    run.refused("show_plugin", "APIG.3068", **one)


def attached(bound: Bound, plugin: str, known: Body, by: Body) -> None:
    """From the plug-in's side and from the API's."""
    run, one, at = bound.run, {"plugin_id": plugin}, {"api_id": bound.api}
    row = bound.named | bound.env | {"publish_id": bound.publish_id}
    routed = bound.tagged | {"req_method": "GET", "req_uri": PATH[:-1] + "{id}"}
    del routed["env_id"]
    to_api = ("list_api_attachable_plugins", "plugins", known | one)
    run.find(*to_api, by, **at)
    run.find("list_plugin_attachable_apis", "apis", row, routed, **one | bound.env)
    pair = bound.named | one | bound.env | {"plugin_attach_id": Some()}
    told = {"attached_plugins": [pair]}
    on_api, of_plugin = (
        ("list_api_attached_plugins", "plugins", known | one | bound.env),
        ("list_plugin_attached_apis", "apis", row),
    )
    named_env = bound.env | {"env_name": "RELEASE"}
    many = bound.env | {"api_ids": [bound.api]}
    run.call("attach_api_to_plugin", many, told, **one)
    run.find(*of_plugin, routed | bound.env, **one)
    run.find(*on_api, by | named_env, **at)
    run.lacks(*to_api, **at)
    run.call("detach_api_from_plugin", many, **one)
    run.lacks(*of_plugin, **one)
    many = bound.env | {"plugin_ids": [plugin]}
    run.call("attach_plugin_to_api", many, told, **at)
    run.find(*on_api, **at)
    run.call("detach_plugin_from_api", many, **at)
    run.lacks(*on_api, **at)


def orchestrations(bound: Bound) -> None:
    run = bound.run
    mapped = {"mapped_param_name": "color", "mapped_param_type": "string"}
    mapped |= {"mapped_param_location": "query"}
    values = [{"map_param_list": ["1"], "mapped_param_value": "blue"}]
    body: Body = {
        "orchestration_name": "colors",
        "orchestration_strategy": "list",
        "orchestration_mapped_param": mapped,
        "is_preprocessing": False,
        "orchestration_map": values,
    }
    rule = run.call("create_orchestration", body).orchestration_id
    one, shown = {"orchestration_id": rule}, "show_details_of_orchestration"
    changed = body | {"orchestration_name": "colours"}
    run.call("update_orchestration", changed, **one)
    run.call(shown, shown=changed | one, **one)
    by = one | {"orchestration_name": "colours"}
    listed = {k: v for k, v in changed.items() if k != "orchestration_map"}
    run.find("list_orchestrations", "orchestrations", listed | one, by)
    use(bound, [rule])
    used = bound.named | {"req_method": "GET"}
    run.find("list_orchestration_attached_apis", "apis", used, bound.named, **one)
    run.refused("delete_orchestration", "APIG.3716", **one)
    use(bound, [])
    run.lacks("list_orchestration_attached_apis", "apis", used, **one)
    run.call("delete_orchestration", **one)
    run.refused(shown, "APIG.3095", **one)


def use(bound: Bound, rules: list[str]) -> None:
    """The API's parameter carries these rules from now on."""
    params = [BODY["req_params"][0] | {"orchestrations": rules}]
    body = BODY | {"req_params": params, "group_id": bound.by["group_id"]}
    bound.run.call("update_api_v2", body, api_id=bound.api)
