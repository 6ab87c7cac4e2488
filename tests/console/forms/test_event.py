"""Test events: what a new one starts with."""

import json
import re

import pytest

from console.event_templates import TEMPLATES
from console.forms.event import proposal
from console.models import TestEvent


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_a_valid_event(template: str) -> None:
    made = proposal(template)
    assert re.fullmatch(r"[a-z]+-event-[0-9a-f]{6}", made["name"])
    event = TestEvent(**made)
    event.clean_fields(exclude={"function"})
    assert event.parsed() == json.loads(made["content"])


def test_the_api_gateway_template_has_the_documented_fields() -> None:
    event = json.loads(proposal("apig")["content"])
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
    assert json.loads(proposal("none")["content"]) == {"key": "value"}
