"""Request throttling policies (console.md section F1)."""

from typing import Any

from django import forms

from console.forms.base import NounForm, segmented
from console.models import Credential, Throttle, ThrottleSpecial
from console.models.base import default_name

OPTIONAL = ("user_call_limits", "app_call_limits", "ip_call_limits")


class ThrottleForm(NounForm):
    class Meta:
        model = Throttle
        fields = (
            *("name", "type", "time_interval", "time_unit", "api_call_limits"),
            *OPTIONAL,
            "remark",
        )
        widgets = {
            "type": segmented(),
            "remark": forms.Textarea(attrs={"rows": 3, "maxlength": 255}),
        }
        help_texts = {
            "name": "3 to 64 letters, digits and underscores, a letter first.",
            "type": "API-specific: each bound API counts for itself. API-sharing: all "
            "of them together.",
            "user_call_limits": "Of one account, over all its users. 0: no limit.",
            "app_call_limits": "Of one credential. 0: no limit.",
            "ip_call_limits": "Of one client address. 0: no limit.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial.setdefault("name", default_name("Throttle"))
            self.initial["name"] = self.initial["name"] or default_name("Throttle")

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in OPTIONAL:
            if name in self.cleaned_data:
                self.cleaned_data[name] = self.cleaned_data[name] or 0
        return self.cleaned_data


class SpecialForm(NounForm):
    """An excluded credential or tenant."""

    app = forms.ModelChoiceField(
        Credential.objects.all(),
        label="Credential",
        required=False,
        empty_label="Another account's, by ID",
    )
    show_if = {"app": "object_type=APP"}
    given_fields = ("throttle",)
    field_order = ("object_type", "app", "object_id", "call_limits")

    class Meta:
        model = ThrottleSpecial
        fields = ("object_type", "object_id", "call_limits")
        widgets = {"object_type": segmented()}
        labels = {"object_type": "Exclude"}
        help_texts = {
            "object_id": "Of a credential of another account, or of a tenant: the ID "
            "of its account."
        }

    def __init__(self, *args: Any, throttle: Throttle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.throttle = throttle
        self.fields["object_id"].required = False
        self.initial.setdefault("object_type", ThrottleSpecial.ObjectType.APP)

    def clean(self) -> dict[str, Any]:
        super().clean()
        app = self.cleaned_data.get("app")
        if app and self.cleaned_data.get("object_type") == "APP":
            self.cleaned_data["object_id"] = app.pk
        if not self.cleaned_data.get("object_id"):
            self.add_error("object_id", "ID: choose a credential, or give an ID.")
        return self.cleaned_data
