"""What the page about a refused call asks for."""

from django import forms

from console.forms.base import PlainForm


class ExplainForm(PlainForm):
    request_id = forms.CharField(
        label="Request ID",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="The X-Request-Id of a response, or the JSON of an error that the "
        "gateway sent.",
    )
