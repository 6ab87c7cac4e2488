"""Rows of the wizard's tables: request, backend, constant and system parameters."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import PlainForm, rows_of, switch
from console.models import Orchestration
from console.models.api.params import (
    BACKEND,
    FRONTEND,
    LOCATIONS,
    REQ_LOCATIONS,
    SYSTEM_PARAMETERS,
    read_backend_param,
    read_req_param,
)
from console.models.api.shape import listed

Row = dict[str, Any]
MOST = 50
PLACES = [(name, name) for name in LOCATIONS]
_RANGES = {"STRING": ("min_size", "max_size"), "NUMBER": ("min_num", "max_num")}


class ParamRow(PlainForm):
    """A row that counts as blank while its main fields are."""

    main: tuple[str, ...] = ("name",)

    def has_changed(self) -> bool:
        return bool(set(self.main) & set(self.changed_data))

    def document(self) -> Row:
        """The row as the API's document has it."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise ValidationError where the document breaks a rule."""

    def clean(self) -> Row:
        data: Row = super().clean() or {}
        if not self.errors:
            self.check()
        return data


class ReqParamRow(ParamRow):
    """A request parameter; least and most are of the value or of its length."""

    name = forms.CharField(label="Parameter Name", max_length=32)
    type = forms.ChoiceField(
        label="Parameter Type", choices=[("STRING", "STRING"), ("NUMBER", "NUMBER")]
    )
    location = forms.ChoiceField(
        label="Location", choices=[(n, n) for n in REQ_LOCATIONS], initial="QUERY"
    )
    required = forms.BooleanField(label="Required", required=False, widget=switch())
    pass_through = forms.BooleanField(
        label="Passthrough", required=False, initial=True, widget=switch()
    )
    valid_enable = forms.BooleanField(
        label="Value Restrictions", required=False, initial=True, widget=switch()
    )
    least = forms.FloatField(label="Minimum", required=False)
    most = forms.FloatField(label="Maximum", required=False)
    enumerations = forms.CharField(
        label="Enumerated Value",
        required=False,
        max_length=2048,
        widget=forms.TextInput(attrs={"placeholder": "a,b,c"}),
    )
    default_value = forms.CharField(
        label="Default Value", required=False, max_length=255
    )
    sample_value = forms.CharField(label="Example", required=False, max_length=255)
    remark = forms.CharField(label="Description", required=False, max_length=255)
    orchestrations = forms.CharField(
        label="Orchestration Rules",
        required=False,
        widget=forms.TextInput(attrs={"list": "orchestration-rules"}),
    )

    def check(self) -> None:
        read_req_param(self.document())

    def clean_orchestrations(self) -> str:
        """Names of rules in their order; each is there."""
        names = listed(self.cleaned_data["orchestrations"])
        known = _rules_by_name(names)
        if gone := [name for name in names if name not in known]:
            raise ValidationError(f"there is no rule {', '.join(gone)}.")
        return ", ".join(names)

    def document(self) -> Row:
        data = self.cleaned_data
        row: Row = {
            name: data[name]
            for name in ("name", "type", "location", "enumerations", "default_value")
        }
        row |= {name: data[name] for name in ("sample_value", "remark")}
        for name in ("required", "pass_through", "valid_enable"):
            row[name] = 1 if data[name] else 2
        low, high = _RANGES[data["type"]]
        row[low], row[high] = (
            _limit(data["type"], data["least"]),
            _limit(data["type"], data["most"]),
        )
        names = listed(data["orchestrations"])
        rules = _rules_by_name(names)
        row["orchestrations"] = [rules[name] for name in names if name in rules]
        return row

    @staticmethod
    def initial_of(param: Row) -> Row:
        """What the row shows of a saved parameter."""
        low, high = _RANGES[param["type"]]
        switches = ("required", "pass_through", "valid_enable")
        return (
            param
            | {name: param[name] == 1 for name in switches}
            | {"least": param[low], "most": param[high]}
            | {"orchestrations": ", ".join(rule_names(param["orchestrations"]))}
        )


