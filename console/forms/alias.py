"""Aliases of a function (reference: console.md section C6)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import NounForm
from console.models import Alias


class AliasForm(NounForm):
    """An alias: a version, and by weight another one."""

    class Meta:
        model = Alias
        fields = ("name", "version", "additional_version", "weight", "description")
        help_texts = {
            "name": "1 to 64 letters, digits, - and _.",
            "additional_version": "Traffic shifting: a second version that gets some "
            "of the calls. latest cannot be one.",
            "weight": "How much of the calls the additional version gets: 0 to 100.",
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = self.instance.function.versions.all()
        for name, nothing in (("version", "latest"), ("additional_version", "None")):
            field: Any = self.fields[name]
            field.queryset, field.empty_label = versions, nothing

    def validate_unique(self) -> None:
        """Also among the function's aliases, although it is not in the form."""
        try:
            self.instance.validate_constraints()
        except ValidationError as error:
            self.add_error(None, error)
