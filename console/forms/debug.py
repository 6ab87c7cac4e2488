"""The debug page's forms (reference: console.md section E5)."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.debug import BY_DEBUGGER, BY_NOBODY, DRAFT, DebugCall
from console.forms.base import PlainForm, rows_of, switch
from console.models import Api, Credential
from console.models.api import METHODS

MAX_BODY = 2 * 1024 * 1024
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,31}\Z")
_QUERY_NAME = re.compile(r"[A-Za-z0-9_.\[\]-]{1,64}\Z")
_RESERVED = ("x-apig-", "x-sdk-", "x-stage", "host", "content-length")


class ParameterRow(PlainForm):
    name = forms.CharField(label="Parameter Name")
    value = forms.CharField(label="Parameter Value", required=False, strip=False)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not _QUERY_NAME.match(name):
            raise ValidationError("Letters, digits and _ . - only.")
        return name


class HeaderRow(PlainForm):
    name = forms.CharField(label="Parameter Name")
    value = forms.CharField(label="Parameter Value", required=False)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not _HEADER_NAME.match(name):
            raise ValidationError("1 to 32 letters, digits, . and -; a letter first.")
        if name.lower().startswith(_RESERVED):
            raise ValidationError(f"{name} is set by the debugger.")
        return name

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"]
        if not value.isprintable():
            raise ValidationError("One line without control characters.")
        return value


ParameterRows = rows_of(ParameterRow, most=50)
HeaderRows = rows_of(HeaderRow, most=50)


class DebugForm(PlainForm):
    """One call of one API. `parameters` and `headers` are its two tables."""

    method = forms.ChoiceField(label="Method")
    scheme = forms.ChoiceField(label="Protocol")
    path = forms.CharField(label="Path", max_length=1024, strip=False)
    version = forms.ChoiceField(label="Definition")
    signer = forms.ChoiceField(
        label="App signature",
        help_text="By default the debugger signs, as nothing is entered for the first "
        "factor. Signed with a credential, its binding counts.",
    )
    policies = forms.BooleanField(
        label="Apply policies",
        required=False,
        widget=switch(),
        help_text="Off, as documented: the policies bound to the API do not act on "
        "debug calls. On: they do, with counters of their own.",
    )
    body = forms.CharField(
        label="Body",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "data-editor": "text"}),
    )

    def __init__(self, data: Any = None, *, api: Api, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.api = api
        self.fields["body"].validators.append(_at_most_2_mb)
        self._offer()
        self.initial.setdefault("path", api.req_uri)
        self.parameters = ParameterRows(
            data, prefix="parameters", initial=self._declared("QUERY")
        )
        self.headers = HeaderRows(
            data, prefix="headers", initial=self._declared("HEADER")
        )

    def _offer(self) -> None:
        any_method = [m for m in METHODS if m != "ANY"]
        schemes = {"HTTP": ["http"], "HTTPS": ["https"], "BOTH": ["https", "http"]}
        methods = any_method if self.api.req_method == "ANY" else [self.api.req_method]
        live = self.api.releases.filter(status=1).select_related("env")
        self._choose("method", [(m, m) for m in methods])
        self._choose("scheme", [(s, f"{s}://") for s in schemes[self.api.req_protocol]])
        self._choose(
            "version",
            [(DRAFT, "Saved definition")]
            + [(r.env.name, f"Published in {r.env.name}") for r in live],
        )
        self._choose(
            "signer",
            [
                (BY_DEBUGGER, "Sign for me"),
                (BY_NOBODY, "Do not sign; I enter Authorization myself"),
            ]
            + [(c.pk, f"Sign with {c.name}") for c in Credential.objects.all()],
        )

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _declared(self, location: str) -> list[dict[str, str]]:
        """The authorizer's identity sources, listed beforehand by name."""
        guard = self.api.authorizer
        sources = guard.identities if guard else []
        return [{"name": s["name"]} for s in sources if s["location"] == location]

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"]
        if not path.startswith("/") or not path.isprintable():
            raise ValidationError("Path: it must start with a slash.")
        return path

    def is_valid(self) -> bool:
        """The form and both tables; each shows its own errors."""
        return all(
            [super().is_valid(), self.parameters.is_valid(), self.headers.is_valid()]
        )

    def call(self) -> DebugCall:
        """What a valid form asks for."""
        data = self.cleaned_data
        signer = Credential.objects.filter(pk=data["signer"]).first()
        return DebugCall(
            api=self.api,
            version=data["version"],
            method=data["method"],
            scheme=data["scheme"],
            path=data["path"],
            query=[(row["name"], row["value"]) for row in self.parameters.rows()],
            headers=[(row["name"], row["value"]) for row in self.headers.rows()],
            body=data["body"].replace("\r\n", "\n").encode(),
            signer=signer or data["signer"],
            policies=data["policies"],
        )


def _at_most_2_mb(text: str) -> None:
    if len(text.encode()) > MAX_BODY:
        raise ValidationError("Body: at most 2 MB.")
