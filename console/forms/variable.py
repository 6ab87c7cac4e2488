"""The environment variable's form (reference: console.md section D2)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, environment_field
from console.models import Variable


class VariableForm(NounForm):
    given_fields = ("group",)
    env = environment_field()

    class Meta:
        model = Variable
        fields = ("env", "variable_name", "variable_value")
        widgets = {
            "variable_name": forms.TextInput(attrs={"placeholder": "Path"}),
            "variable_value": forms.TextInput(attrs={"placeholder": "/stage/test"}),
        }
        help_texts = {
            "variable_name": "3 to 32 letters, digits, _ and -, a letter first. #Name# "
            "in a backend's address or path is replaced by the value; upper and lower "
            "case differ.",
            "variable_value": "1 to 255 letters, digits and _ - / . : are allowed. It "
            "is shown as plain text.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = not self.instance._state.adding
        self.fields["env"].disabled = self.fields["variable_name"].disabled = known
