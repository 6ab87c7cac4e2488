"""The API group's form (reference: console.md section D1)."""

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
