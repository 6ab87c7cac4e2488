"""Test events: what a new one starts with."""

import json
import re

import pytest

from console.forms.event import EVENT_TEMPLATES, event_proposal
from console.models import TestEvent


@pytest.mark.parametrize("template", EVENT_TEMPLATES)
def test_a_template_is_a_valid_event(template: str) -> None:
    proposal = event_proposal(template)
    assert re.fullmatch(rf"{template}-event-[0-9a-f]{{6}}", proposal["name"])
    event = TestEvent(**proposal)
    event.clean_fields(exclude={"function"})
    assert event.parsed() == json.loads(proposal["content"])


def test_the_api_gateway_template_has_the_documented_fields() -> None:
    event = json.loads(event_proposal("apig")["content"])
    assert set(event) == {
        "body",
        "requestContext",
        "queryStringParameters",
        "httpMethod",
        "pathParameters",
        "headers",
        "path",
        "isBase64Encoded",
    }
    assert set(event["requestContext"]) == {"apiId", "requestId", "stage"}


def test_an_unknown_template_is_the_blank_one() -> None:
    assert json.loads(event_proposal("none")["content"]) == {"key": "value"}
