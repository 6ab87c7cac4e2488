"""Credential quota policies (console.md section G)."""

from datetime import datetime
from typing import Any

from django import forms

from console.forms.base import NounForm, PlainForm
from console.models import AppQuota, Credential
from console.models.app_quota import RESET_FORMAT
from console.models.base import default_name


class AppQuotaForm(NounForm):
    reset_time = forms.DateTimeField(
        label="Effective On",
        required=False,
        help_text="When the first cycle begins; each begins a period after the last. "
        "Blank: at the credential's first call.",
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
    )

    class Meta:
        model = AppQuota
        fields = (
            *("name", "reset_time", "time_interval", "time_unit", "call_limits"),
            "remark",
        )
        widgets = {"remark": forms.Textarea(attrs={"rows": 3, "maxlength": 255})}
        help_texts = {
            "call_limits": "Of each credential in a cycle, over all APIs. More calls "
            "are refused with 405."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            self.initial["name"] = default_name("Quota")
        elif self.instance.reset_time:
            saved = datetime.strptime(self.instance.reset_time, RESET_FORMAT)
            self.initial["reset_time"] = saved

    def clean_reset_time(self) -> str:
        moment: datetime | None = self.cleaned_data["reset_time"]
        return f"{moment:{RESET_FORMAT}}" if moment else ""


class BindQuotaForm(PlainForm):
    """The credentials that get a quota; one has at most one."""

    apps = forms.ModelMultipleChoiceField(
        Credential.objects.filter(quota_binding__isnull=True),
        label="Credentials",
        widget=forms.CheckboxSelectMultiple,
        help_text="Those without a quota policy.",
        error_messages={"required": "Credentials: choose at least one."},
    )


class ChooseQuotaForm(PlainForm):
    """The quota of one credential, in place of the one it has."""

    quota = forms.ModelChoiceField(AppQuota.objects.all(), label="Quota Policy")
