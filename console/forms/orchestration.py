"""Orchestration rules (console.md section F6)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, PlainForm, rows_of, segmented, switch
from console.models import Orchestration
from console.models.base import default_name

RANGES, VALUED = ("range", "hash_range"), ("list", "range", "hash_range")


class EntryRow(PlainForm):
    """One entry; the strategy decides which of its columns count."""

    values = forms.CharField(label="Values", required=False)
    range_start = forms.CharField(label="Range Start", required=False)
    range_end = forms.CharField(label="Range End", required=False)
    mapped_param_value = forms.CharField(label="Mapped Value", required=False)
    intercept_length = forms.IntegerField(label="Length", required=False)


EntryRows = rows_of(EntryRow, most=300)


class OrchestrationForm(NounForm):
    """`entries` is the table of `orchestration_map`."""

    mapped_param_name = forms.CharField(label="Mapped Parameter Name", required=False)
    mapped_param_type = forms.ChoiceField(
        label="Mapped Parameter Type",
        choices=[("string", "String"), ("number", "Number")],
    )
    mapped_param_location = forms.ChoiceField(
        label="Mapped Parameter Location",
        choices=[("query", "Query"), ("header", "Header")],
        widget=segmented(),
    )

    class Meta:
        model = Orchestration
        fields = ("orchestration_name", "orchestration_strategy", "is_preprocessing")
        widgets = {"is_preprocessing": switch()}
        help_texts = {
            "is_preprocessing": "The result is only what the next rule looks at."
        }

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        row = self.instance
        saved = [_shown(entry) for entry in row.orchestration_map]
        self.entries = EntryRows(data, prefix="entries", initial=saved)
        self.initial.setdefault("mapped_param_location", "query")
        self.initial.update(row.orchestration_mapped_param)
        if row._state.adding:
            self.initial["orchestration_name"] = default_name("Rule")

    def clean(self) -> dict[str, Any]:
        super().clean()
        found = self.cleaned_data
        row = self.instance
        row.orchestration_mapped_param = {}
        if not found.get("is_preprocessing"):
            row.orchestration_mapped_param = {
                name: found.get(name, "")
                for name in (
                    *("mapped_param_name", "mapped_param_type"),
                    "mapped_param_location",
                )
            }
        if not self.entries.is_valid():
            self.add_error(None, "Rules: correct the marked rows.")
            return found
        strategy = found.get("orchestration_strategy", "")
        row.orchestration_map = [_entry(strategy, e) for e in self.entries.rows()]
        return found


def _entry(strategy: str, row: dict[str, Any]) -> dict[str, Any]:
    """The members of an entry that its strategy uses."""
    entry: dict[str, Any] = {}
    if strategy == "list":
        values = [value.strip() for value in row["values"].split(",")]
        entry["map_param_list"] = [value for value in values if value]
    if strategy in RANGES:
        entry["map_param_range"] = {n: row[n] for n in ("range_start", "range_end")}
    if strategy in ("head_n", "tail_n"):
        entry["intercept_length"] = row["intercept_length"]
    else:
        entry["mapped_param_value"] = row["mapped_param_value"]
    return entry


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    values = ", ".join(entry.get("map_param_list", []))
    return entry | entry.get("map_param_range", {}) | {"values": values}
