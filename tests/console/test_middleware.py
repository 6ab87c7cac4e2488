"""What stands before every view."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.console import addresses, world

transactional = pytest.mark.django_db(transaction=True)


def nonce(response: Any) -> str:
    found = re.search(r"'nonce-([\w-]+)'", response["Content-Security-Policy"])
    assert found
    return found[1]


@pytest.mark.django_db
def test_every_page_has_a_policy_with_a_nonce_of_its_own(admin_client: Client) -> None:
    first, second = admin_client.get("/"), admin_client.get("/")
    policy = first["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert nonce(first) != nonce(second)
    assert f'nonce="{nonce(first)}"' in first.content.decode()


@pytest.mark.django_db
def test_pages_hold_no_inline_scripts_or_styles(
    admin_client: Client, example: world.Example
) -> None:
    for pattern in addresses.patterns():
        url = addresses.address(str(pattern.name), example)
        html = admin_client.get(url).getvalue().decode(errors="replace")
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)


@pytest.mark.django_db
def test_the_login_page_has_the_policy_too(client: Client) -> None:
    assert nonce(client.get("/login/"))


@transactional
def test_a_host_under_the_gateway_s_domain_is_a_call_not_a_page() -> None:
    row = world.published(req_method="POST", req_protocol="BOTH", auth_type="NONE")
    client = Client(enforce_csrf_checks=True)
    for host in (row.group.sl_domain, row.group.sl_domain.upper() + ":8000"):
        response = client.post(row.req_uri, headers={"host": host})
        assert (response.status_code, response.content) == (200, b"mock")
        assert response["Server"] == "api-gateway"
        assert "Content-Security-Policy" not in response


@transactional
def test_a_console_path_on_a_gateway_host_is_no_page(admin_client: Client) -> None:
    response = admin_client.get("/", headers={"host": "nobody.apig.localhost"})
    assert response.status_code == 404
    assert response.json()["error_code"] == "APIG.0101"


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "apig.localhost.evil"])
def test_other_hosts_are_the_console_s_or_nobody_s(client: Client, host: str) -> None:
    response = client.get("/", headers={"host": host})
    assert response.status_code == (400 if "evil" in host else 302)
