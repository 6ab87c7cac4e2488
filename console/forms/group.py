"""The API group's form (reference: console.md section D1)."""

from typing import Any

from django import forms

from console.forms.base import NounForm
from console.models import ApiGroup


class GroupForm(NounForm):
    class Meta:
        model = ApiGroup
        fields = ("name", "remark")
        labels = {"name": "Name"}
        widgets = {"remark": forms.Textarea(attrs={"rows": 3, "maxlength": 1000})}
        help_texts = {
            "name": "3 to 255 characters, a letter or digit first; letters, digits and "
            "- _ . / ( ) : are allowed."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = self.instance.is_default
