"""Add AppCode (reference: console.md section G)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import PlainForm, segmented
from console.models import AppCode

AUTOMATIC, CUSTOM = "automatic", "custom"


class AppCodeForm(PlainForm):
    """The rules are the model's, and are checked when the code is saved."""

    show_if = {"app_code": "type=custom"}

    type = forms.ChoiceField(
        label="AppCode Type",
        choices=[(AUTOMATIC, "Automatically generated"), (CUSTOM, "Custom")],
        initial=AUTOMATIC,
        widget=segmented(),
    )
    app_code = forms.CharField(
        label="AppCode",
        required=False,
        max_length=180,
        strip=False,
        help_text="64 to 180 characters, a letter, digit, + or / first; letters, "
        "digits and + _ ! @ # $ % - / = are allowed.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "aria-required": "true"},
        ),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("type") == CUSTOM and not data.get("app_code"):
            raise ValidationError({"app_code": "AppCode: enter one, or generate it."})
        return data

    def fill(self, row: AppCode) -> AppCode:
        """Give the row the custom code; without one it keeps its generated one."""
        if self.cleaned_data["type"] == CUSTOM:
            row.app_code = self.cleaned_data["app_code"]
        return row
