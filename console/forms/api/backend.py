"""Step 2 of the wizard: a backend, and what it is sent (console.md section E3)."""

import http
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console import limits
from console.forms.api.params import (
    BackendParamRow,
    ConstantRow,
    ConstantRows,
    MappedRow,
    MappedRows,
    SystemRow,
    SystemRows,
)
from console.forms.api.rows import GroupUrlRows, HeaderRows
from console.forms.api.saved import NAMES, initial_of
from console.forms.base import PEM, PlainForm, RowFormSet, segmented, switch
from console.forms.targets import chosen, function_field, target_choices
from console.models import Api, Authorizer
from console.models.api.backends import (
    BY_ADDRESS,
    BY_CHANNEL,
    BY_GROUP,
    LONGEST,
    METHODS,
    read_backend,
)
from console.models.channel import Channel
from console.models.version import LATEST

Document = dict[str, Any]


_TABLES: dict[str, tuple[type[RowFormSet], type[BackendParamRow]]] = {
    "mapped": (MappedRows, MappedRow),
    "constants": (ConstantRows, ConstantRow),
    "systems": (SystemRows, SystemRow),
}


_BY_CHANNEL = f"by_channel={BY_CHANNEL}|{BY_GROUP}"


def _status_choices() -> list[tuple[int, str]]:
    return [(s.value, f"{s.value} {s.phrase}") for s in http.HTTPStatus if s >= 200]


