"""Gateway responses (reference: auth.md section 7)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.models import GatewayResponse
from console.models.response import DEFAULT_BODY, TYPES
from gateway import errors
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
                "body": '"no"',
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
        {"NO_SUCH_TYPE": {"body": "{}"}},
        {"AUTH_FAILURE": {"body": "no JSON"}},
        {"AUTH_FAILURE": {"body": "{}", "status": "401"}},
        {"AUTH_FAILURE": {"body": "{}", "status": 99}},
        {"AUTH_FAILURE": {"body": "{}", "status": 444}},
        {"AUTH_FAILURE": {"body": "{}", "headers": [{}]}},
        {"AUTH_FAILURE": {"body": "{}", "headers": {}}},
        {"AUTH_FAILURE": {"body": "{}", "headers": [{"key": "a b", "value": "c"}]}},
        {"AUTH_FAILURE": {"body": "{}", "headers": [{"key": "a", "value": ""}]}},
        {"AUTH_FAILURE": {"body": "{}", "headers": [{"key": "a", "value": "[[x"}]}},
        {"AUTH_FAILURE": {"body": "{}", "headers": [{"key": "a", "value": "x"}] * 11}},
    ],
)
def test_another_document_is_refused(responses: Any) -> None:
    row = GatewayResponse(
        group=world.default_group(), name="other", responses=responses
    )
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert set(refused.value.message_dict) == {"responses"}


def test_default_is_neither_renamed_nor_deleted_by_itself() -> None:
    row = world.default_group().gateway_responses.get(default=True)
    with pytest.raises(ValidationError) as refused:
        row.delete()
    assert refused.value.code == "APIG.3491"
    row.name = "other"
    with pytest.raises(ValidationError) as refused:
        row.save_valid()
    assert refused.value.error_dict["name"][0].code == "APIG.3492"
    group = world.group()
    group.delete()
    assert not GatewayResponse.objects.filter(group=group.pk).exists()


def test_a_group_has_at_most_four() -> None:
    for _ in range(3):
        world.response()
    with pytest.raises(ValidationError, match="At most 4 gateway responses"):
        world.response()


def test_every_error_of_the_gateway_has_a_type_that_can_be_edited() -> None:
    kinds, raised = [errors.GatewayError], set()
    while kinds:
        kind = kinds.pop()
        raised.add(kind.type)
        kinds += kind.__subclasses__()
    assert raised <= set(TYPES)


def test_what_nobody_changed_is_what_the_product_sends() -> None:
    row = world.response()
    assert row.effective("THROTTLED") == {
        "status": 429,
        "body": DEFAULT_BODY,
        "headers": [],
        "default": True,
    }
    row.responses = {
        "THROTTLED": {"status": 503, "body": "{}"},
        "NOT_FOUND": {"status": 410, "body": "{}"},
    }
    row.save_valid()
    known = row.effective("THROTTLED")
    assert (known["status"], known["headers"], known["default"]) == (503, [], False)
    row.restore("THROTTLED")
    assert set(row.responses) == {"NOT_FOUND"}
    row.restore()
    assert row.responses == {}
