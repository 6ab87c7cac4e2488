"""Request throttling policies."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests.console import policies

pytestmark = pytest.mark.django_db


def test_only_the_limit_of_the_api_has_to_be_given() -> None:
    policy = policies.throttle()
    assert (policy.user_call_limits, policy.is_inclu_special_throttle) == (0, 2)
    assert policy.slot == "throttle"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": "1st"}, "Name: 3 to 64"),
        ({"api_call_limits": 0}, "greater than or equal to 1"),
        ({"api_call_limits": 2**31}, "less than or equal to 2147483647"),
        ({"time_interval": 0}, "greater than or equal to 1"),
        ({"time_unit": "WEEK"}, "not a valid choice"),
        ({"type": 3}, "not a valid choice"),
        ({"user_call_limits": 101}, "Max. User Requests: at most 100"),
        ({"ip_call_limits": 101}, "Max. IP Address Requests: at most 100"),
        ({"app_call_limits": 101}, "Max. Credential Requests: at most 100"),
        (
            {"user_call_limits": 5, "app_call_limits": 6},
            "Max. Credential Requests: at most 5, as Max. User Requests says.",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        policies.throttle(**fields)


@pytest.mark.parametrize(
    ("limit", "unit", "interval"),
    [(200, "SECOND", 1), (400, "SECOND", 2), (12_000, "MINUTE", 1)],
)
def test_no_policy_takes_more_than_the_gateway_parameter_says(
    limit: int, unit: str, interval: int
) -> None:
    period = {"time_unit": unit, "time_interval": interval}
    policies.throttle(api_call_limits=limit, **period)
    text = f"at most {limit:,} in this period, 200 a second"
    with pytest.raises(ValidationError, match=text):
        policies.throttle(api_call_limits=limit + 1, **period)
    policies.feature("ratelimit", '{"api_limits": 201}')
    policies.throttle(api_call_limits=limit + 1, **period)


def test_an_exclusion_may_raise_or_lower_up_to_the_limit_of_the_api() -> None:
    policy = policies.throttle(app_call_limits=3)
    for number, limit in (("a", 2), ("b", 100)):
        policies.special(policy, number, limit)
    assert policy.is_inclu_special_throttle == 1
    with pytest.raises(ValidationError, match="Threshold: at most 100"):
        policies.special(policy, "c", 101)
    with pytest.raises(ValidationError, match="it is excluded already"):
        policies.special(policy, "a", 1)
    policy.api_call_limits = 99
    with pytest.raises(ValidationError, match="b is excluded with 100"):
        policy.save_valid()


def test_thirty_callers_of_a_kind_can_be_excluded() -> None:
    policy = policies.throttle()
    for number in range(30):
        policies.special(policy, f"app{number}", 1)
    with pytest.raises(ValidationError, match="At most 30 excluded credentials"):
        policies.special(policy, "app30", 1)
    policies.special(policy, "tenant", 1, "USER")
