"""API groups and what belongs to one, as the official client handles them."""

from typing import Any

from tests.certificates import issue
from tests.conformance.compare import Some
from tests.conformance.run import Run

_SHOWN = "show_details_of_api_group_v2"


def create(run: Run) -> str:
    """The id of a group, after everything that is done with one."""
    body = {"name": "conformance", "remark": "r"}
    wanted = {"group_name": "conformance"}
    run.call("check_api_groups_v2", wanted)
    group: str = run.call("create_api_group_v2", body, {"sl_domain": Some()}).id
    run.refused("check_api_groups_v2", "APIG.3201", wanted)
    changed, at = body | {"remark": "other"}, {"group_id": group}
    run.call("update_api_group_v2", changed, **at)
    run.call(_SHOWN, shown=changed | {"is_default": 2, "status": 1}, **at)
    by = {"id": group, "name": "conformance"}
    run.find("list_api_groups_v2", "groups", changed | {"id": group}, by)
    for access in False, True:
        access_body = {"sl_domain_access_enabled": access}
        run.call("update_sl_domain_setting_v2", access_body, **at)
        run.call(_SHOWN, shown=access_body, **at)
    counted = {"onsell_nums": 0, "offsell_nums": Some()}
    run.call("list_api_groups_quantities_v2", shown=counted)
    responses(run, at)
    domains(run, at)
    return group


def remove(run: Run, group: str) -> None:
    run.call("delete_api_group_v2", group_id=group)
    run.refused(_SHOWN, "APIG.3001", group_id=group)


def responses(run: Run, group: dict[str, str]) -> None:
    headers = [{"key": "X-Why", "value": "no"}]
    own = {"status": 403, "body": '{"no": 1}', "headers": headers}
    body = {"name": "own", "responses": {"NOT_FOUND": own}}
    only = {"responses": {"NOT_FOUND": own | {"default": False}}}
    made = run.call("create_gateway_response_v2", body, only, **group)
    at = group | {"response_id": made.id}
    named = {"id": made.id, "name": "own", "default": False}
    run.find("list_gateway_responses_v2", "responses", named, **group)
    run.call("show_details_of_gateway_response_v2", shown=body, **at)
    changed = body | {"name": "own2"}
    run.call("update_gateway_response_v2", changed, **at)
    run.call("show_details_of_gateway_response_v2", shown=changed, **at)
    one, own = at | {"response_type": "THROTTLED"}, {"status": 503, "body": "{}"}
    shown, reads = (
        {"body": {"THROTTLED": own}},
        "show_details_of_gateway_response_type_v2",
    )
    run.call("update_gateway_response_type_v2", own, shown, **one)
    run.call(reads, shown=shown, **one)
    run.call("delete_gateway_response_type_v2", **one)
    run.call(reads, shown={"body": {"THROTTLED": {"status": 429}}}, **one)
    run.call("delete_gateway_response_v2", **at)
    run.lacks("list_gateway_responses_v2", "responses", named, **group)


def domains(run: Run, group: dict[str, str]) -> None:
    name = "conformance.example.com"
    body = {"url_domain": name, "min_ssl_version": "TLSv1.2"}
    domain = run.call("associate_domain_v2", body, **group)
    at = group | {"domain_id": domain.id}
    changed: dict[str, Any] = {"min_ssl_version": "TLSv1.1"}
    redirect = {"is_http_redirect_to_https": True}
    run.call("update_domain_v2", changed | redirect, {"url_domain": name}, **at)
    told = {"url_domains": [{"id": domain.id, "domain": name} | changed]}
    run.call(_SHOWN, shown=told, **group)
    pair = issue(name)
    content = {"cert_content": pair.pem, "private_key": pair.key_pem()}
    own_certificate(run, at, name, content)
    certificates(run, group, at, name, content)
    run.call("disassociate_domain_v2", **at)
    run.call(_SHOWN, shown={"url_domains": []}, **group)


def own_certificate(
    run: Run, at: dict[str, str], name: str, content: dict[str, str]
) -> None:
    """One that is made at the domain name that it is for."""
    named = {"ssl_name": "first", "url_domain": name, "api_group_id": at["group_id"]}
    body = {"name": "first"} | content
    made = run.call("associate_certificate_v2", body, named, **at)
    one = at | {"certificate_id": made.ssl_id}
    shown = {"id": made.ssl_id, "name": "first", "common_name": name, "san": [name]}
    run.call("show_details_of_domain_name_certificate_v2", shown=shown, **one)
    run.call("disassociate_certificate_v2", **one)
    run.refused("show_details_of_domain_name_certificate_v2", "APIG.3025", **one)
    run.call("delete_certificate_v2", certificate_id=made.ssl_id)


def certificates(
    run: Run,
    group: dict[str, str],
    at: dict[str, str],
    name: str,
    content: dict[str, str],
) -> None:
    facts = {"common_name": name, "san": [name], "algorithm_type": "ECC"}
    made = run.call("create_certificate_v2", {"name": "cert"} | content, facts)
    one, chosen = {"certificate_id": made.id}, {"certificate_ids": [made.id]}
    bound = ("list_attached_domains_v2", "bound_domains", {"url_domain": name})
    run.call("batch_associate_certs_v2", chosen, **at)
    run.find(*bound, by={"url_domain": name}, **one)
    run.call("batch_disassociate_certs_v2", chosen, **at)
    run.lacks(*bound, **one)
    names = {"domains": [{"domain": name}]}
    run.call("batch_associate_domains_v2", names, **one)
    run.find(*bound, **one)
    told = {"url_domains": [{"domain": name, "ssl_infos": [{"ssl_id": made.id}]}]}
    run.call(_SHOWN, shown=told, **group)
    run.call("batch_disassociate_domains_v2", names, **one)
    run.lacks(*bound, **one)
    changed = {"name": "renamed"}
    run.call("update_certificate_v2", changed | content, facts, **one)
    run.call("show_details_of_certificate_v2", shown=changed | facts, **one)
    listed = changed | facts | {"id": made.id}
    by = {"name": "renamed", "common_name": name, "algorithm_type": "ECC"}
    run.find("list_certificates_v2", "certs", listed, by)
    run.call("delete_certificate_v2", **one)
    run.refused("show_details_of_certificate_v2", "APIG.3025", **one)
