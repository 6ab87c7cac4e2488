"""Independent domain names (reference: api.md section 1.2)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console import models
from tests.certificates import authority, issue, rsa_key
from tests.console import world

pytestmark = pytest.mark.django_db


def codes(error: ValidationError) -> set[str]:
    by_field = error.error_dict if hasattr(error, "error_dict") else None
    lists = by_field.values() if by_field else [error.error_list]
    return {str(each.code) for errors in lists for each in errors}


def refusal(name: str = "www.example.com", **fields: Any) -> set[str]:
    with pytest.raises(ValidationError) as refused:
        world.domain(name, **fields)
    return codes(refused.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("www.example.com", "www.example.com"),
        ("WWW.Example.COM.", "www.example.com"),
        ("*.example.com", "*.example.com"),
        ("a_b-c.example.com", "a_b-c.example.com"),
        ("shop.localhost", "shop.localhost"),
    ],
)
def test_a_documented_name_is_taken(given: str, kept: str) -> None:
    assert world.domain(given).url_domain == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localhost",
        "-a.example.com",
        "a..example.com",
        "a.*.example.com",
        "*example.com",
        "10.0.0.1",
        "a.b.c.d.e.f.g.h.com",
        "www.example.com:8080",
        "a b.example.com",
    ],
)
def test_another_name_is_refused(name: str) -> None:
    assert refusal(name)


def test_the_system_s_own_names_are_not_for_the_taking() -> None:
    row = world.default_group()
    assert refusal(row.sl_domain) == {"APIG.2024"}
    assert refusal("*.apig.localhost") == {"APIG.2024"}


def test_a_name_is_one_group_s_only() -> None:
    world.domain()
    with pytest.raises(ValidationError, match="has this domain name already"):
        world.domain("WWW.example.com", group=world.group())
    # Below a wildcard of one group another may have a name.
    world.domain("*.example.com", group=world.group())


def test_a_group_has_at_most_five() -> None:
    for number in range(5):
        world.domain(f"w{number}.example.com")
    assert refusal() == {"APIG.3108"}
    world.domain(group=world.group())


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ((-1, -1), {"APIG.2025"}),
        ((81, 443), {"APIG.2049"}),
        ((80, 80), {"APIG.2049"}),
        ((80, 9443), {"APIG.2049"}),
    ],
)
def test_a_port_is_one_that_the_gateway_has(
    ports: tuple[int, int], expected: set[str]
) -> None:
    http, https = ports
    assert refusal(ingress_http_port=http, ingress_https_port=https) == expected


def test_standard_and_opened_ports_are_taken() -> None:
    world.domain("a.test.com", ingress_http_port=8080, ingress_https_port=8443)
    world.domain("b.test.com", ingress_http_port=-1)
    world.domain("c.test.com", ingress_https_port=-1)


def test_one_certificate_of_each_algorithm_serves_a_domain() -> None:
    row = world.domain()
    ecc = world.certificate()
    rsa = world.certificate(pair=issue("*.example.com", key=rsa_key()))
    row.serve_with([ecc, rsa], verify=False)
    assert set(row.certificates.all()) == {ecc, rsa}
    with pytest.raises(ValidationError) as refused:
        row.serve_with([ecc, world.certificate()], verify=False)
    assert codes(refused.value) == {"APIG.3715"}
    assert row.certificates.count() == 2
    row.serve_with([], verify=False)
    assert not row.certificates.exists()


def test_a_certificate_for_another_name_is_refused() -> None:
    with pytest.raises(
        ValidationError, match="is not for www.example.com, but for other.test"
    ) as refused:
        world.domain().serve_with([world.certificate("other.test")], verify=False)
    assert codes(refused.value) == {"APIG.2103"}


def test_callers_are_verified_by_a_ca_only() -> None:
    row, bare = world.domain(), world.certificate()
    with pytest.raises(ValidationError, match="needs a CA"):
        row.serve_with([bare], verify=True)
    trusting = world.certificate(trusted_root_ca=authority().pem)
    row.serve_with([trusting], verify=True)
    found = models.Domain.objects.get()
    assert found.verified_client_certificate_enabled
