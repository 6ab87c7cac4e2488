"""Step 1 of the wizard: frontend definition, security, request parameters.

Reference: console.md section E2.
"""

from typing import Any

from django import forms

from console.forms.api.params import ReqParamRow, ReqParamRows, split_tags
from console.forms.base import NounForm, segmented, switch
from console.models import Api, ApiGroup, Authorizer, GatewayResponse
from console.models.base import default_name
from console.setup import ensure_default_response

TWO_FACTOR = (Api.Auth.APP, Api.Auth.IAM)


class FrontendForm(NounForm):
    """The form and, as `params`, its table of request parameters."""

    tags_text = forms.CharField(
        label="Tags",
        required=False,
        help_text="Several are separated by commas.",
    )
    simple = forms.BooleanField(
        label="Simple Authentication",
        required=False,
        widget=switch(),
        help_text="An AppCode may stand in for the signature, over HTTPS. It counts "
        "once the API is published again.",
    )
    two_factor = forms.BooleanField(
        label="Two-Factor Authentication",
        required=False,
        widget=switch(),
        help_text="A custom authorizer must allow the call too.",
    )
    show_if = {
        "body_remark": "req_method=POST|PUT|PATCH|ANY",
        "simple": "auth_type=APP",
        "two_factor": "auth_type=APP|IAM",
        "authorizer": "auth_type=AUTHORIZER two_factor=on",
        "sampling_strategy": "trace_enabled=on",
        "sampling_param": "trace_enabled=on",
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
            "content_type",
            "body_remark",
            "is_send_fg_body_base64",
            "trace_enabled",
            "sampling_strategy",
            "sampling_param",
            "type",
            "auth_type",
            "authorizer",
            "cors",
        )
        widgets = {
            "match_mode": segmented(),
            "type": segmented(),
            "auth_type": segmented(),
            "is_send_fg_body_base64": switch(),
            "cors": switch(),
            "trace_enabled": switch(),
            "sampling_param": forms.NumberInput(attrs={"min": 0, "max": 100}),
            "authorizer": forms.Select(attrs={"aria-required": "true"}),
            "remark": forms.Textarea(attrs={"rows": 2, "maxlength": 255}),
            "body_remark": forms.Textarea(attrs={"rows": 3}),
            "req_uri": forms.TextInput(attrs={"placeholder": "/getUserInfo/{userId}"}),
        }
        help_texts = {
            "name": "3 to 255 characters, a letter or digit first.",
            "req_uri": "A segment may be a {parameter}; the last may be {rest+}. Upper "
            "and lower case differ. WebSocket goes over HTTP and HTTPS.",
            "match_mode": "A prefix match also takes everything below the path.",
            "auth_type": "App: signed with a credential's key and secret. IAM: signed "
            "by a console user, or with a token. Custom: a function decides. None: "
            "anyone may call.",
            "content_type": "Declared to the backend in place of what a caller says.",
            "body_remark": "Tells callers what to send.",
            "is_send_fg_body_base64": "How functions get the request body. It can be "
            "off only with application/json.",
            "trace_enabled": "Live calls leave a trace of every phase, which Logs "
            "leads to.",
            "sampling_param": "How many of 100 calls: 0 to 100.",
            "cors": "Pages of every origin may read the answers. Preflights need an "
            "API of their own, with the method OPTIONS.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group: Any = self.fields["group"]
        group.empty_label = None
        authorizer: Any = self.fields["authorizer"]
        authorizer.queryset = Authorizer.objects.filter(type="FRONTEND")
        authorizer.empty_label = "Select a custom authorizer"
        content_type: Any = self.fields["content_type"]
        content_type.choices = [("", "Not declared"), *content_type.choices[1:]]
        self.fields["response"].required = False
        self.initial["tags_text"] = ", ".join(self.instance.tags)
        self.initial["simple"] = self.instance.simple_authentication
        if self.instance._state.adding:
            self._propose()
        else:
            self.fields["group"].disabled = True
            self.initial["two_factor"] = self.instance.two_factor
        self._offer_responses()
        self.params = ReqParamRows(
            self.data if self.is_bound else None,
            initial=[ReqParamRow.initial_of(p) for p in self.instance.req_params],
            prefix="params",
        )

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
        body = ("content_type", "body_remark", "is_send_fg_body_base64")
        return [self[name] for name in (*names, *body)]

    def security(self) -> list[forms.BoundField]:
        names = ("type", "auth_type", "simple", "two_factor", "authorizer", "cors")
        return [self[name] for name in names]

    def tracing(self) -> list[forms.BoundField]:
        names = ("trace_enabled", "sampling_strategy", "sampling_param")
        return [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        self.instance.tags = split_tags(data.get("tags_text", ""))
        kind = "HEADER" if data.get("simple") else "DISABLE"
        self.instance.auth_opt = {"app_code_auth_type": kind}
        self._settle_authorizer(data)
        if data.get("group") and not data.get("response"):
            data["response"] = ensure_default_response(data["group"])
        if self.params.is_valid():
            self.instance.req_params = [r.document() for r in self.params.filled()]
        else:
            self.add_error(None, "Request Parameters: correct the marked rows.")
        return data

    def _settle_authorizer(self, data: dict[str, Any]) -> None:
        """With App and IAM the switch decides whether the authorizer counts."""
        if data.get("auth_type") not in TWO_FACTOR:
            return
        if not data.get("two_factor"):
            data["authorizer"] = None
        elif data.get("authorizer") is None and "authorizer" not in self.errors:
            self.add_error(
                "authorizer",
                "Custom Authorizer: choose one, or turn Two-Factor Authentication off.",
            )
