"""Gateway responses (reference: auth.md section 7)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.models import GatewayResponse
from tests.console import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["a", "default_2", "a-b", "a" * 64])
def test_a_documented_name_is_taken(name: str) -> None:
    GatewayResponse(group=world.default_group(), name=name).full_clean()


@pytest.mark.parametrize("name", ["", "a b", "回应", "a" * 65])
def test_another_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        GatewayResponse(group=world.default_group(), name=name).full_clean()
    assert set(refused.value.message_dict) == {"name"}


def test_a_name_is_unique_in_its_group() -> None:
    with pytest.raises(ValidationError, match="a response with this name"):
        GatewayResponse(group=world.default_group(), name="default").full_clean()
    GatewayResponse(group=world.group(), name="other").full_clean()


@pytest.mark.parametrize(
    "responses",
    [
        {},
        {"AUTH_FAILURE": {"status": 401, "body": "{}"}},
        {
            "AUTH_FAILURE": {
                "status": None,
                "body": "no",
                "headers": [{"key": "x-a", "value": "b"}],
            }
        },
    ],
)
def test_a_document_that_the_gateway_can_load_is_taken(responses: Any) -> None:
    row = GatewayResponse(
        group=world.default_group(), name="other", responses=responses
    )
    row.full_clean()


@pytest.mark.parametrize(
    "responses",
    [
        [],
        "text",
        {"AUTH_FAILURE": 1},
        {"AUTH_FAILURE": {}},
        {"AUTH_FAILURE": {"body": 1}},
        {"AUTH_FAILURE": {"body": "", "status": "401"}},
        {"AUTH_FAILURE": {"body": "", "status": 99}},
        {"AUTH_FAILURE": {"body": "", "headers": [{}]}},
        {"AUTH_FAILURE": {"body": "", "headers": {}}},
    ],
)
def test_another_document_is_refused(responses: Any) -> None:
    row = GatewayResponse(
        group=world.default_group(), name="other", responses=responses
    )
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert set(refused.value.message_dict) == {"responses"}
