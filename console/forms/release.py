"""Publishing and taking offline (reference: console.md section E4)."""

from typing import Any

from django import forms

from console.forms.base import PlainForm, environment_field
from console.models import Api, Environment

ALL = "all"


class PublishForm(PlainForm):
    """Publish Latest Version."""

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
    """Take Offline: in one of the environments that the API is published in, or all."""

    env = forms.ChoiceField(
        label="Environment",
        help_text="Callers lose access to the API in this environment.",
    )

    def __init__(self, *args: Any, api: Api, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        live = Environment.objects.filter(releases__api=api, releases__status=1)
        choices = [(env.pk, env.name) for env in live.distinct()]
        several = [(ALL, "All environments")] if len(choices) > 1 else []
        field: Any = self.fields["env"]
        field.choices = choices + several

    def clean_env(self) -> Environment | None:
        """None for all of them."""
        chosen = self.cleaned_data["env"]
        return None if chosen == ALL else Environment.objects.get(pk=chosen)
