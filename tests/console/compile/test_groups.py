"""Groups, names and certificates as the gateway gets them."""

import pytest

from console.compile import Compiler
from tests.certificates import authority
from tests.console import world

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_debugging_domain_can_be_switched_off() -> None:
    row = world.group()
    assert world.live().hosts[row.sl_domain].windows[0].limit == 1000
    row.sl_domain_access_enabled = False
    row.save_valid()
    assert world.live().site(row.sl_domain) is None


def test_a_domain_and_its_certificates_are_live_once_saved() -> None:
    api = world.published()
    row = world.domain("*.example.com", group=api.group)
    site = world.live().site("a.example.com")
    assert site and site.domain
    assert (site.group.id, site.domain.certificates) == (api.group_id, ())
    assert (site.domain.https_port, site.domain.public_https_port) == (8443, 443)
    assert not world.live().apis[0].wants_tls
    certificate = world.certificate("*.example.com", trusted_root_ca=authority().pem)
    row.serve_with([certificate], verify=True)
    site = world.live().site("a.example.com")
    assert site and site.domain
    [served] = site.domain.certificates
    assert served.private_key == certificate.private_key
    assert served.private_key not in repr(site)
    assert site.domain.verified_client_certificate_enabled
    assert world.live().apis[0].wants_tls
    row.certificates.clear()
    site = world.live().site("a.example.com")
    assert site and site.domain and not site.domain.certificates


def test_ports_say_which_protocols_are_on() -> None:
    world.domain("a.test.com", ingress_http_port=-1, ingress_https_port=8443)
    world.domain("b.test.com", ingress_https_port=-1)
    sites = Compiler().snapshot().hosts
    first, second = sites["a.test.com"].domain, sites["b.test.com"].domain
    assert first and second
    assert (first.http, first.https, first.public_https_port) == (False, True, 8443)
    assert (second.http, second.https) == (True, False)


def test_what_is_deleted_is_gone() -> None:
    row = world.domain()
    row.delete()
    assert world.live().site("www.example.com") is None
