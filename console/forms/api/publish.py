"""Publishing an API and taking it offline (reference: console.md section E4)."""

from typing import Any

from django import forms

from console.forms.base import PlainForm, environment_field
from console.models import Api, Environment


class PublishForm(PlainForm):
    """Publish Latest Version (reference: console.md section E4)."""

    env = environment_field(
        help_text="The API's current definition in this environment is overwritten.",
    )
    remark = forms.CharField(
        label="Description",
        max_length=255,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 255}),
    )


class OfflineForm(PlainForm):
    """Take Offline: one of the environments that the API is published in."""

    env = forms.ModelChoiceField(
        Environment.objects.none(),
        label="Environment",
        empty_label=None,
        help_text="Callers lose access to the API in this environment.",
    )

    def __init__(self, *args: Any, api: Api, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["env"]
        field.queryset = Environment.objects.filter(
            releases__api=api, releases__status=1
        ).distinct()
