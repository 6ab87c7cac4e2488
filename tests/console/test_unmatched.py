"""Why a call reached no API, said plainly."""

import pytest
from django.test import Client

from console import models, publish, unmatched
from console.explain import explain
from tests.console import world
from tests.console.page import Page
from tests.console.test_explain import record

pytestmark = pytest.mark.django_db


def lost(method: str = "GET", path: str = "/orders", **fields: str) -> models.AccessLog:
    """A call to the group DEFAULT that no API answered."""
    known = {"env_name": "RELEASE", "group_id": world.default_group().pk} | fields
    return record(
        request_method=method,
        router_uri=path,
        status=404,
        apig_err_code="APIG.0101",
        **known,
    )


def orders(**fields: object) -> models.Api:
    return world.api(name="orders", **{"req_uri": "/orders"} | fields)


def found(call: models.AccessLog) -> unmatched.Finding:
    finding = unmatched.find(call)
    assert finding is not None
    return finding


def test_an_api_of_another_environment_is_named_with_both() -> None:
    api, env = orders(req_uri="/orders/{id}"), world.environment("DEV")
    publish.publish(api, env)
    finding = found(lost(path="/orders/7"))
    assert finding.sentence == "GET /orders/7 is published in DEV, not in RELEASE."
    assert finding.fix == "Send X-Stage: DEV, or publish orders in RELEASE."
    release = world.environment()
    label, url = finding.links[0]
    assert label == "Publish orders in RELEASE"
    assert url == f"/apis/{api.pk}/publish/?env={release.pk}"


def test_the_way_back_to_release_is_no_header() -> None:
    publish.publish(orders(), world.environment())
    world.environment("DEV")
    finding = found(lost(env_name="DEV"))
    assert finding.sentence == "GET /orders is published in RELEASE, not in DEV."
    assert finding.fix.startswith("Leave X-Stage out")


def test_an_environment_that_is_none_is_said_to_be() -> None:
    publish.publish(orders(), world.environment())
    finding = found(lost(env_name="TEST"))
    assert finding.sentence.endswith("there is no environment TEST.")


def test_what_was_taken_offline_is_said_to_be() -> None:
    api = orders()
    publish.publish(api, world.environment())
    publish.take_offline(api, world.environment())
    finding = found(lost())
    assert finding.sentence.startswith("GET /orders was taken offline in RELEASE")
    assert finding.fix == "Publish orders in RELEASE again."
    publish.publish(api, world.environment("DEV"))
    assert found(lost(request_id="b" * 32)).sentence == (
        "GET /orders is published in DEV, not in RELEASE, where it was taken offline."
    )


def test_a_draft_is_said_to_be_one() -> None:
    orders()
    finding = found(lost())
    assert "is only a draft: orders is not published in RELEASE." in finding.sentence
    assert [label for label, _ in finding.links] == [
        "Publish orders in RELEASE",
        "API orders",
        "Debug orders",
    ]


def test_a_route_that_was_saved_and_not_published_is_named_with_the_old_one() -> None:
    api = orders(req_uri="/old")
    publish.publish(api, world.environment())
    api.req_uri = "/orders"
    api.save_valid()
    finding = found(lost())
    assert finding.sentence.endswith("published in RELEASE is still GET /old.")
    assert finding.fix == "Publish the latest version of orders in RELEASE."


def test_another_method_is_named() -> None:
    publish.publish(orders(req_method="POST"), world.environment())
    finding = found(lost())
    assert finding.sentence == (
        "/orders is published in RELEASE for POST, not for GET."
    )


@pytest.mark.parametrize("known", [True, False])
def test_another_group_is_named_with_its_host(known: bool) -> None:
    shop = world.group(name="shop")
    publish.publish(orders(group=shop), world.environment())
    call = lost() if known else lost(group_id="", env_name="", host="nobody.example")
    finding = found(call)
    assert "in the group shop" in finding.sentence
    assert ("DEFAULT" if known else "no group at all") in finding.sentence
    assert shop.sl_domain in finding.fix


def test_nothing_alike_keeps_the_general_rule() -> None:
    assert unmatched.find(lost(path="/nothing")) is None
    assert "No API of the group" in explain(record(apig_err_code="APIG.0101")).rule


def test_the_page_says_it_with_the_link(admin_client: Client) -> None:
    api = orders()
    publish.publish(api, world.environment("DEV"))
    page = Page(admin_client.get(lost().get_absolute_url()))
    assert page.says("GET /orders is published in DEV, not in RELEASE.")
    release = world.environment()
    assert f"/apis/{api.pk}/publish/?env={release.pk}" in page.hrefs
    assert page.says("The nearest APIs")
