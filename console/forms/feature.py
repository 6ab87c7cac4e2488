"""Gateway parameters (console.md section B, tab Parameters)."""

import json
from typing import Any

from django import forms

from console.features import PARAMETERS
from console.forms.base import PEM, NounForm, SecretText, switch
from console.models import Feature
from console.models.fields import MASK


class FeatureForm(NounForm):
    """A parameter whose configuration is written as it is."""

    class Meta:
        model = Feature
        fields: tuple[str, ...] = ("enable", "config")
        widgets = {
            "enable": switch(),
            "config": forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        }
        help_texts = {"enable": "Off: the default holds, and the configuration stays."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parameter = PARAMETERS[self.instance.name]
        if "config" in self.fields:
            self.fields["config"].help_text = parameter.help
        self.initial["config"] = self.instance.config or parameter.default


class CertificateForm(FeatureForm):
    """What backends are shown: its configuration in fields, the key never shown."""

    content = forms.CharField(
        label="Content",
        required=False,
        widget=forms.Textarea(attrs=PEM),
        help_text="In PEM: the certificate, then the one of its issuer, and so on. "
        "HTTPS backends with two-way authentication are shown it.",
    )
    key = forms.CharField(
        label="Key",
        required=False,
        widget=SecretText(attrs=PEM),
        help_text="In PEM, RSA or ECC, without password. Never shown again. Blank: it "
        "stays as it is.",
    )
    ca = forms.CharField(
        label="CA",
        required=False,
        widget=forms.Textarea(attrs=PEM),
        help_text="In PEM: who issues certificates of these backends. Blank: those "
        "that this host trusts. A backend's own CA comes before.",
    )

    class Meta(FeatureForm.Meta):
        fields = ("enable",)
        help_texts = {"enable": "Off: backends are shown nothing."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        saved = json.loads(self.initial["config"])
        on = self.instance.enable and saved["enable"] == "on"
        texts = {name: saved.get(name, "") for name in ("content", "ca")}
        self.initial = {**self.initial, **texts, "enable": on}

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        document = {name: given.get(name, "") for name in ("ca", "content", "key")}
        if not document["key"] and self.instance.secret:
            document["key"] = MASK
        enable = "on" if given.get("enable") else "off"
        self.instance.config = json.dumps({"enable": enable} | document)
        # Django's own switch of the row says no more than the document's.
        given["enable"] = True
        return given
