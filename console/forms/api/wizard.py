"""The Create API wizard's two steps (reference: console.md sections E2 and E3)."""

import http
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from console.forms.base import (
    NounForm,
    PlainForm,
    rows_of,
    segmented,
    switch,
)
from console.models import Api, ApiGroup, Authorizer, GatewayResponse
from console.models.base import default_name
from console.setup import ensure_default_response


class FrontendForm(NounForm):
    """Step 1: frontend definition and security configuration."""

    tags_text = forms.CharField(
        label="Tags",
        required=False,
        help_text="Several are separated by commas.",
    )
    two_factor = forms.BooleanField(
        label="Two-Factor Authentication",
        required=False,
        widget=switch(),
        help_text="A custom authorizer must allow the call too.",
    )
    show_if = {
        "two_factor": "auth_type=APP",
        "authorizer": "auth_type=AUTHORIZER two_factor=on",
    }

    class Meta:
        model = Api
        fields = (
            "name",
            "group",
            "req_method",
            "req_protocol",
            "req_uri",
            "response",
            "match_mode",
            "remark",
            "is_send_fg_body_base64",
            "type",
            "auth_type",
            "authorizer",
        )
        widgets = {
            "match_mode": segmented(),
            "type": segmented(),
            "auth_type": segmented(),
            "is_send_fg_body_base64": switch(),
            "authorizer": forms.Select(attrs={"aria-required": "true"}),
            "remark": forms.Textarea(attrs={"rows": 2, "maxlength": 255}),
            "req_uri": forms.TextInput(attrs={"placeholder": "/getUserInfo/{userId}"}),
        }
        help_texts = {
            "name": "3 to 255 characters, a letter or digit first.",
            "req_uri": "A segment may be a {parameter}; the last may be {rest+}. Upper "
            "and lower case differ.",
            "match_mode": "A prefix match also takes everything below the path.",
            "auth_type": "App: signed with a credential's key and secret. Custom: a "
            "function decides. None: anyone may call.",
            "is_send_fg_body_base64": "How functions get the request body.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group: Any = self.fields["group"]
        group.empty_label = None
        authorizer: Any = self.fields["authorizer"]
        authorizer.queryset = Authorizer.objects.filter(type="FRONTEND")
        authorizer.empty_label = "Select a custom authorizer"
        self.fields["response"].required = False
        self.initial["tags_text"] = ", ".join(self.instance.tags)
        if self.instance._state.adding:
            self._propose()
        else:
            self.fields["group"].disabled = True
            self.initial["two_factor"] = self.instance.two_factor
        self._offer_responses()

    def _propose(self) -> None:
        """A name, and the group DEFAULT unless the link named another."""
        self.initial["name"] = self.initial["name"] or default_name("API")
        default = ApiGroup.objects.get(is_default=True)
        self.initial["group"] = self.initial["group"] or default.pk

    def _offer_responses(self) -> None:
        """`default` is the chosen group's own; others go by their names."""
        field: Any = self.fields["response"]
        field.queryset = GatewayResponse.objects.filter(default=False)
        field.empty_label = "default"
        if self.instance.response_id and self.instance.response.default:
            self.initial["response"] = None

    def top(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "group")]

    def url(self) -> list[forms.BoundField]:
        """The URL row; the sub-domain, given by the system, stands before Path."""
        return [self[name] for name in ("req_method", "req_protocol")]

    def rest(self) -> list[forms.BoundField]:
        names = ("response", "match_mode", "tags_text", "remark")
        return [self[name] for name in (*names, "is_send_fg_body_base64")]

    def security(self) -> list[forms.BoundField]:
        names = ("type", "auth_type", "two_factor", "authorizer")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        words = re.split(r"[,;\s]+", data.get("tags_text", ""))
        self.instance.tags = [word for word in dict.fromkeys(words) if word]
        self._settle_authorizer(data)
        if data.get("group") and not data.get("response"):
            data["response"] = ensure_default_response(data["group"])
        return data

    def _settle_authorizer(self, data: dict[str, Any]) -> None:
        """With App the switch decides whether the authorizer counts."""
        if data.get("auth_type") != Api.Auth.APP:
            return
        if not data.get("two_factor"):
            data["authorizer"] = None
        elif data.get("authorizer") is None and "authorizer" not in self.errors:
            self.add_error(
                "authorizer",
                "Custom Authorizer: choose one, or turn Two-Factor Authentication off.",
            )


class HeaderRow(PlainForm):
    name = forms.CharField(label="Name", max_length=128)
    value = forms.CharField(label="Value", max_length=1024)
    remark = forms.CharField(label="Description", max_length=255, required=False)


HeaderRows = rows_of(HeaderRow, most=10)


def _status_choices() -> list[tuple[int, str]]:
    return [(s.value, f"{s.value} {s.phrase}") for s in http.HTTPStatus if s >= 200]


class BackendForm(NounForm):
    """Step 2: the backend; `headers` is a Mock's table of response headers."""

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

    class Meta:
        model = Api
        fields = ("backend_type",)
        widgets = {"backend_type": segmented()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mock = self.instance.mock_info
        self.initial.setdefault("status_code", mock.get("status_code", 200))
        self.initial.setdefault("result_content", mock.get("result_content", ""))
        self.headers = HeaderRows(
            self.data if self.is_bound else None,
            initial=mock.get("headers", []),
            prefix="headers",
        )

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if not self.headers.is_valid():
            raise ValidationError("Headers: correct the marked rows.")
        self.instance.mock_info = {
            "status_code": data.get("status_code", 200),
            "result_content": data.get("result_content", "").replace("\r\n", "\n"),
            "headers": [
                {key: row[key] for key in ("name", "value", "remark")}
                for row in self.headers.rows()
            ],
        }
        return data
