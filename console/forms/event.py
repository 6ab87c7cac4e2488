"""Test events of functions (reference: console.md section C5)."""

import secrets

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import NounForm
from console.models import TestEvent

APIG_TEMPLATE = """{
  "body": "",
  "requestContext": {
    "apiId": "bc1dcffd-aa35-474d-897c-d53425a4c08e",
    "requestId": "11cdcdcf33949dc6d722640a13091c77",
    "stage": "RELEASE"
  },
  "queryStringParameters": {"responseType": "html"},
  "httpMethod": "GET",
  "pathParameters": {},
  "headers": {
    "accept": "application/json",
    "host": "example.apig.localhost",
    "user-agent": "curl/8.0",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
    "x-real-ip": "203.0.113.7"
  },
  "path": "/apig-event-template",
  "isBase64Encoded": true
}
"""
# Key in the URL: (name shown, start of the proposed event name, content).
EVENT_TEMPLATES = {
    "blank": ("Blank", "blank", '{\n  "key": "value"\n}\n'),
    "apig": ("API Gateway (Dedicated)", "apig", APIG_TEMPLATE),
}


class EventForm(NounForm):
    class Meta:
        model = TestEvent
        fields = ("name", "content")
        widgets = {
            "content": forms.Textarea(
                attrs={"data-editor": "json", "rows": 16, "spellcheck": "false"}
            )
        }
        help_texts = {
            "name": "1 to 25 letters, digits, - and _; a letter first, a letter or "
            "digit last.",
            "content": "JSON, at most 4 KB.",
        }

    def validate_unique(self) -> None:
        """Also among the function's events, although it is not in the form."""
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, error)


def event_proposal(template: str) -> dict[str, str]:
    """Name and content to start a new event with."""
    _label, start, content = EVENT_TEMPLATES.get(template, EVENT_TEMPLATES["blank"])
    return {"name": f"{start}-event-{secrets.token_hex(3)}", "content": content}
