"""Access control policies (console.md section F1)."""

import re
from typing import Any

from django import forms

from console.forms.base import NounForm, segmented
from console.models import Acl, AppAcl
from console.models.base import default_name


class ListField(forms.CharField):
    """Entries one a line, or separated by commas; the value is the list."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        entries = [each.strip() for each in re.split(r"[,\n]", value or "")]
        return [entry for entry in entries if entry]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class AclForm(NounForm):
    acl_value = ListField(
        label="Values",
        help_text="One a line. IP addresses: 192.0.2.1, 192.0.2.1-192.0.2.9 or "
        "192.0.2.0/24, IPv6 too. Accounts act on IAM authentication only.",
    )

    class Meta:
        model = Acl
        fields = ("acl_name", "entity_type", "acl_type", "acl_value")
        widgets = {"entity_type": segmented(), "acl_type": segmented()}
        help_texts = {
            "acl_name": "3 to 64 letters, digits and underscores, a letter first."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["acl_name"] = default_name("Access_control")
        else:
            self.initial["acl_value"] = self.instance.values
            self.fields["entity_type"].disabled = True

    def clean_acl_value(self) -> str:
        return ",".join(self.cleaned_data["acl_value"])


class AppAclForm(NounForm):
    app_acl_values = ListField(
        label="IP Addresses",
        help_text="One a line: 192.0.2.1, 192.0.2.1-192.0.2.9 or 192.0.2.0/24.",
    )

    class Meta:
        model = AppAcl
        fields = ("app_acl_type", "app_acl_values")
        widgets = {"app_acl_type": segmented()}
