"""A backend policy of the wizard: its conditions, and a backend of its own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.api.backend import BackendForm, Document
from console.forms.api.params import ParamRow, Row
from console.forms.base import RowFormSet, rows_of, segmented
from console.models.api.params import FRONTEND
from console.models.api.policies import NAMED_BY, TYPES, read_condition

SOURCES = [
    ("source", "Source IP address"),
    ("param", "Request parameter"),
    ("cookie", "Cookie"),
    ("system", "System parameter – Default gateway parameter"),
    ("frontend_authorizer", "System parameter – Frontend authentication parameter"),
    ("orchestration", "Orchestrated parameter"),
]
SOURCE_LABELS = dict(SOURCES)
# While one of the sources is chosen that look at something with a name.
_NAMED = "condition_origin=" + "|".join(o for o, name in NAMED_BY.items() if name)
TYPE_LABELS = dict(zip(TYPES, ("Equal", "Enumerated", "Matching"), strict=True))


class ConditionRow(ParamRow):
    """One condition; `name` is whatever its source needs to be found.

    `location` is that of an orchestrated parameter, and nothing to other sources.
    """

    main = ("name", "condition_value")

    condition_origin = forms.ChoiceField(label="Source", choices=SOURCES)
    name = forms.CharField(
        label="Parameter Name",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"list": "condition-names"}),
    )
    location = forms.ChoiceField(
        label="Parameter Location",
        choices=[("query", "Query"), ("header", "Header")],
        required=False,
    )
    condition_type = forms.ChoiceField(
        label="Condition Type", choices=TYPE_LABELS.items(), required=False
    )
    condition_value = forms.CharField(
        label="Condition Value", max_length=1024, strip=False
    )
    show_if = {
        "name": _NAMED,
        "location": "condition_origin=orchestration",
        "condition_type": _NAMED,
    }

    def check(self) -> None:
        read_condition(self.document())

    def document(self) -> Row:
        data = self.cleaned_data
        origin = data["condition_origin"]
        row = {
            name: data[name]
            for name in ("condition_origin", "condition_type", "condition_value")
        }
        if NAMED_BY[origin]:
            row[NAMED_BY[origin]] = data["name"]
        if origin == "frontend_authorizer" and data["name"]:
            row[NAMED_BY[origin]] = FRONTEND + data["name"].removeprefix(FRONTEND)
        if origin == "orchestration":
            row["mapped_param_location"] = data["location"]
        return row

    @staticmethod
    def initial_of(condition: Row) -> Row:
        named_by = NAMED_BY[condition["condition_origin"]]
        name = condition[named_by] if named_by else ""
        place = condition.get("mapped_param_location") or "query"
        return condition | {"name": name.removeprefix(FRONTEND), "location": place}


ConditionRows = rows_of(ConditionRow, most=5)


class PolicyForm(BackendForm):
    """A backend with a name and, as `conditions`, the calls it is for."""

    name = forms.CharField(label="Name", max_length=64)
    effect_mode = forms.ChoiceField(
        label="Effective Mode",
        choices=[("ANY", "Any condition met"), ("ALL", "All conditions met")],
        initial="ANY",
        widget=segmented(),
    )

    def __init__(
        self, *args: Any, saved: Document | None = None, **kwargs: Any
    ) -> None:
        known = saved or {}
        kwargs["initial"] = {
            name: known[name] for name in ("name", "effect_mode") if name in known
        } | kwargs.get("initial", {})
        super().__init__(*args, saved=saved, **kwargs)
        self.fields["backend_type"].widget = forms.HiddenInput()
        self.conditions = ConditionRows(
            self.data if self.is_bound else None,
            initial=[ConditionRow.initial_of(c) for c in known.get("conditions", [])],
            prefix=self.prefixed("conditions"),
        )

    @property
    def label(self) -> str:
        """What the pane is called before it has been checked."""
        return str(self["name"].value() or "Policy")

    @property
    def formsets(self) -> list[RowFormSet]:
        return [self.conditions, *super().formsets]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.conditions.is_valid():
            raise ValidationError("Policy Conditions: correct the marked rows.")
        return self.cleaned_data

    def policy(self) -> Document:
        """The policy as the API's document has it."""
        data = self.cleaned_data
        return self.document() | {
            "name": data["name"],
            "effect_mode": data["effect_mode"],
            "conditions": [row.document() for row in self.conditions.filled()],
            "backend_params": self.params(),
        }
