"""Test events of functions (reference: console.md section C5)."""

import secrets

from django import forms
from django.core.exceptions import ValidationError

from console.event_templates import TEMPLATES
from console.forms.base import NounForm
from console.models import TestEvent
from console.templatetags.ui import pretty


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


def proposal(template: str, recorded: str = "") -> dict[str, str]:
    """Name and content to start a new event with: a template's, or recorded JSON."""
    chosen = TEMPLATES.get(template, TEMPLATES["blank"])
    suffix = secrets.token_hex(3)
    if recorded:
        return {"name": f"recorded-{suffix}", "content": pretty(recorded)}
    return {"name": f"{chosen.start}-event-{suffix}", "content": chosen.content}