class BackendForm(PlainForm):
    """One backend: the default one, or that of a policy.

    Fields of all backend types are there; only those of the chosen one count. Tables:
    `headers` of a Mock, and `mapped`, `constants` and `systems` of parameters.
    """

    backend_type = forms.ChoiceField(
        label="Backend Type",
        choices=Api.Backend.choices,
        initial=Api.Backend.HTTP,
        widget=segmented(),
    )
    by_channel = forms.TypedChoiceField(
        label="Load Balance Channel",
        choices=[
            (BY_CHANNEL, "Configure"),
            (BY_GROUP, "By Group"),
            (BY_ADDRESS, "Skip"),
        ],
        coerce=int,
        initial=BY_ADDRESS,
        required=False,
        widget=segmented(),
    )
    method = forms.ChoiceField(
        label="Method", choices=[(m, m) for m in METHODS], initial="GET", required=False
    )
    protocol = forms.ChoiceField(
        label="Protocol",
        choices=[("HTTP", "HTTP"), ("HTTPS", "HTTPS")],
        initial="HTTPS",
        required=False,
    )
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        label="Channel",
        required=False,
        empty_label="Select",
    )
    address = forms.CharField(
        label="Backend Address",
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"placeholder": "host:port"}),
    )
    path = forms.CharField(
        label="Path",
        required=False,
        max_length=512,
        initial="/",
        help_text="A {parameter} that the request path has too is filled from it. "
        "#Name# is a variable of the environment.",
    )
    proxy_host = forms.CharField(
        label="Host Header",
        required=False,
        max_length=254,
        help_text="Blank: the caller's own.",
    )
    function = function_field(required=False)
    target = forms.ChoiceField(label="Version/Alias", initial=LATEST, required=False)
    invocation_type = forms.ChoiceField(
        label="Invocation Mode",
        choices=[("sync", "Synchronous"), ("async", "Asynchronous")],
        initial="sync",
        required=False,
        widget=segmented(),
    )
    network_type = forms.ChoiceField(
        label="Network Architecture",
        choices=[("V1", "V1"), ("V2", "V2")],
        initial="V1",
        required=False,
        help_text="V1 waits for a minute at most, V2 for ten.",
        widget=segmented(),
    )
    timeout = forms.IntegerField(
        label="Timeout (ms)",
        required=False,
        initial=5000,
        min_value=1,
        max_value=LONGEST,
    )
    retries = forms.IntegerField(
        label="Retries",
        required=False,
        initial=-1,
        min_value=-1,
        max_value=10,
        help_text="-1: once for methods that may be repeated. 0: never.",
    )
    enable_client_ssl = forms.BooleanField(
        label="Two-Way Authentication", required=False, widget=switch()
    )
    ca_content = forms.CharField(
        label="Backend CA",
        required=False,
        widget=forms.Textarea(attrs=PEM | {"rows": 4}),
        help_text="In PEM: who issues the backend's certificate. Blank: those that "
        "this host trusts.",
    )
    status_code = forms.TypedChoiceField(
        label="Status Code", choices=_status_choices, coerce=int, initial=200
    )
    result_content = forms.CharField(
        label="Response",
        required=False,
        strip=False,
        max_length=20_480,
        widget=forms.Textarea(attrs={"rows": 10, "data-editor": "text"}),
        help_text="Sent as it stands.",
    )
    # The first step, whose fields come along, has a remark of its own.
    backend_remark = forms.CharField(
        label="Description", required=False, max_length=255
    )
    # Only the management API sets it.
    edition = forms.CharField(required=False, widget=forms.HiddenInput())
    guarded = forms.BooleanField(
        label="Backend Authentication",
        required=False,
        help_text="Use a custom authorizer: it speaks for the call to the backend.",
    )
    authorizer_id = forms.ModelChoiceField(
        Authorizer.objects.filter(type="BACKEND"),
        label="Backend Authorizer",
        required=False,
        empty_label="Select a custom authorizer",
        widget=forms.Select(attrs={"aria-required": "true"}),
    )
    show_if = {
        "by_channel": "backend_type=HTTP",
        "channel": _BY_CHANNEL,
        "address": f"by_channel={BY_ADDRESS}",
        "proxy_host": _BY_CHANNEL,
        "retries": "backend_type=HTTP",
        "enable_client_ssl": "protocol=HTTPS",
        "ca_content": "protocol=HTTPS",
        "function": "backend_type=FUNCTION",
        "target": "backend_type=FUNCTION",
        "invocation_type": "backend_type=FUNCTION",
        "network_type": "backend_type=FUNCTION",
        "timeout": "backend_type=HTTP|FUNCTION",
        "status_code": "backend_type=MOCK",
        "result_content": "backend_type=MOCK",
        "authorizer_id": "guarded=on",
    }

    def __init__(
        self, *args: Any, saved: Document | None = None, **kwargs: Any
    ) -> None:
        """`saved` is the backend as it is: its document, with `backend_params`."""
        known = saved or {}
        kwargs["initial"] = initial_of(known) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        target: Any = self.fields["target"]
        target.choices = target_choices()
        data = self.data if self.is_bound else None
        self.headers = HeaderRows(
            data, initial=known.get("headers", []), prefix=self.prefixed("headers")
        )
        self.group_urls = GroupUrlRows(
            data,
            initial=known.get("member_group_url_infos", []),
            prefix=self.prefixed("group_urls"),
        )
        self.tables = {
            name: rows(
                data,
                initial=[
                    row.initial_of(param)
                    for param in known.get("backend_params", [])
                    if param["origin"] == row.origin
                ],
                prefix=self.prefixed(name),
            )
            for name, (rows, row) in _TABLES.items()
        }

    def prefixed(self, name: str) -> str:
        return f"{self.prefix}-{name}" if self.prefix else name

    @property
    def formsets(self) -> list[RowFormSet]:
        return [self.headers, self.group_urls, *self.tables.values()]

    def url(self) -> list[forms.BoundField]:
        return [self[name] for name in ("method", "protocol", "channel", "address")]

    @property
    def only_http(self) -> str:
        """When parts that are no fields are shown, as `show_if` has it."""
        return self.add_prefix("backend_type=HTTP")

    @property
    def by_any_channel(self) -> str:
        return self.add_prefix(_BY_CHANNEL)

    @property
    def only_groups(self) -> str:
        return self.add_prefix(f"by_channel={BY_GROUP}")

    @property
    def only_mock(self) -> str:
        return self.add_prefix("backend_type=MOCK")

    @property
    def not_mock(self) -> str:
        return self.add_prefix("backend_type=HTTP|FUNCTION")

    @property
    def room(self) -> int:
        """How many parameters may still be added."""
        rows = sum(
            bool(row["name"].value())
            for table in self.tables.values()
            for row in table.forms
        )
        return max(limits.limit("API_PARAM_NUM_LIMIT") - rows, 0)

    def above(self) -> list[forms.BoundField]:
        """What stands before the URL."""
        return [self["by_channel"]]

    def below(self) -> list[forms.BoundField]:
        function = ("function", "target", "invocation_type", "network_type")
        tls = ("enable_client_ssl", "ca_content")
        names = ("proxy_host", *function, "timeout", "retries", *tls)
        mock = ("status_code", "result_content")
        return [self[name] for name in (*names, *mock)]

    def guard(self) -> list[forms.BoundField]:
        names = ("guarded", "authorizer_id", "backend_remark")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.headers.is_valid():
            raise ValidationError("Headers: correct the marked rows.")
        if not self.group_urls.is_valid():
            raise ValidationError("Group URLs: correct the marked rows.")
        for table in self.tables.values():
            if not table.is_valid():
                raise ValidationError("Parameters: correct the marked rows.")
        if not self.errors:
            # Only rules that need nothing but this backend; the rest the model has.
            read_backend(self.kind, self.document())
        return self.cleaned_data

    @property
    def kind(self) -> str:
        return str(self.cleaned_data["backend_type"])

    def document(self) -> Document:
        """The backend as the API's document has it."""
        data = self.cleaned_data
        guard = data.get("authorizer_id") if data.get("guarded") else None
        if data.get("guarded") and guard is None:
            raise ValidationError(
                {"authorizer_id": "Backend Authorizer: choose one, or leave it out."}
            )
        own = {"HTTP": self._http, "FUNCTION": self._function, "MOCK": self._mock}
        document = own[self.kind]() | {"authorizer_id": guard.pk if guard else ""}
        described = {"remark": data["backend_remark"]}
        return {"version": data["edition"]} | document | described

    def params(self) -> list[Document]:
        """The parameters that this backend is sent."""
        tables = self.tables.values()
        return [row.document() for table in tables for row in table.filled()]

    def _http(self) -> Document:
        data = self.cleaned_data
        status, channel = data["by_channel"] or BY_ADDRESS, data["channel"]
        info = {
            "vpc_channel_id": channel.pk if channel else "",
            "vpc_channel_proxy_host": data["proxy_host"],
        }
        document = {member: data[name] for name, member in NAMES.items()}
        https = data["protocol"] == "HTTPS"
        groups = [row.document() for row in self.group_urls.filled()]
        return document | {
            "timeout": data["timeout"],
            "retry_count": str(-1 if data["retries"] is None else data["retries"]),
            "enable_client_ssl": data["enable_client_ssl"] and https,
            "ca_content": data["ca_content"] if https else "",
            "vpc_channel_status": status,
            "vpc_channel_info": info if status != BY_ADDRESS else None,
            "member_group_url_infos": groups if status == BY_GROUP else [],
        }

    def _function(self) -> Document:
        data = self.cleaned_data
        function, (version, alias) = data["function"], chosen(data["target"])
        for found in (version, alias):
            if found is not None and found.function_id != (function and function.pk):
                raise ValidationError(
                    {"target": f"Version/Alias: {found} belongs to another function."}
                )
        return {
            "function_urn": function.func_urn if function else "",
            "version": version.version if version else LATEST,
            "alias_urn": alias.alias_urn if alias else "",
            "invocation_type": data["invocation_type"] or "sync",
            "network_type": data["network_type"] or "V1",
            "timeout": data["timeout"],
        }

    def _mock(self) -> Document:
        data = self.cleaned_data
        return {
            "status_code": data["status_code"],
            "result_content": data["result_content"].replace("\r\n", "\n"),
            "headers": [
                {key: row[key] for key in ("name", "value", "remark")}
                for row in self.headers.rows()
            ],
        }
