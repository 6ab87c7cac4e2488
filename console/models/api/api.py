"""API definitions (reference: api.md section 2).

A saved definition is a draft: callers get what was published (`release.py`).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse

from console import limits
from console.models.api.backends import (
    DOCUMENTS,
    METHODS,
    Document,
    paths,
    read_backend,
)
from console.models.api.params import (
    Declared,
    read_backend_params,
    read_req_params,
)
from console.models.api.paths import check_path, path_shape
from console.models.api.policies import FIELDS, read_policies
from console.models.api.shape import code_of
from console.models.api.use import BackendUse, uses
from console.models.authorizer import Authorizer
from console.models.base import CJK, Noun, rule
from console.models.group import ApiGroup
from console.models.response import GatewayResponse

MAX_TEXT = 20_480
CONTENT_TYPES = (
    "application/json",
    "application/xml",
    "multipart/form-data",
    "text/plain",
)
_TAG = re.compile(rf"[A-Za-z{CJK}][A-Za-z0-9{CJK}_*#%.:-]{{0,127}}\Z")
# What publishing freezes besides ids of others: it decides how calls are answered, or
# tells callers about it.
_FROZEN = (
    "name",
    "type",
    "version",
    "req_method",
    "req_protocol",
    "req_uri",
    "match_mode",
    "auth_type",
    "auth_opt",
    "authorizer_id",
    "response_id",
    "cors",
    "tags",
    "remark",
    "content_type",
    "body_remark",
    "is_send_fg_body_base64",
    "result_normal_sample",
    "result_failure_sample",
    "trace_enabled",
    "sampling_strategy",
    "sampling_param",
    "req_params",
    "backend_type",
    "backend_params",
)


def _long_text(label: str) -> Any:
    return models.TextField(
        label,
        blank=True,
        max_length=MAX_TEXT,
        validators=[MaxLengthValidator(MAX_TEXT)],
    )


def _no_app_code() -> dict[str, str]:
    return {"app_code_auth_type": "DISABLE"}


class Api(Noun):
    """An API as last saved.

    Nested documents have the names and values of the management API. Of the backend
    documents and lists of policies only those of `backend_type` are kept.
    """

    class Type(models.IntegerChoices):
        PUBLIC = 1, "Public"
        PRIVATE = 2, "Private"

    class Protocol(models.TextChoices):
        HTTP = "HTTP", "HTTP"
        HTTPS = "HTTPS", "HTTPS"
        BOTH = "BOTH", "HTTP&HTTPS"

    class MatchMode(models.TextChoices):
        NORMAL = "NORMAL", "Exact match"
        SWA = "SWA", "Prefix match"

    class Auth(models.TextChoices):
        APP = "APP", "App"
        IAM = "IAM", "IAM"
        AUTHORIZER = "AUTHORIZER", "Custom"
        NONE = "NONE", "None"

    class Backend(models.TextChoices):
        HTTP = "HTTP", "HTTP&HTTPS"
        FUNCTION = "FUNCTION", "FunctionGraph"
        MOCK = "MOCK", "Mock"

    name = models.CharField(
        "API Name",
        max_length=255,
        validators=[
            rule(
                rf"[a-zA-Z0-9{CJK}][a-zA-Z0-9{CJK}_./():（）：、-]{{2,254}}",
                "API Name: 3 to 255 characters, a letter or digit first; letters, "
                "digits and - _ . / ( ) : are allowed.",
            )
        ],
    )
    group = models.ForeignKey(
        ApiGroup, verbose_name="Group", on_delete=models.PROTECT, related_name="apis"
    )
    type = models.PositiveSmallIntegerField(
        "Visibility", choices=Type, default=Type.PUBLIC
    )
    version = models.CharField(max_length=16, default="V0.0.1", blank=True)
    req_method = models.CharField(
        "Method", max_length=8, choices=[(m, m) for m in METHODS], default="GET"
    )
    req_protocol = models.CharField(
        "Protocol", max_length=5, choices=Protocol, default=Protocol.HTTPS
    )
    req_uri = models.CharField("Path", max_length=512)
    match_mode = models.CharField(
        "Matching", max_length=6, choices=MatchMode, default=MatchMode.NORMAL
    )
    response = models.ForeignKey(
        GatewayResponse,
        verbose_name="Gateway Response",
        on_delete=models.PROTECT,
        related_name="apis",
    )
    tags = models.JSONField("Tags", default=list, blank=True)
    remark = models.CharField("Description", max_length=255, blank=True)
    content_type = models.CharField(
        "Request Body Format",
        max_length=32,
        blank=True,
        choices=[(name, name) for name in CONTENT_TYPES],
    )
    body_remark = _long_text("Request Body Content")
    is_send_fg_body_base64 = models.BooleanField("Base64 Encoding", default=True)
    auth_type = models.CharField(
        "Authentication Mode", max_length=10, choices=Auth, default=Auth.APP
    )
    authorizer = models.ForeignKey(
        Authorizer,
        verbose_name="Custom Authorizer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="apis",
    )
    auth_opt = models.JSONField(default=_no_app_code, blank=True)
    cors = models.BooleanField("CORS", default=False)
    req_params = models.JSONField("Request Parameters", default=list, blank=True)
    backend_type = models.CharField(
        "Backend Type", max_length=8, choices=Backend, default=Backend.MOCK
    )
    backend_api = models.JSONField("HTTP&HTTPS", default=dict, blank=True)
    func_info = models.JSONField("FunctionGraph", default=dict, blank=True)
    mock_info = models.JSONField("Mock", default=dict, blank=True)
    backend_params = models.JSONField("Backend Parameters", default=list, blank=True)
    policy_https = models.JSONField("Backend Policies", default=list, blank=True)
    policy_functions = models.JSONField("Backend Policies", default=list, blank=True)
    policy_mocks = models.JSONField("Backend Policies", default=list, blank=True)
    result_normal_sample = _long_text("Example Success Response")
    result_failure_sample = _long_text("Example Failure Response")
    trace_enabled = models.BooleanField("Tracing", default=False)
    sampling_strategy = models.CharField(
        "Sampling Strategy", max_length=8, default="RATE", choices=[("RATE", "Rate")]
    )
    sampling_param = models.CharField(
        "Sampling Rate (%)",
        max_length=3,
        default="100",
        validators=[rule(r"\d|[1-9]\d|100", "Sampling Rate (%): 0 to 100.")],
    )
    register_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "API"
        ordering = ["group", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"],
                name="api_name",
                violation_error_code="APIG.3202",
                violation_error_message="API Name: the group has an API of this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def two_factor(self) -> bool:
        """A second factor after App or IAM (api.md section 0)."""
        first = self.auth_type in (self.Auth.APP, self.Auth.IAM)
        return first and self.authorizer_id is not None

    @property
    def simple_authentication(self) -> bool:
        """Whether an AppCode may stand in for the signature."""
        return bool(self.auth_opt.get("app_code_auth_type") == "HEADER")

    @property
    def backend(self) -> Document:
        """The document of the default backend."""
        document: Document = getattr(self, DOCUMENTS[self.backend_type][0])
        return document

    @property
    def policies(self) -> list[dict[str, Any]]:
        """The backend policies, in the order they are tried."""
        found: list[dict[str, Any]] = getattr(self, FIELDS[self.backend_type])
        return found

    def get_absolute_url(self) -> str:
        return reverse("api-detail", args=[self.pk])

    def definition(self) -> dict[str, Any]:
        """What publishing freezes."""
        document, policies = DOCUMENTS[self.backend_type][0], FIELDS[self.backend_type]
        return {name: getattr(self, name) for name in (*_FROZEN, document, policies)}

    def save(self, *args: Any, **kwargs: Any) -> None:
        adding = self._state.adding
        super().save(*args, **kwargs)
        if not adding:
            self.uses.all().delete()
        BackendUse.objects.bulk_create(uses(self))

    def clean(self) -> None:
        limits.check_room("API_NUM_LIMIT", self)
        siblings = Api.objects.filter(group=self.group_id)
        limits.check_room("API_NUM_LIMIT_PER_GROUP", self, siblings)
        check_path(self.req_uri, self.match_mode)
        self._check_tags()
        self._check_authorizer()
        self._check_body()
        self._check_response()
        self._check_parameters()
        self._check_route()

    def _check_tags(self) -> None:
        if not isinstance(self.tags, list):
            raise ValidationError({"tags": "Tags: a list of texts."})
        limits.check("API_TAG_NUM_LIMIT", len(self.tags), field="tags")
        for tag in self.tags:
            if not isinstance(tag, str) or not _TAG.match(tag):
                raise ValidationError(
                    {
                        "tags": f"Tags: {tag}: 1 to 128 letters, digits and "
                        "_ - * # % . : are allowed, a letter first."
                    }
                )

    def _check_authorizer(self) -> None:
        """Who checks callers besides the mode itself; what does not fit is reset."""
        if self.auth_type == self.Auth.AUTHORIZER and self.authorizer is None:
            raise ValidationError(
                {"authorizer": "Custom Authorizer: choose one for this mode."}
            )
        if self.auth_type == self.Auth.NONE:
            self.authorizer = None
        if self.authorizer and self.authorizer.type != Authorizer.Type.FRONTEND:
            raise ValidationError(
                {"authorizer": "Custom Authorizer: choose a frontend authorizer."}
            )
        given = {} if self.auth_opt in ("", None) else self.auth_opt
        if not isinstance(given, dict):
            raise ValidationError({"auth_opt": "Simple Authentication: an object."})
        option = given.get("app_code_auth_type") or "DISABLE"
        if option not in ("DISABLE", "HEADER"):
            raise ValidationError(
                {"auth_opt": "Simple Authentication: DISABLE or HEADER."}
            )
        on = option if self.auth_type == self.Auth.APP else "DISABLE"
        self.auth_opt = {"app_code_auth_type": on}

    def _check_body(self) -> None:
        if not self.is_send_fg_body_base64 and self.content_type != CONTENT_TYPES[0]:
            raise ValidationError(
                {
                    "is_send_fg_body_base64": "Base64 Encoding: it can be off only "
                    "with the Request Body Format application/json."
                }
            )

    def _check_response(self) -> None:
        if not self.response_id or not self.group_id:
            return
        if self.response.group_id != self.group_id:
            raise ValidationError(
                {"response": "Gateway Response: choose one of the API's own group."}
            )

    def _check_parameters(self) -> None:
        """Parameters and backends, each complete afterwards."""
        with _field("req_params", "Request Parameters"):
            self.req_params = read_req_params(self.req_params, self.req_uri)
            produced = _check_orchestrations(self.req_params)
        for kind, (document, _) in DOCUMENTS.items():
            if kind != self.backend_type:
                setattr(self, document, {})
                setattr(self, FIELDS[kind], [])
        if self.backend_type not in DOCUMENTS:
            return
        declared = Declared(
            frozenset(param["name"].lower() for param in self.req_params),
            frozenset(produced),
            self.authorizer is not None,
        )
        self._check_backend(declared)
        self._check_policies(declared)

    def _check_backend(self, declared: Declared) -> None:
        document, label = (
            DOCUMENTS[self.backend_type][0],
            self.get_backend_type_display(),
        )
        with _field(document, label):
            setattr(self, document, read_backend(self.backend_type, self.backend))
        with _field("backend_params", "Backend Parameters"):
            self.backend_params = read_backend_params(
                self.backend_params,
                declared,
                paths(self.backend),
                guarded=bool(self.backend["authorizer_id"]),
            )

    def _check_policies(self, declared: Declared) -> None:
        field = FIELDS[self.backend_type]
        with _field(field, "Backend Policies"):
            policies = read_policies(self.backend_type, self.policies, declared)
            setattr(self, field, policies)

    def _check_route(self) -> None:
        """No two APIs of a group may answer to the same calls."""
        others = Api.objects.filter(
            group_id=self.group_id,
            req_method=self.req_method,
            match_mode=self.match_mode,
        ).exclude(pk=self.pk)
        shape = path_shape(self.req_uri)
        for name, uri in others.values_list("name", "req_uri"):
            if path_shape(uri) == shape:
                text = (
                    "Path: an API of this group already has this method, path and "
                    f"matching: {name}"
                )
                raise ValidationError(
                    {"req_uri": ValidationError(text, code="APIG.3301")}
                )


@contextmanager
def _field(name: str, label: str) -> Iterator[None]:
    """Says which field a broken rule is about."""
    try:
        yield
    except ValidationError as error:
        text = f"{label}: {error.messages[0]}"
        raise ValidationError(
            {name: ValidationError(text, code=code_of(error))}
        ) from None


def _check_orchestrations(params: list[dict[str, Any]]) -> set[tuple[str, str]]:
    # Rules know the APIs that use them, so they are loaded after this module.
    from console.models.orchestration import check_use

    return check_use(params)
