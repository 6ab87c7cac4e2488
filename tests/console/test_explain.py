"""Why was this call refused: an answer for every error."""

from typing import Any

import pytest
from django.utils import timezone

from console import explain, remedies
from console.models import AccessLog
from gateway import errors
from tests.console import world

pytestmark = pytest.mark.django_db


def record(**fields: Any) -> AccessLog:
    known: dict[str, Any] = {
        "time": timezone.now(),
        "request_id": "a" * 32,
        "remote_addr": "192.0.2.1",
        "request_method": "GET",
        "scheme": "https",
        "host": "h",
        "router_uri": "/orders",
        "status": 401,
        "request_time": 0.01,
        "bytes_sent": 1,
        "request_length": 1,
    }
    return AccessLog.objects.create(**known | fields)


def kinds(kind: type[errors.GatewayError]) -> set[str]:
    found = {kind.code}
    for below in kind.__subclasses__():
        found |= kinds(below)
    return found


def test_every_code_that_the_gateway_can_send_has_an_entry() -> None:
    assert kinds(errors.GatewayError) <= set(remedies.CODES)


def test_a_wrong_signature_leads_to_the_debugger() -> None:
    app = world.credential(name="client")
    row = world.api()
    world.trace(row, request_id="a" * 32)
    found = explain.explain(
        record(apig_err_code="APIG.0303", api_id=row.pk, app_id=app.pk)
    )
    labels = dict(found.links)
    assert "signature" in found.rule
    assert {f"API {row}", "Credential client", "Debug the signature"} <= set(labels)


def test_one_code_may_have_several_causes() -> None:
    denied = record(apig_err_code="APIG.0305", error_type="AUTHORIZER_FAILURE")
    missing = record(
        apig_err_code="APIG.0305", error_type="AUTHORIZER_IDENTITIES_FAILURE"
    )
    assert explain.explain(denied).rule != explain.explain(missing).rule


def test_a_call_that_reached_no_api_has_the_nearest() -> None:
    world.api(name="far", req_uri="/something/else/entirely")
    world.published(name="near", req_uri="/orders/all")
    found = explain.explain(record(status=404, apig_err_code="APIG.0101"))
    assert "near, published in RELEASE" in found.nearest[0][0]
    assert "far, not published" in found.nearest[1][0]


def test_objects_that_are_gone_are_not_linked() -> None:
    found = explain.explain(record(apig_err_code="APIG.0304", api_id="gone"))
    assert found.links == []


def test_a_call_that_passed_was_not_refused() -> None:
    assert "let the call through" in explain.explain(record(status=200)).rule


def test_an_answer_that_was_remembered_leads_to_where_it_can_be_flushed() -> None:
    guard = world.authorizer()
    fields = {"apig_err_code": "APIG.0305", "authorizer_id": guard.pk}
    remembered = explain.explain(record(authorizer_time=0.0, **fields))
    url = f"/policies/authorizers/cache/?authorizer={guard.pk}"
    assert dict(remembered.links)["The authorizer's answer was remembered"] == url
    for seconds in (None, 0.004):
        found = explain.explain(record(authorizer_time=seconds, **fields))
        assert url not in dict(found.links).values()
