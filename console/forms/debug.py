"""The debug page's forms (reference: console.md section E5)."""

import re
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from console.debug import DRAFT, DebugCall, encode_query
from console.forms.base import PlainForm, segmented, switch
from console.forms.debug_signers import signers
from console.forms.debug_tables import HeaderRows, ParameterRows, declared
from console.models import Api
from console.models.api import METHODS
from console.replay.signers import usable

MAX_BODY = 2 * 1024 * 1024
TEXT, FORM, FILE = "text", "form", "file"
FORM_TYPE, FILE_TYPE = "application/x-www-form-urlencoded", "application/octet-stream"
_PLACEHOLDER = re.compile(r"\{([^}+]+)(\+?)\}")
_SUBDOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_LABELS = {"APP": "App signature", "IAM": "IAM authentication"}


class DebugForm(PlainForm):
    """One call of one API. `parameters`, `headers` and `fields_sent` are tables."""

    method = forms.ChoiceField(label="Method")
    scheme = forms.ChoiceField(label="Protocol")
    domain = forms.ChoiceField(label="Domain", required=False)
    subdomain = forms.CharField(
        label="Sub-name",
        required=False,
        help_text="What stands in place of the asterisk.",
    )
    path = forms.CharField(label="Path", max_length=1024, strip=False)
    version = forms.ChoiceField(label="Definition")
    signer = forms.ChoiceField(
        label="Authentication",
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
    body_type = forms.ChoiceField(
        label="Body",
        choices=[(TEXT, "Text"), (FORM, "Form"), (FILE, "File")],
        initial=TEXT,
        required=False,
        widget=segmented(),
    )
    body = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "data-editor": "text"}),
    )
    file = forms.FileField(
        label="File",
        required=False,
        allow_empty_file=True,
        help_text=f"Sent as it is; its type goes into Content-Type unless a header "
        f"says otherwise, {FILE_TYPE} when it is not known.",
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, api: Api, user: User
    ) -> None:
        super().__init__(data, files)
        self.api, self.user = api, user
        self.fields["body"].validators.append(_at_most_2_mb)
        self._offer()
        self.initial.setdefault("path", api.req_uri)
        self.parameters = ParameterRows(
            data, prefix="parameters", initial=declared(api, "QUERY")
        )
        self.headers = HeaderRows(
            data, prefix="headers", initial=declared(api, "HEADER")
        )
        self.fields_sent = ParameterRows(
            data if data and "fields-TOTAL_FORMS" in data else None, prefix="fields"
        )

    def _offer(self) -> None:
        api = self.api
        any_method = [m for m in METHODS if m != "ANY"]
        schemes = {"HTTP": ["http"], "HTTPS": ["https"]}
        methods = any_method if api.req_method == "ANY" else [api.req_method]
        live = list(api.releases.filter(status=1).select_related("env"))
        modes = {api.auth_type, *(r.definition["auth_type"] for r in live)}
        known = schemes.get(api.req_protocol, ["https", "http"])
        self._choose("method", [(m, m) for m in methods])
        self._choose("scheme", [(s, f"{s}://") for s in known])
        self._choose(
            "version",
            [(DRAFT, "Saved definition")]
            + [(r.env.name, f"Published in {r.env.name}") for r in live],
        )
        self._choose("signer", signers(self.user, modes))
        self.fields["signer"].label = _LABELS.get(api.auth_type, "Authentication")
        names = [domain.url_domain for domain in api.group.domains.all()]
        self._choose("domain", [(n, n) for n in [api.group.sl_domain, *names]])
        self.wildcards = [n for n in names if n.startswith("*.")]
        self.show_if = {"body": "body_type=text", "file": "body_type=file"}
        self.show_if["subdomain"] = f"domain={'|'.join(self.wildcards)}"
        self._offer_path_values()

    def _offer_path_values(self) -> None:
        """A field for each `{p}` of the path, listed among the parameters."""
        examples = {row["name"]: row["value"] for row in declared(self.api, "PATH")}
        self.path_names = [name for name, _ in _PLACEHOLDER.findall(self.api.req_uri)]
        for name in self.path_names:
            self.fields[f"path-{name}"] = forms.CharField(
                label=name, required=False, initial=examples.get(name), strip=False
            )

    @property
    def path_values(self) -> list[forms.BoundField]:
        return [self[f"path-{name}"] for name in self.path_names]

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_path(self) -> str:
        path: str = self.cleaned_data["path"]
        if not path.startswith("/") or not path.isprintable():
            raise ValidationError("Path: it must start with a slash.")
        return path

    def clean_subdomain(self) -> str:
        name: str = self.cleaned_data["subdomain"]
        wild = self.cleaned_data.get("domain") in self.wildcards
        if wild and not re.fullmatch(
            r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", name
        ):
            raise ValidationError("Letters, digits, hyphens, dots and underscores.")
        return name

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("body_type") == FILE:
            file = data.get("file")
            if file is None:
                self.add_error("file", "File: choose one.")
            elif file.size > MAX_BODY:
                self.add_error("file", "File: at most 2 MB.")
        for name in _unfilled(data, self.path_names):
            self.add_error(f"path-{name}", f"{name}: enter a value for the path.")
        return data

    def is_valid(self) -> bool:
        """The form and its tables; each shows its own errors."""
        parts = [super().is_valid(), self.parameters.is_valid()]
        parts.append(self.headers.is_valid())
        used = self.cleaned_data.get("body_type") == FORM
        return all([*parts, not used or self.fields_sent.is_valid()])

    def call(self) -> DebugCall:
        """What a valid form asks for."""
        data = self.cleaned_data
        headers = [(row["name"], row["value"]) for row in self.headers.rows()]
        body, kind = self._body()
        if kind and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", kind))
        return DebugCall(
            api=self.api,
            version=data["version"],
            method=data["method"],
            scheme=data["scheme"],
            host=self._host(),
            path=_PLACEHOLDER.sub(self._path_value, data["path"]),
            query=[(row["name"], row["value"]) for row in self.parameters.rows()],
            headers=headers,
            body=body,
            user=self.user,
            signer=usable(data["signer"], self.user),
            policies=data["policies"],
        )

    def _host(self) -> str:
        name: str = self.cleaned_data["domain"] or self.api.group.sl_domain
        return name.replace("*", self.cleaned_data["subdomain"], 1)

    def _path_value(self, found: re.Match[str]) -> str:
        value = self.cleaned_data.get(f"path-{found[1]}")
        if value is None:
            return found[0]
        return quote(value, safe="/" if found[2] else "")

    def _body(self) -> tuple[bytes, str]:
        """The body, and its content type where the way it was entered tells it."""
        data = self.cleaned_data
        if data["body_type"] == FILE:
            return data["file"].read(), data["file"].content_type or FILE_TYPE
        if data["body_type"] == FORM:
            pairs = [(row["name"], row["value"]) for row in self.fields_sent.rows()]
            return encode_query(pairs).encode(), FORM_TYPE
        return data["body"].replace("\r\n", "\n").encode(), ""


def _unfilled(data: dict[str, Any], names: list[str]) -> list[str]:
    """Parameters that the path still has, and that got no value."""
    left = {name for name, _ in _PLACEHOLDER.findall(data.get("path", ""))}
    return [n for n in names if n in left and not data.get(f"path-{n}")]


def _at_most_2_mb(text: str) -> None:
    if len(text.encode()) > MAX_BODY:
        raise ValidationError("Body: at most 2 MB.")
