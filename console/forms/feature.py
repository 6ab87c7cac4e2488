"""Gateway parameters (console.md section B, tab Parameters)."""

from typing import Any

from django import forms

from console.features import PARAMETERS
from console.forms.base import NounForm, switch
from console.models import Feature


class FeatureForm(NounForm):
    class Meta:
        model = Feature
        fields = ("enable", "config")
        widgets = {
            "enable": switch(),
            "config": forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        }
        help_texts = {"enable": "Off: the default holds, and the configuration stays."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parameter = PARAMETERS[self.instance.name]
        self.fields["config"].help_text = parameter.help
        self.initial["config"] = self.instance.config or parameter.default
