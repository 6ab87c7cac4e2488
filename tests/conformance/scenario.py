"""What the official client does, family by family."""

from typing import Any

from tests.certificates import issue
from tests.conformance import policies
from tests.conformance.run import Run

RELEASE = "DEFAULT_ENVIRONMENT_RELEASE_ID"
HTTP = {
    "url_domain": "192.0.2.1:8000",
    "req_protocol": "HTTP",
    "req_method": "GET",
    "req_uri": "/",
    "timeout": 5000,
}


def play(run: Run, function_urn: str) -> None:
    """Every family, then what is said to be unsupported."""
    gateway(run)
    group = groups(run)
    responses(run, group)
    domains(run, group)
    env = environments(run, group)
    api = apis(run, group, env)
    app = apps(run, api)
    authorizers(run, function_urn)
    policies.play(run, api, app)
    publish = {"action": "offline", "env_id": RELEASE, "api_id": api}
    run.call("create_or_delete_publish_record_for_api_v2", publish)
    run.call("delete_app_v2", app_id=app)
    run.call("delete_api_v2", api_id=api)
    run.call("delete_environment_v2", env_id=env)
    run.call("delete_api_group_v2", group_id=group)
    run.call_the_unsupported()


def gateway(run: Run) -> None:
    name = {"instance_name": "conformance", "description": "d"}
    run.call("update_instance_v2", name)
    for operation in (
        "list_instances_v2",
        "show_details_of_instance_v2",
        "show_details_of_instance_progress_v2",
        "show_restriction_of_instance_v2",
        "list_instance_configs_v2",
        "list_project_cofigs_v2",
        "list_available_zones_v2",
    ):
        run.call(operation)
    tags = [{"key": "stage", "value": "test"}]
    run.call("batch_create_or_delete_instance_tags", {"action": "create", "tags": tags})
    run.call("list_instance_tags", has=("tags", "stage"))
    run.call("list_project_instance_tags", has=("tags", "stage"))
    wanted = {"tags": [{"key": "stage", "values": ["test"]}]}
    run.call("show_instances_num_by_tags", wanted)
    run.call("list_instances_by_tags", wanted)


def groups(run: Run) -> str:
    body = {"name": "conformance", "remark": "r"}
    run.call("check_api_groups_v2", {"group_name": "conformance"})
    group: str = run.call("create_api_group_v2", body).id
    run.call("update_api_group_v2", body | {"remark": "other"}, group_id=group)
    run.call("show_details_of_api_group_v2", group_id=group)
    run.call("list_api_groups_v2", has=("groups", group))
    access = {"sl_domain_access_enabled": True}
    run.call("update_sl_domain_setting_v2", access, group_id=group)
    run.call("list_api_groups_quantities_v2")
    return group


def responses(run: Run, group: str) -> None:
    own = {"status": 403, "body": '{"no": 1}', "headers": []}
    body = {"name": "own", "responses": {"NOT_FOUND": own}}
    made = run.call("create_gateway_response_v2", body, group_id=group)
    at = {"group_id": group, "response_id": made.id}
    run.call("list_gateway_responses_v2", has=("responses", made.id), group_id=group)
    run.call("show_details_of_gateway_response_v2", **at)
    run.call("update_gateway_response_v2", body | {"name": "own2"}, **at)
    at["response_type"] = "THROTTLED"
    own = {"status": 503, "body": "{}"}
    shown = {"body": {"THROTTLED": own}}
    run.call("update_gateway_response_type_v2", own, shown=shown, **at)
    run.call("show_details_of_gateway_response_type_v2", shown=shown, **at)
    run.call("delete_gateway_response_type_v2", **at)
    run.call("delete_gateway_response_v2", **at)


def domains(run: Run, group: str) -> None:
    name = "conformance.example.com"
    body = {"url_domain": name, "min_ssl_version": "TLSv1.2"}
    domain = run.call("associate_domain_v2", body, group_id=group)
    at = {"group_id": group, "domain_id": domain.id}
    changed = {"min_ssl_version": "TLSv1.1", "is_http_redirect_to_https": True}
    run.call("update_domain_v2", changed, **at)
    pair = issue(name)
    content = {"cert_content": pair.pem, "private_key": pair.key_pem()}
    first = run.call("associate_certificate_v2", {"name": "first"} | content, **at)
    one = at | {"certificate_id": first.ssl_id}
    run.call("show_details_of_domain_name_certificate_v2", **one)
    run.call("disassociate_certificate_v2", **one)
    run.call("delete_certificate_v2", certificate_id=first.ssl_id)
    made = run.call("create_certificate_v2", {"name": "cert"} | content)
    chosen = {"certificate_ids": [made.id]}
    run.call("batch_associate_certs_v2", chosen, **at)
    run.call("batch_disassociate_certs_v2", chosen, **at)
    one = {"certificate_id": made.id}
    names = {"domains": [{"domain": name}]}
    run.call("batch_associate_domains_v2", names, **one)
    run.call("list_attached_domains_v2", has=("bound_domains", name), **one)
    run.call("batch_disassociate_domains_v2", names, **one)
    run.call("update_certificate_v2", {"name": "renamed"} | content, **one)
    run.call("show_details_of_certificate_v2", **one)
    run.call("list_certificates_v2", has=("certs", made.id))
    run.call("delete_certificate_v2", **one)
    run.call("disassociate_domain_v2", **at)


