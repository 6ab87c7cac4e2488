"""Forms of functions (reference: console.md section C1)."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from console import transfer
from console.forms.base import NounForm, PlainForm, segmented
from console.models import Function
from gateway.functions import runtimes


def _fixed(label: str, value: str, help_text: str = "") -> forms.ChoiceField:
    """A documented field with the one choice that exists here."""
    return forms.ChoiceField(
        label=label, choices=[(value, value)], initial=value, help_text=help_text
    )


class RuntimeSelect(forms.Select):
    """Runtimes that this host cannot run are shown, but not to be chosen."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        try:
            runtimes.host().find(str(value))
        except runtimes.RuntimeMissing:
            option["attrs"]["disabled"] = True
        return option


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        host = runtimes.host()
        self.fields["runtime"] = forms.ChoiceField(
            label="Runtime",
            choices=[(name, host.describe(name)) for name in host.labels()],
            widget=RuntimeSelect(),
            initial="Python3.9",
            help_text="It cannot be changed later.",
        )
        self.order_fields(self.field_order)

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
        }

    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [("Basic Information", list(self))]


class ImportForm(PlainForm):
    """An exported function; `made` is the new one."""

    archive = forms.FileField(
        label="File",
        help_text="A ZIP archive made by Export Function, at most 40 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".zip"}),
    )
    func_name = forms.CharField(
        label="Function Name",
        required=False,
        max_length=60,
        help_text="Blank: the name in the file.",
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors:
            archive, name = (self.cleaned_data[n] for n in ("archive", "func_name"))
            try:
                self.made = transfer.load(archive.read(), name)
            except ValidationError as error:
                self.add_error(None, error.messages)
        return self.cleaned_data

    def note(self) -> str:
        blank = ", ".join(self.made.encrypted_user_data)
        text = f"Imported {self.made} as a draft."
        return f"{text} Fill in the encrypted variables: {blank}." if blank else text


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
