"""A function's configuration (reference: console.md section C6)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import NounForm, PlainForm, rows_of, switch
from console.models import Function
from console.models.function import MAX_VARIABLES, check_variables
from gateway.functions.pool import MAX_PER_FUNCTION


class BasicSettingsForm(NounForm):
    class Meta:
        model = Function
        fields = (
            "handler",
            "timeout",
            "memory_size",
            "concurrency",
            "initializer_handler",
            "initializer_timeout",
            "network",
            "description",
        )
        help_texts = {
            "handler": "A file name, a dot and a function name.",
            "timeout": "3 to 259,200 seconds.",
            "concurrency": "How many calls of it may run at once: 1 to 1,000. -1 for "
            f"no limit of its own. One gateway runs at most {MAX_PER_FUNCTION} at "
            "once; others wait their turn.",
            "initializer_handler": "Runs once in each instance before its first call, "
            "like index.initializer. Blank: none.",
            "initializer_timeout": "1 to 300 seconds.",
            "network": "Off: the code reaches nothing over the network. On, it may "
            "connect to anything that this host can, internal services included.",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 3, "maxlength": 512}),
            "network": switch(),
        }


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
