"""What the signature debugger asks for."""

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import PlainForm
from console.models import Trace
from console.signature import parse
from console.signature.attempt import Evidence

EXAMPLE = """GET /api/orders?id=7 HTTP/1.1
Host: api.example.com
X-Sdk-Date: 20240102T030405Z
Authorization: SDK-HMAC-SHA256 Access=..., SignedHeaders=host;x-sdk-date, Signature=...
"""


class SignatureForm(PlainForm):
    source = forms.CharField(
        label="Request",
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 10, "spellcheck": "false", "placeholder": EXAMPLE}
        ),
        help_text="A curl command, a raw HTTP request, the JSON of the error that the "
        "gateway answered, or its request ID.",
    )
    canonical = forms.CharField(
        label="Canonical request of the client",
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="If the client can print what it signed: it is compared line by "
        "line.",
    )

    evidence: Evidence
    # When the request arrived, if that is known.
    arrived: float | None = None

    def clean_source(self) -> str:
        text = str(self.cleaned_data["source"])
        if (request_id := parse.request_id(text)) is not None:
            text, self.arrived = self._recorded(request_id)
        try:
            self.evidence = parse.evidence(text)
        except parse.Unreadable as error:
            raise ValidationError(str(error)) from None
        return text

    def _recorded(self, request_id: str) -> tuple[str, float]:
        trace = Trace.objects.filter(request_id=request_id).first()
        if trace is None:
            raise ValidationError(
                f"No request {request_id} is recorded: paste the request itself."
            )
        return trace.request, trace.create_time.timestamp()
