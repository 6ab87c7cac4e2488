"""The access log under the vendor's names."""

from typing import Any

import pytest
from django.conf import settings

from console import log_fields
from tests.console.test_explain import record

pytestmark = pytest.mark.django_db
# policies.md section 9.4, in the order of its numbers; those that are absent left out.
DOCUMENTED = """
    remote_addr request_id api_id user_id app_id time_local request_time request_method
    scheme host router_uri status bytes_sent request_length http_user_agent
    http_x_forwarded_for upstream_addr upstream_uri upstream_status upstream_header_time
    region_id errorType auth_type access_model1 access_model2 inner_time body_bytes_sent
    api_name app_name custom_data_log1 custom_data_log2 custom_data_log3
    custom_data_log4 custom_data_log5 custom_data_log6 custom_data_log7 custom_data_log8
    custom_data_log9 custom_data_log10 response_source
    upstream_scheme group_id apig_err_code
    function_urn
"""


def of(**fields: Any) -> dict[str, Any]:
    return log_fields.of(record(**fields))


def test_the_documented_fields_come_first_and_in_order() -> None:
    names = DOCUMENTED.split()
    assert list(log_fields.FIELDS)[: len(names)] == names
    assert set(of()) == set(log_fields.FIELDS)


def test_a_call_of_an_http_backend() -> None:
    found = of(
        upstream_uri="http://192.0.2.1:8080/a/b?c=d://e",
        upstream_status=200,
        upstream_response_time=0.004,
        request_time=0.010,
        status=200,
    )
    assert found["upstream_scheme"] == "http"
    assert found["upstream_addr"] == "192.0.2.1:8080"
    assert found["upstream_uri"] == "/a/b?c=d://e"
    assert (found["upstream_header_time"], found["inner_time"]) == (0.004, 0.006)
    assert (found["response_source"], found["function_urn"]) == ("remote", None)
    assert (found["region_id"], found["errorType"]) == (settings.REGION, 0)


def test_a_call_of_a_function() -> None:
    urn = "urn:fss:local:p:function:default:f:latest"
    found = of(upstream_uri=urn, upstream_status=200)
    assert found["function_urn"] == urn
    names = ("upstream_scheme", "upstream_addr", "upstream_uri")
    assert [found[name] for name in names] == [None, None, None]


def test_custom_fields_are_by_number() -> None:
    found = of(custom_data_log="X-Tenant: blue: sky\nnone: \nq: v")
    custom = [found[f"custom_data_log{number}"] for number in range(1, 5)]
    assert custom == ["blue: sky", None, "v", None]


def test_a_call_that_was_throttled() -> None:
    found = of(apig_err_code="APIG.0308", status=429)
    assert (found["errorType"], found["response_source"]) == (1, "local")
    assert found["upstream_addr"] is None and found["upstream_status"] is None


@pytest.mark.parametrize(
    ("mode", "second"), [("APP", "guard"), ("IAM", "guard"), ("AUTHORIZER", None)]
)
def test_the_second_factor_is_the_authorizer(mode: str, second: str | None) -> None:
    found = of(auth_type=mode, authorizer_id="guard")
    assert (found["access_model1"], found["access_model2"]) == (mode, second)
    assert found["authorizer_id"] == "guard"
