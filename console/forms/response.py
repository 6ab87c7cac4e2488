"""Forms of gateway responses (reference: console.md section D3)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import NounForm, PlainForm, rows_of
from console.models import GatewayResponse
from console.models.response import MAX_HEADERS, TYPES, check_response


class ResponseForm(NounForm):
    given_fields = ("group",)

    class Meta:
        model = GatewayResponse
        fields = ("name",)
        labels = {"name": "Name"}
        help_texts = {"name": "1 to 64 letters, digits, - and _."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = self.instance.default


class HeaderRow(PlainForm):
    key = forms.CharField(label="Name", max_length=128)
    value = forms.CharField(label="Value", max_length=1024)


HeaderRows = rows_of(HeaderRow, most=MAX_HEADERS)


class TypeForm(PlainForm):
    """One type of a gateway response; `headers` is its table."""

    status = forms.IntegerField(
        label="Status Code",
        required=False,
        min_value=200,
        max_value=599,
        help_text="200 to 599, but not 444.",
    )
    body = forms.CharField(
        label="Response Body",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "data-editor": "json"}),
        help_text="JSON. Variables stand in quotes.",
    )

    def __init__(self, *args: Any, name: str, known: dict[str, Any], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial = known
        self.name = name
        if TYPES[name].status is None:
            self.fields["status"].help_text += " Empty: the error's own."
        else:
            self.fields["status"].required = True
        self.headers = HeaderRows(
            self.data if self.is_bound else None,
            initial=known["headers"],
            prefix="headers",
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.headers.is_valid():
            raise ValidationError("Response Headers: correct the marked rows.")
        if not self.errors:
            check_response(TYPES[self.name].label, self.document())
        return self.cleaned_data

    def add_error(self, field: str | None, error: Any) -> None:
        """The rules are the model's, whose field is not one of this form."""
        if field is None and hasattr(error, "error_dict"):
            error = ValidationError(error.messages)
        super().add_error(field, error)

    def document(self) -> dict[str, Any]:
        rows = self.headers.rows()
        return {
            "status": self.cleaned_data["status"],
            "body": self.cleaned_data["body"].replace("\r\n", "\n"),
            "headers": [{"key": row["key"], "value": row["value"]} for row in rows],
        }
