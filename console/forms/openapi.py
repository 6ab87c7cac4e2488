"""Import and export of OpenAPI documents (reference: console.md section H)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console import openapi
from console.forms.base import PlainForm, environment_field, segmented, switch
from console.models import ApiGroup
from console.openapi.exporting import VERSIONS
from console.openapi.files import MAX_BYTES

DEFINES = [
    ("spec", "Basic: request parameters alone"),
    ("proxy", "Full: with backends"),
    ("all", "Extended: with policies, gateway responses and authorizers"),
    ("dev", "Draft: as saved, with backends, published or not"),
]


class ImportForm(PlainForm):
    """A file and what becomes of it; `report` says how it went."""

    file = forms.FileField(
        label="File",
        help_text="OpenAPI 2.0 or 3.0, in JSON or YAML, 5 MB and 300 APIs at most.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.yaml,.yml"}),
        allow_empty_file=True,
    )
    into = forms.ChoiceField(
        label="Import",
        choices=[("new", "New group"), ("existing", "Existing group")],
        initial="new",
        widget=segmented(),
        help_text="A new group is named after the title in the file.",
    )
    group = forms.ModelChoiceField(
        ApiGroup.objects.all(), label="API Group", required=False, empty_label=None
    )
    override_apis = forms.BooleanField(
        label="Basic Definition Overwrite",
        required=False,
        widget=switch(),
        help_text="On: an API with the same method and path, or name, is replaced. "
        "Off: it is kept, and the one in the file is not imported.",
    )
    override_extended = forms.BooleanField(
        label="Extended Definition Overwrite",
        required=False,
        widget=switch(),
        help_text="On: policies, authorizers and gateway responses with names in the "
        "file are replaced. Off: they are kept.",
    )
    simple = forms.BooleanField(
        label="Skip APIs Without Backend",
        required=False,
        widget=switch(),
        help_text="For files that were not made for a gateway: leave out what has no "
        "x-apigateway-backend, without counting it as a failure.",
    )
    mock = forms.BooleanField(
        label="Mock Backends",
        required=False,
        widget=switch(),
        help_text="Every API gets a Mock that answers with the example in the file.",
    )
    show_if = dict.fromkeys(("group", "override_apis"), "into=existing")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        existing = data.get("into") == "existing"
        if existing and not data.get("group") and "group" not in self.errors:
            self.add_error("group", "choose one.")
        if not self.errors:
            self._load(data, data["group"] if existing else None)
        return data

    def _load(self, data: dict[str, Any], group: ApiGroup | None) -> None:
        mode = openapi.Mode(
            group,
            override_apis=data["override_apis"],
            override_extended=data["override_extended"],
            simple=data["simple"],
            mock=data["mock"],
        )
        try:
            self.report = openapi.load(data["file"].read(MAX_BYTES + 1), mode)
        except ValidationError as error:
            self.add_error(None, error.messages)


class ExportForm(PlainForm):
    """How much of a group's APIs, and in which form."""

    env = environment_field(
        help_text="What is published there is exported, unless drafts are asked for.",
    )
    define = forms.ChoiceField(label="API Definition", choices=DEFINES, initial="proxy")
    oas_version = forms.ChoiceField(
        label="OpenAPI Version",
        choices=[(version, version) for version in VERSIONS],
        widget=segmented(),
        initial=VERSIONS[0],
    )
    type = forms.ChoiceField(
        label="Format",
        choices=[("json", "JSON"), ("yaml", "YAML")],
        widget=segmented(),
        initial="json",
    )
    version = forms.CharField(
        label="Version",
        required=False,
        max_length=64,
        help_text="Blank: the time of the export.",
    )
