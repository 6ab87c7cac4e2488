"""Signature keys (console.md section F1)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, segmented
from console.models import Signature
from console.models.base import default_name


def _secret(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SignatureKeyForm(NounForm):
    sign_secret = _secret("Secret", "Blank: stays as it is, or is generated.")
    confirm_secret = _secret("Confirm Secret", "")
    show_if = {"sign_algorithm": "sign_type=aes"}

    class Meta:
        model = Signature
        fields = ("name", "sign_type", "sign_algorithm", "sign_key", "sign_secret")
        widgets = {"sign_type": segmented()}
        help_texts = {
            "name": "3 to 64 letters, digits and underscores, a letter first.",
            "sign_type": "HMAC and Basic auth can be bound. How the others are sent is "
            "not documented: they are kept only.",
            "sign_key": "Blank: it is generated.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["name"] = default_name("Signature_key")
        # A password field shows nothing, but its HTML would hold the value.
        self.initial["sign_secret"] = ""

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data.get("sign_secret") or ""
        if given != (self.cleaned_data.get("confirm_secret") or ""):
            self.add_error("confirm_secret", "It is not the same secret.")
        self.cleaned_data["sign_secret"] = given or self.instance.sign_secret
        return self.cleaned_data
