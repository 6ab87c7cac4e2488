"""How much there may be of everything, and the vendor's code for more."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings as DjangoSettings

from console import limits
from console.checks import limits_are_known
from console.models import Environment, GatewayResponse
from console.models.base import Noun
from gateway.snapshot import Settings
from tests.console import world

pytestmark = pytest.mark.django_db

# For each limit: its code, and what makes one more row.
ROWS: list[tuple[str, str, Callable[[], Any]]] = [
    ("APIGROUP_NUM_LIMIT", "APIG.3101", world.group),
    ("API_NUM_LIMIT", "APIG.3102", world.api),
    ("API_NUM_LIMIT_PER_GROUP", "APIG.3125", world.api),
    ("APP_NUM_LIMIT", "APIG.3103", world.credential),
    ("ENVIRONMENT_NUM_LIMIT", "APIG.3104", lambda: an_environment()),
    ("VARIABLE_NUM_LIMIT", "APIG.3106", world.variable),
    ("AUTHORIZER_NUM_LIMIT", "APIG.3116", world.authorizer),
    ("AUTHORIZER_IDENTITY_NUM_LIMIT", "APIG.3117", lambda: with_identity()),
    ("API_TAG_NUM_LIMIT", "APIG.3133", lambda: world.api(tags=["one"])),
    ("APP_API_NUM_LIMIT", "APIG.3100", lambda: bound()),
    ("RESPONSE_NUM_LIMIT", "APIG.3136", lambda: a_response()),
]


def with_identity() -> Noun:
    return world.authorizer(identities=[{"location": "HEADER", "name": "token"}])


def an_environment() -> Noun:
    row = Environment(name="STAGING")
    row.save_valid()
    return row


def a_response() -> Noun:
    row = GatewayResponse(group=world.group(), name="second")
    row.save_valid()
    return row


def bound() -> Noun:
    return world.bind(world.credential(), world.published())


def code_of(error: ValidationError) -> str | None:
    """The code of the only problem."""
    problems = error.error_dict if hasattr(error, "error_dict") else {"": [error]}
    ((problem,),) = problems.values()
    (inner,) = problem.error_list
    return inner.code


@pytest.mark.parametrize(("name", "code", "make"), ROWS, ids=[r[0] for r in ROWS])
def test_one_more_than_the_limit_is_refused_with_the_vendor_s_code(
    settings: DjangoSettings, name: str, code: str, make: Callable[[], Any]
) -> None:
    settings.LIMITS = {name: 0}
    with pytest.raises(ValidationError) as refused:
        make()
    assert code_of(refused.value) == code
    assert name in str(refused.value)


@pytest.mark.parametrize(("name", "code", "make"), ROWS, ids=[r[0] for r in ROWS])
def test_up_to_the_documented_default_there_is_room(
    name: str, code: str, make: Callable[[], Any]
) -> None:
    assert limits.limit(name) == limits.LIMITS[name].default
    make()


def test_a_row_that_is_there_can_be_changed_at_the_limit(
    settings: DjangoSettings,
) -> None:
    row = world.credential()
    settings.LIMITS = {"APP_NUM_LIMIT": 1}
    row.remark = "changed"
    row.save_valid()


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("APIGROUP_NUM_LIMIT", 1500),
        ("API_NUM_LIMIT_PER_GROUP", 1000),
        ("APP_NUM_LIMIT", 50),
        ("APP_CODE_NUM_LIMIT", 5),
        ("ENVIRONMENT_NUM_LIMIT", 10),
        ("VARIABLE_NUM_LIMIT", 50),
        ("SIGN_NUM_LIMIT", 200),
        ("THROTTLE_NUM_LIMIT", 300),
        ("APIGROUP_DOMAIN_NUM_LIMIT", 5),
        ("API_VERSION_NUM_LIMIT", 10),
        ("VPC_NUM_LIMIT", 200),
        ("API_PARAM_NUM_LIMIT", 50),
        ("ACL_NUM_LIMIT", 100),
        ("API_POLICY_NUM_LIMIT", 5),
        ("API_CONDITION_NUM_LIMIT", 5),
        ("AUTHORIZER_NUM_LIMIT", 50),
        ("API_SWAGGER_NUM_LIMIT", 300),
        ("API_TAG_NUM_LIMIT", 10),
        ("RESPONSE_NUM_LIMIT", 4),
        ("PLUGIN_NUM_LIMIT", 500),
    ],
)
def test_defaults_are_the_documented_ones(name: str, default: int) -> None:
    assert limits.limit(name) == default


def test_limits_of_calls_reach_the_gateway_with_the_next_snapshot(
    settings: DjangoSettings, django_capture_on_commit_callbacks: Any
) -> None:
    assert limits.of_calls() == Settings()
    settings.LIMITS = {"request_body_size": 1000, "APP_NUM_LIMIT": 3}
    with django_capture_on_commit_callbacks(execute=True):
        world.group()
    live = world.live().settings
    assert live.request_body_size == 1000
    assert live.token_keys == settings.TOKEN_KEY_FILE.read_text()


@pytest.mark.parametrize("chosen", [{"APP_NUM": 1}, {"APP_NUM_LIMIT": -1}])
def test_a_limit_that_is_none_is_reported(
    settings: DjangoSettings, chosen: dict[str, int]
) -> None:
    assert limits_are_known() == []
    settings.LIMITS = chosen
    (problem,) = limits_are_known()
    assert problem.hint is not None and "APP_NUM_LIMIT" in problem.hint
