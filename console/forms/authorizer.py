"""The custom authorizer's form (reference: console.md section F5)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, PlainForm, rows_of, segmented, switch
from console.forms.targets import chosen, target_choices
from console.models import Authorizer
from console.models.base import default_name
from console.models.version import LATEST


class IdentityRow(PlainForm):
    location = forms.ChoiceField(
        label="Parameter Location", choices=[("HEADER", "Header"), ("QUERY", "Query")]
    )
    name = forms.CharField(label="Parameter Name", max_length=32)
    validation = forms.CharField(
        label="Validation",
        required=False,
        max_length=2048,
        strip=False,
        widget=forms.TextInput(attrs={"placeholder": "Regular expression, optional"}),
    )

    def has_changed(self) -> bool:
        """A row whose location alone was touched is still a blank row."""
        return bool({"name", "validation"} & set(self.changed_data))


IdentityRows = rows_of(IdentityRow, most=50)


class AuthorizerForm(NounForm):
    """The form and, as `identities`, its table of identity sources."""

    target = forms.ChoiceField(
        label="Version/Alias",
        initial=LATEST,
        help_text="Of the function chosen above. An alias can be pointed elsewhere "
        "later, without a change here.",
    )
    field_order = ("name", "type", "function", "target")

    class Meta:
        model = Authorizer
        fields = (
            "name",
            "type",
            "function",
            "ttl",
            "need_body",
            "user_data",
            "network_type",
            "timeout",
            "retry_attempts",
            "auth_downgrade_enabled",
        )
        widgets = {
            "type": segmented(),
            "network_type": segmented(),
            "ttl": forms.NumberInput(attrs={"min": 0, "max": 3600}),
            "timeout": forms.NumberInput(attrs={"min": 1, "max": 600_000}),
            "retry_attempts": forms.NumberInput(attrs={"min": 0, "max": 10}),
            "need_body": switch(),
            "auth_downgrade_enabled": switch(),
            "user_data": forms.Textarea(
                attrs={
                    "rows": 4,
                    "maxlength": 2048,
                    "placeholder": "Custom data handed to the function as user_data",
                }
            ),
        }
        help_texts = {
            "name": "3 to 64 letters, digits and underscores, a letter first.",
            "type": "A frontend authorizer checks callers, a backend one speaks to the "
            "backend. It cannot be changed later.",
            "function": "The function that answers allow or deny.",
            "need_body": "Hand the request body to the function too.",
            "user_data": "At most 2,048 characters, stored and shown as plain text.",
            "network_type": "Kept for the management API: functions are reached alike.",
            "timeout": "How long the function may take: 1 to 600,000.",
            "retry_attempts": "How often a failed call is tried again: 0 to 10.",
            "auth_downgrade_enabled": "Let calls through while the function service "
            "itself cannot be reached.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["name"] = default_name("Authorizer")
        else:
            self.fields["type"].disabled = True
        function: Any = self.fields["function"]
        function.label_from_instance = lambda row: row.func_urn
        function.empty_label = "Select"
        target: Any = self.fields["target"]
        target.choices = target_choices()
        self.initial["target"] = (
            self.instance.alias_id or self.instance.version_id or LATEST
        )
        self.identities = IdentityRows(
            self.data or None,
            initial=[
                source | {"validation": source.get("validation") or ""}
                for source in self.instance.identities
            ],
            prefix="identities",
        )

    def above(self) -> list[forms.BoundField]:
        """The fields over the identity sources, in the documented order."""
        return [self[n] for n in ("name", "type", "function", "target", "ttl")]

    def below(self) -> list[forms.BoundField]:
        return [self[n] for n in ("need_body", "user_data")]

    def advanced(self) -> list[forms.BoundField]:
        names = ("network_type", "timeout", "retry_attempts")
        return [self[n] for n in (*names, "auth_downgrade_enabled")]

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.instance.version, self.instance.alias = chosen(
            self.cleaned_data.get("target")
        )
        if not self.identities.is_valid():
            self.add_error(None, "Identity Sources: correct the marked rows.")
            return self.cleaned_data
        self.instance.identities = [
            {
                "location": row["location"],
                "name": row["name"],
                "validation": row["validation"] or None,
            }
            for row in self.identities.rows()
        ]
        return self.cleaned_data
