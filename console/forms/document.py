"""A policy's document as form fields, made from what its module says of itself.

See gateway/policies/form.py. Members that no field shows stay as they are.
"""

import copy
import json
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django import forms

from console.forms.acl import ListField
from console.forms.base import PlainForm, RowFormSet, rows_of, switch
from console.models import Api, Channel
from console.models.plugin import LOGIN_ROUTE, MASK
from gateway.policies.form import Field, Form, Table

_REST = "rest"


class JsonField(forms.CharField):
    """Any JSON value; the value is what the text says, blank is None."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(f"it is not JSON: {error}") from None

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else dumped(value)


def dumped(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def field_of(item: Field) -> forms.Field:
    """The form field of a member."""
    known: dict[str, Any] = {
        "label": item.label,
        "help_text": item.help,
        "required": False,
        "initial": item.default,
    }
    if item.kind == "choice":
        return forms.ChoiceField(choices=item.choices, **known | {"required": True})
    if item.kind in _CHOSEN:
        return forms.ChoiceField(choices=_CHOSEN[item.kind], **known)
    if item.kind == "flag":
        return forms.BooleanField(widget=switch(), **known)
    if item.kind == "number":
        return forms.DecimalField(**known)
    if item.kind == "lines":
        return ListField(widget=forms.Textarea(attrs={"rows": 3}), **known)
    if item.kind == "json":
        return JsonField(**known)
    widgets: dict[str, forms.Widget] = {
        "area": forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        "secret": forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    }
    if item.kind == "secret":
        known["help_text"] = "Never shown. Blank: stays as it is."
    attrs = {"aria-required": "true"} if item.required else {}
    widget = widgets.get(item.kind, forms.TextInput())
    widget.attrs |= attrs
    return forms.CharField(widget=widget, strip=item.kind != "secret", **known)


def _channels() -> list[tuple[str, str]]:
    return [_NOTHING, *((row.pk, str(row)) for row in Channel.objects.all())]


def _logins() -> list[tuple[str, str]]:
    rows = Api.objects.filter(**LOGIN_ROUTE).select_related("group")
    named = [(row.pk, f"{row} ({row.req_uri}, {row.group})") for row in rows]
    return [_NOTHING, *named]


_NOTHING = ("", "Select")
_CHOSEN: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "channel": _channels,
    "login": _logins,
}


class Rows:
    """A table of a document: a list of objects, one a row."""

    def __init__(self, table: Table, data: Any, raw: Any) -> None:
        self.table = table
        shown = raw if isinstance(raw, list) else []
        initial = [_row(table, each) for each in shown if isinstance(each, dict)]
        row = type("Row", (DocumentRow,), {c.path: field_of(c) for c in table.columns})
        kind = rows_of(row, most=table.most)
        self.formset: RowFormSet = kind(data, initial=initial, prefix=table.path)

    def value(self) -> list[dict[str, Any]]:
        return [_members(self.table, row) for row in self.formset.rows()]


class DocumentRow(PlainForm):
    """`rest` keeps what an object has beside the columns."""

    rest = forms.CharField(widget=forms.HiddenInput, required=False)


def _row(table: Table, raw: dict[str, Any]) -> dict[str, Any]:
    shown = {c.path: initial(c, raw.get(c.path)) for c in table.columns}
    rest = {k: v for k, v in raw.items() if k not in shown}
    return shown | {_REST: dumped(rest) if rest else ""}


def _members(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    try:
        rest = json.loads(row.get(_REST) or "{}")
    except ValueError:
        rest = {}
    made: dict[str, Any] = rest if isinstance(rest, dict) else {}
    for column in table.columns:
        value = plain(column, row.get(column.path))
        if value is not None:
            made[column.path] = value
    return made


def initial(item: Field, value: Any) -> Any:
    """What a field shows of a member."""
    if item.kind == "secret":
        return ""
    return item.default if value is None and item.kind == "choice" else value


def plain(item: Field, value: Any) -> Any:
    """The member of a cleaned value; None when it is left out."""
    if item.kind == "secret":
        return value or MASK
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if item.kind in ("flag", "json"):
        return value
    return value if value not in ("", [], None) else None


def read(document: Any, path: str) -> Any:
    """A member by its path; None when it is not there."""
    for name in path.split("."):
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def written(document: Any, members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The document with members changed, or left out where the value is None."""
    made: dict[str, Any] = copy.deepcopy(document) if isinstance(document, dict) else {}
    for path, value in members:
        *parents, name = path.split(".")
        if value is None and read(made, path) is None:
            continue
        place = made
        for parent in parents:
            if not isinstance(place.get(parent), dict):
                place[parent] = {}
            place = place[parent]
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    return made


def fields_of(form: Form) -> list[Field]:
    return [item for item in form if isinstance(item, Field)]


def tables_of(form: Form) -> list[Table]:
    return [item for item in form if isinstance(item, Table)]
