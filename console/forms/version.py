"""Publishing a version (reference: console.md section C6)."""

from django import forms

from console.forms.base import PlainForm


class PublishForm(PlainForm):
    version = forms.CharField(
        label="Version",
        max_length=42,
        required=False,
        help_text="1 to 42 letters, digits and . _ -. Blank: named by the time, like "
        "v20260131-120000.",
    )
    description = forms.CharField(
        label="Description",
        max_length=512,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
