"""The SSL certificate's form (reference: console.md section F2)."""

from typing import Any

from django import forms

from console.forms.base import PEM, NounForm, SecretText, segmented
from console.models import Certificate


class CertificateForm(NounForm):
    private_key = forms.CharField(
        label="Key", required=False, strip=False, widget=SecretText(attrs=PEM)
    )
    field_order = ("name", "type", "cert_content", "private_key", "trusted_root_ca")

    class Meta:
        model = Certificate
        fields = ("name", "type", "cert_content", "private_key", "trusted_root_ca")
        labels = {"name": "Name"}
        widgets = {
            "type": segmented(),
            "cert_content": forms.Textarea(attrs=PEM),
            "trusted_root_ca": forms.Textarea(attrs=PEM),
        }
        help_texts = {
            "name": "4 to 50 letters, digits and underscores, a letter first.",
            "type": "There is one gateway here: both cover it.",
            "cert_content": "In PEM: the certificate, then the one of its issuer, and "
            "so on.",
            "trusted_root_ca": "In PEM: who issues certificates of callers. Needed to "
            "verify client certificates.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adding = self.instance._state.adding
        field = self.fields["private_key"]
        field.required = adding
        field.help_text = "In PEM, RSA or ECC, without password. Never shown again."
        if not adding:
            field.help_text += " Blank: it stays as it is."

    def clean_private_key(self) -> str:
        given = self.cleaned_data["private_key"]
        return given if given.strip() else self.instance.private_key

    def clean(self) -> dict[str, Any]:
        # What it says of itself is read, so a new kind of key may take its place.
        self.instance.algorithm_type = ""
        return super().clean()  # type: ignore[return-value]
