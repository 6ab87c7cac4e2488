"""Clone an API: a new name and a path of its own (console.md section E4)."""

from typing import Any

from django import forms

from console.forms.base import NounForm
from console.models import Api
from console.models.base import default_name


class CloneForm(NounForm):
    """The instance is a copy already; policies and publications are not copied."""

    class Meta:
        model = Api
        fields = ("name", "req_uri")
        widgets = {"name": forms.TextInput(), "req_uri": forms.TextInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = default_name("API")
