"""Domain names, certificates, variables and gateway responses, by management API."""

from typing import Any

import pytest

from tests.certificates import issue
from tests.console import world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain(api: Api) -> dict[str, Any]:
    body = {"url_domain": "www.example.com", "min_ssl_version": "TLSv1.2"}
    reply = api("POST", f"~/api-groups/{group()}/domains", body)
    assert reply.status_code == 201
    return dict(reply.json())


def group() -> str:
    return world.default_group().pk


def pem(name: str = "www.example.com") -> dict[str, str]:
    pair = issue(name)
    return {"name": "cert", "cert_content": pair.pem, "private_key": pair.key_pem()}


def test_a_group_has_domain_names(api: Api, domain: dict[str, Any]) -> None:
    assert domain["min_ssl_version"] == "TLSv1.2"
    path = f"~/api-groups/{group()}/domains/{domain['id']}"
    body = {"min_ssl_version": "TLSv1.1", "is_http_redirect_to_https": True}
    changed = api("PUT", path, body)
    assert changed.status_code == 201
    assert changed.json()["is_http_redirect_to_https"] is True
    [shown] = api("GET", f"~/api-groups/{group()}").json()["url_domains"]
    assert shown["domain"] == "www.example.com"
    elsewhere = f"~/api-groups/{world.group().pk}/domains/{domain['id']}"
    assert refused(api("DELETE", elsewhere)) == (400, "APIG.3474")
    again = {"url_domain": "www.example.com"}
    reply = api("POST", f"~/api-groups/{group()}/domains", again)
    assert refused(reply) == (400, "APIG.3305")
    assert api("DELETE", path).status_code == 204
    assert refused(api("DELETE", path)) == (404, "APIG.3020")


def test_the_debugging_domain_name_is_switched_off(api: Api) -> None:
    path = f"~/api-groups/{group()}/sl-domain-access-settings"
    assert api("PUT", path, {"sl_domain_access_enabled": False}).status_code == 204
    shown = api("GET", f"~/api-groups/{group()}").json()
    assert shown["sl_domain_access_enabled"] is False
    assert refused(api("PUT", path, {})) == (400, "APIG.2001")


def test_a_certificate_is_kept_and_bound(api: Api, domain: dict[str, Any]) -> None:
    made = api("POST", "/certificates", pem())
    assert made.status_code == 200
    certificate = made.json()
    assert certificate["san"] == ["www.example.com"]
    assert "private_key" not in certificate
    one = f"/certificates/{certificate['id']}"
    assert api("GET", one).json() == certificate
    assert api("GET", "/certificates?name=cert").json()["total"] == 1
    assert refused(api("POST", "/certificates", pem())) == (400, "APIG.3325")
    names = {"domains": [{"domain": "www.example.com"}]}
    assert api("POST", f"{one}/domains/attach", names).status_code == 204
    [bound] = api("GET", f"{one}/attached-domains").json()["bound_domains"]
    assert bound["id"] == domain["id"]
    assert refused(api("DELETE", one))[0] == 409
    assert api("POST", f"{one}/domains/detach", names).status_code == 204
    on_domain = f"~/api-groups/{group()}/domains/{domain['id']}"
    ids = {"certificate_ids": [certificate["id"]]}
    assert api("POST", f"{on_domain}/certificates/attach", ids).status_code == 204
    path = f"{on_domain}/certificate/{certificate['id']}"
    assert api("GET", path).json()["id"] == certificate["id"]
    assert api("POST", f"{on_domain}/certificates/detach", ids).status_code == 204
    assert api("DELETE", path).status_code == 404
    assert api("DELETE", one).status_code == 204


def test_a_certificate_is_made_for_a_domain(api: Api, domain: dict[str, Any]) -> None:
    path = f"~/api-groups/{group()}/domains/{domain['id']}/certificate"
    made = api("POST", path, pem())
    assert (made.status_code, made.json()["ssl_name"]) == (201, "cert")
    wrong = api("POST", path, pem("other.example.com") | {"name": "other"})
    assert refused(wrong) == (400, "APIG.2103")
    assert api("GET", "/certificates").json()["total"] == 1


def test_a_variable_has_a_value_in_each_environment(api: Api) -> None:
    body = {
        "group_id": group(),
        "env_id": world.environment().pk,
        "variable_name": "host",
        "variable_value": "192.0.2.1",
    }
    made = api("POST", "~/env-variables", body)
    assert made.status_code == 201
    path = f"~/env-variables/{made.json()['id']}"
    assert made.json() == body | {"id": made.json()["id"]}
    assert refused(api("POST", "~/env-variables", body)) == (400, "APIG.3303")
    changed = api("PUT", path, {"variable_value": "192.0.2.2"})
    assert changed.json()["variable_value"] == "192.0.2.2"
    listed = api("GET", f"~/env-variables?group_id={group()}").json()
    assert listed["variables"] == [changed.json()]
    assert refused(api("GET", "~/env-variables")) == (400, "APIG.2001")
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3011")


def test_a_gateway_response_is_changed_type_by_type(api: Api) -> None:
    root = f"~/api-groups/{group()}/gateway-responses"
    own = {"status": 403, "body": '{"a": 1}', "headers": [{"key": "a", "value": "b"}]}
    made = api("POST", root, {"name": "mine", "responses": {"NOT_FOUND": own}})
    assert made.status_code == 201
    responses = made.json()["responses"]
    assert responses["NOT_FOUND"] == own | {"default": False}
    assert responses["THROTTLED"]["default"] is True
    one = f"{root}/{made.json()['id']}"
    changed = api("PUT", f"{one}/THROTTLED", {"status": 503, "body": "{}"})
    assert changed.status_code == 200, changed.json()
    assert changed.json()["THROTTLED"]["status"] == 503
    assert api("DELETE", f"{one}/NOT_FOUND").status_code == 204
    assert api("GET", f"{one}/NOT_FOUND").json()["NOT_FOUND"]["status"] == 404
    assert refused(api("GET", f"{one}/NOTHING")) == (400, "APIG.2012")
    # What was read may be written back.
    again = api("PUT", one, api("GET", one).json())
    assert again.json()["responses"] == api("GET", one).json()["responses"]
    names = [row["name"] for row in api("GET", root).json()["responses"]]
    assert names == ["default", "mine"]
    default = f"{root}/{api('GET', root).json()['responses'][0]['id']}"
    assert refused(api("DELETE", default)) == (409, "APIG.3491")
    assert refused(api("PUT", default, {"name": "x"})) == (409, "APIG.3492")
    assert refused(api("POST", root, {"name": "mine"})) == (400, "APIG.3216")
    assert api("DELETE", one).status_code == 204
