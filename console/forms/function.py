"""Forms of functions (reference: console.md sections C1, C5 and C6)."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from console.forms.base import NounForm, PlainForm, rows_of, segmented, switch
from console.models import Function, TestEvent
from console.models.function import MAX_VARIABLES, check_variables

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


def _fixed(label: str, value: str, help_text: str = "") -> forms.ChoiceField:
    """A documented field with the one choice that exists here."""
    return forms.ChoiceField(
        label=label, choices=[(value, value)], initial=value, help_text=help_text
    )


class CreateFunctionForm(NounForm):
    """The eight documented fields, in their order."""

    create_with = forms.ChoiceField(
        label="Create With",
        choices=[("scratch", "Create from scratch")],
        widget=segmented(),
        initial="scratch",
    )
    region = _fixed("Region", settings.REGION)
    project = _fixed("Project", settings.REGION)
    enterprise_project = _fixed("Enterprise Project", "default")
    agency = forms.ChoiceField(
        label="Agency",
        choices=[("", "Use no agency")],
        required=False,
        help_text="Only needed to reach other cloud services.",
    )
    field_order = (
        "create_with",
        "function_type",
        "region",
        "project",
        "func_name",
        "enterprise_project",
        "agency",
        "runtime",
    )

    class Meta:
        model = Function
        fields = ("function_type", "func_name", "runtime")
        widgets = {
            "function_type": segmented(),
            "func_name": forms.TextInput(
                attrs={"placeholder": "Enter a function name", "autofocus": True}
            ),
        }
        help_texts = {
            "func_name": "1 to 60 letters, digits, - and _; a letter first, a letter "
            "or digit last.",
            "runtime": "It cannot be changed later.",
        }

    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("Basic Information", list(self))]


class DeleteForm(PlainForm):
    """A function is gone for good: the word DELETE must be typed."""

    confirm = forms.CharField(
        label="Confirm",
        help_text="Type DELETE to confirm.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"].strip() != "DELETE":
            raise ValidationError("Confirm: type DELETE, in capitals.")
        return "DELETE"


class CodeForm(NounForm):
    """What the editor holds: index.py."""

    source = forms.CharField(
        label="index.py",
        strip=False,
        required=False,
        widget=forms.Textarea(
            attrs={"data-editor": "python", "rows": 24, "spellcheck": "false"}
        ),
    )

    class Meta:
        model = Function
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["source"] = self.instance.code.get("index.py", "")

    def clean(self) -> dict[str, Any]:
        super().clean()
        text = self.cleaned_data.get("source", "").replace("\r\n", "\n")
        self.instance.code = self.instance.code | {"index.py": text}
        return self.cleaned_data


class BasicSettingsForm(NounForm):
    class Meta:
        model = Function
        fields = ("handler", "timeout", "memory_size", "description")
        help_texts = {
            "handler": "A file name, a dot and a function name.",
            "timeout": "3 to 259,200 seconds.",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "maxlength": 512})}


class VariableRow(PlainForm):
    """One environment variable. A stored encrypted value never comes back here."""

    key = forms.CharField(label="Key", max_length=256)
    value = forms.CharField(
        label="Value",
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    encrypted = forms.BooleanField(label="Encrypted", required=False, widget=switch())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("stored"):
            self.fields["value"].widget.attrs["placeholder"] = "******** (unchanged)"


VariableRows = rows_of(VariableRow, most=2 * MAX_VARIABLES)


def variable_rows(function: Function, data: Any = None) -> Any:
    """The formset of a function's variables; encrypted values are left blank."""
    plain = [{"key": k, "value": v} for k, v in function.user_data.items()]
    hidden = [
        {"key": k, "encrypted": True, "stored": True}
        for k in function.encrypted_user_data
    ]
    return VariableRows(data, initial=plain + hidden, prefix="variables")


def set_variables(function: Function, rows: list[dict[str, Any]]) -> None:
    """Put the rows into the function; ValidationError names the key."""
    plain: dict[str, str] = {}
    encrypted: dict[str, str] = {}
    stored = function.encrypted_user_data
    for row in rows:
        key, value = row["key"], row["value"]
        if key in plain or key in encrypted:
            raise ValidationError(f"Key {key} is there twice.")
        if value == "" and key in stored:
            if not row["encrypted"]:
                raise ValidationError(
                    f"Key {key}: type its value to store it without encryption; the "
                    "stored one is not shown again."
                )
            value = stored[key]
        (encrypted if row["encrypted"] else plain)[key] = value
    check_variables(plain, encrypted)
    function.user_data, function.encrypted_user_data = plain, encrypted


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