def _rules_by_name(names: list[str]) -> dict[str, str]:
    """Ids of orchestration rules by their names."""
    rows = Orchestration.objects.filter(orchestration_name__in=names)
    return dict(rows.values_list("orchestration_name", "pk")) if names else {}


def rule_names(ids: list[str]) -> list[str]:
    """The names of orchestration rules, in order; of one that is gone, its id."""
    known = Orchestration.objects.in_bulk(ids) if ids else {}
    return [str(known.get(pk, pk)) for pk in ids]


def _limit(kind: str, value: float | None) -> float | int | None:
    """A length is a whole number; so is what looks like one."""
    if value is None:
        return None
    if kind == "STRING" and value != int(value):
        raise ValidationError("Minimum and Maximum of a length are whole numbers.")
    return int(value) if value == int(value) else value


class BackendParamRow(ParamRow):
    """Any backend parameter; `origin` and `value` are for each kind to say."""

    origin = ""
    main = ("name", "value")

    def check(self) -> None:
        read_backend_param(self.document())

    def document(self) -> Row:
        data = self.cleaned_data
        return {
            "name": data["name"],
            "location": data["location"],
            "origin": self.origin,
            "value": data["value"],
            "remark": data.get("remark", ""),
        }

    @staticmethod
    def initial_of(param: Row) -> Row:
        return dict(param)


class MappedRow(BackendParamRow):
    """A request parameter that the backend gets."""

    origin = "REQUEST"

    value = forms.CharField(
        label="Request Parameter Name",
        max_length=32,
        widget=forms.TextInput(attrs={"list": "request-parameters"}),
    )
    name = forms.CharField(label="Backend Parameter Name", max_length=32)
    location = forms.ChoiceField(
        label="Backend Parameter Location", choices=PLACES, initial="QUERY"
    )


class ConstantRow(BackendParamRow):
    origin = "CONSTANT"

    name = forms.CharField(label="Constant Parameter Name", max_length=32)
    location = forms.ChoiceField(
        label="Parameter Location", choices=PLACES, initial="QUERY"
    )
    value = forms.CharField(label="Parameter Value", max_length=255, strip=False)
    remark = forms.CharField(label="Description", max_length=255, required=False)


class SystemRow(BackendParamRow):
    """A value that the gateway or an authorizer gives."""

    origin = "SYSTEM"
    KINDS = {"gateway": "$context.", "frontend": FRONTEND, "backend": BACKEND}

    kind = forms.ChoiceField(
        label="System Parameter Type",
        choices=[
            ("gateway", "Default gateway parameter"),
            ("frontend", "Frontend authentication parameter"),
            ("backend", "Backend authentication parameter"),
        ],
    )
    value = forms.CharField(
        label="System Parameter Name",
        max_length=64,
        widget=forms.TextInput(attrs={"list": "system-parameters"}),
    )
    name = forms.CharField(label="Backend Parameter Name", max_length=32)
    location = forms.ChoiceField(
        label="Backend Parameter Location", choices=PLACES, initial="HEADER"
    )
    remark = forms.CharField(label="Description", max_length=255, required=False)

    def document(self) -> Row:
        row = super().document()
        row["value"] = self.KINDS[self.cleaned_data["kind"]] + row["value"]
        return row

    @classmethod
    def initial_of(cls, param: Row) -> Row:
        kind = next(
            (
                k
                for k in ("frontend", "backend")
                if param["value"].startswith(cls.KINDS[k])
            ),
            "gateway",
        )
        return param | {
            "kind": kind,
            "value": param["value"].removeprefix(cls.KINDS[kind]),
        }


ReqParamRows = rows_of(ReqParamRow, most=MOST)
MappedRows = rows_of(MappedRow, most=MOST)
ConstantRows = rows_of(ConstantRow, most=MOST)
SystemRows = rows_of(SystemRow, most=MOST)
SYSTEM_NAMES = SYSTEM_PARAMETERS


def split_tags(text: str) -> list[str]:
    """The tags in a text, each once."""
    words = re.split(r"[,;\s]+", text)
    return [word for word in dict.fromkeys(words) if word]
