"""The credential's forms (reference: console.md section G)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, PlainForm, environment_field
from console.models import Api, Credential
from console.models.base import default_name, new_id


class CredentialForm(NounForm):
    """Create: key and secret may be given; left blank, they are generated."""

    app_key = forms.CharField(
        label="Key",
        required=False,
        max_length=200,
        help_text="Blank: generated. Customising is discouraged; a key is unique and "
        "cannot be changed.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    app_secret = forms.CharField(
        label="Secret",
        required=False,
        max_length=128,
        help_text="Blank: generated. 8 to 128 letters, digits and _ - ! @ # $ %.",
        # Shown again after a refusal, or the next try would generate another one.
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password"}, render_value=True
        ),
    )
    field_order = ("name", "remark", "app_key", "app_secret")

    class Meta:
        model = Credential
        fields = ("name", "remark", "app_key", "app_secret")
        widgets = {"remark": forms.Textarea(attrs={"rows": 3, "maxlength": 255})}
        help_texts = {
            "name": "3 to 64 letters, digits and underscores, a letter first."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"name": self.initial.get("name") or default_name("Credential")}

    def clean_app_key(self) -> str:
        return self.cleaned_data["app_key"] or new_id()

    def clean_app_secret(self) -> str:
        return self.cleaned_data["app_secret"] or new_id()


class CredentialEditForm(NounForm):
    class Meta:
        model = Credential
        fields = ("name", "remark")
        widgets = {"remark": forms.Textarea(attrs={"rows": 3, "maxlength": 255})}


class BindApisForm(PlainForm):
    """Bind to APIs: an environment, then APIs published there."""

    env = environment_field()
    apis = forms.ModelMultipleChoiceField(
        Api.objects.none(),
        label="APIs",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "APIs: choose at least one."},
    )

    def __init__(self, *args: Any, candidates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["apis"]
        field.queryset = candidates
        field.label_from_instance = lambda api: (
            f"{api.name} ({api.req_method} {api.req_uri}, {api.group.name})"
        )


class SelectCredentialsForm(PlainForm):
    """Authorize Credentials: the same binding from the API's side."""

    env = environment_field()
    apps = forms.ModelMultipleChoiceField(
        Credential.objects.all(),
        label="Credentials",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Credentials: choose at least one."},
    )
