"""Forms of functions (reference: console.md section C1)."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from console.forms.base import NounForm, PlainForm, segmented
from console.models import Function


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
