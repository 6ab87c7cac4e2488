"""The environment's form (reference: console.md section F4)."""

from typing import Any

from django import forms

from console.forms.base import NounForm
from console.models import Environment


class EnvironmentForm(NounForm):
    class Meta:
        model = Environment
        fields = ("name", "remark")
        labels = {"name": "Name"}
        widgets = {"remark": forms.Textarea(attrs={"rows": 3, "maxlength": 255})}
        help_texts = {
            "name": "3 to 64 letters, digits and underscores, a letter first. Callers "
            "choose the environment with the header X-Stage.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = self.instance.is_release