def environments(run: Run, group: str) -> str:
    env: str = run.call("create_environment_v2", {"name": "TEST", "remark": "r"}).id
    run.call("update_environment_v2", {"name": "TEST2"}, env_id=env)
    run.call("list_environments_v2", has=("envs", env))
    body = {
        "group_id": group,
        "env_id": env,
        "variable_name": "host",
        "variable_value": "192.0.2.1",
    }
    made = run.call("create_environment_variable_v2", body)
    one = {"env_variable_id": made.id}
    value = {"variable_value": "192.0.2.2"}
    run.call("update_environment_variable_v2", value, **one)
    run.call("show_details_of_environment_variable_v2", **one)
    listed = ("variables", made.id)
    run.call("list_environment_variables_v2", has=listed, group_id=group)
    run.call("delete_environment_variable_v2", **one)
    return env


def apis(run: Run, group: str, env: str) -> str:
    body: dict[str, Any] = {
        "group_id": group,
        "name": "orders",
        "type": 1,
        "req_protocol": "HTTPS",
        "req_method": "GET",
        "req_uri": "/orders/{id}",
        "auth_type": "APP",
        "backend_type": "HTTP",
        "backend_api": HTTP,
        "req_params": [{"name": "id", "type": "STRING", "location": "PATH"}],
        "tags": ["shop"],
        "remark": "r",
    }
    run.call("check_apis_v2", {"type": "name", "name": "orders", "group_id": group})
    api: str = run.call("create_api_v2", body).id
    run.call("update_api_v2", body | {"remark": "other"}, api_id=api)
    run.call("show_details_of_api_v2", api_id=api)
    run.call("list_apis_v2", has=("apis", api))
    run.call("list_tags_v2", has=("tags", "shop"))
    run.call("list_api_quantities_v2")
    publish = {"action": "online", "env_id": RELEASE, "api_id": api, "remark": "r"}
    first = run.call("create_or_delete_publish_record_for_api_v2", publish)
    run.call("create_or_delete_publish_record_for_api_v2", publish)
    versions = ("api_versions", first.version_id)
    run.call("list_api_versions_v2", has=versions, api_id=api)
    version = {"version_id": first.version_id}
    run.call("change_api_version_v2", version, api_id=api)
    run.call("list_api_version_detail_v2", **version)
    run.call("list_api_runtime_definition_v2", api_id=api)
    many = {"apis": [api], "env_id": env}
    run.call("batch_publish_or_offline_api_v2", many, action="online")
    live = run.call("list_api_versions_v2", api_id=api, env_id=env).api_versions[0]
    run.call("delete_api_by_version_id_v2", version_id=live.version_id)
    call = {
        "mode": "DEVELOPER",
        "scheme": "HTTPS",
        "method": "GET",
        "path": "/orders/1",
    }
    run.call("debug_api_v2", call, api_id=api)
    return api


def apps(run: Run, api: str) -> str:
    app: str = run.call("create_an_app_v2", {"name": "client", "remark": "r"}).id
    run.call("update_app_v2", {"name": "client2"}, app_id=app)
    run.call("show_details_of_app_v2", app_id=app)
    run.call("check_app_v2", app_id=app)
    secret = {"app_secret": "a_secret_of_16_letters"}
    run.call("resetting_app_secret_v2", secret, app_id=app)
    run.call("list_apps_v2", has=("apps", app))
    run.call("list_apis_unbinded_to_app_v2", has=("apis", api), app_id=app)
    body = {"env_id": RELEASE, "app_ids": [app], "api_ids": [api]}
    [bound] = run.call("create_authorizing_apps_v2", body).auths
    run.call("list_apis_binded_to_app_v2", has=("auths", api), app_id=app)
    run.call("list_apps_binded_to_api_v2", has=("auths", app), api_id=api)
    run.call("list_app_quantities_v2")
    run.call("canceling_authorization_v2", app_auth_id=bound.id)
    return app


def authorizers(run: Run, function_urn: str) -> None:
    body = {
        "name": "guard",
        "type": "FRONTEND",
        "authorizer_type": "FUNC",
        "authorizer_uri": function_urn,
        "identities": [{"name": "token", "location": "HEADER"}],
        "ttl": 5,
    }
    made = run.call("create_custom_authorizer_v2", body)
    one = {"authorizer_id": made.id}
    run.call("update_custom_authorizer_v2", body | {"ttl": 6}, **one)
    run.call("show_details_of_custom_authorizers_v2", **one)
    run.call("list_custom_authorizers_v2", has=("authorizer_list", made.id))
    run.call("delete_custom_authorizer_v2", **one)
