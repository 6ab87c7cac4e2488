"""API definitions (reference: api.md section 2).

A saved definition is a draft: callers get what was published (`release.py`).
"""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse

from console import limits
from console.models.authorizer import Authorizer
from console.models.base import CJK, Noun, rule
from console.models.group import ApiGroup
from console.models.response import GatewayResponse

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "ANY")
MAX_CONTENT = 20_480
_PLACEHOLDER = re.compile(r"\{([A-Za-z][A-Za-z0-9._-]{0,31})\+?\}\Z")
_SEGMENT = re.compile(r"[A-Za-z0-9*%._~!$&'()+,;=:@-]*\Z")
_TAG = re.compile(rf"[A-Za-z{CJK}][A-Za-z0-9{CJK}_*#%.:-]{{0,127}}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}\Z")


class Api(Noun):
    """An API as last saved. `mock_info`: {status_code, result_content, headers}."""

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
        AUTHORIZER = "AUTHORIZER", "Custom"
        NONE = "NONE", "None"

    class Backend(models.TextChoices):
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
    backend_type = models.CharField(
        "Backend Type", max_length=8, choices=Backend, default=Backend.MOCK
    )
    mock_info = models.JSONField(default=dict, blank=True)
    register_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "API"
        ordering = ["group", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"],
                name="api_name",
                violation_error_message="API Name: the group has an API of this name.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def two_factor(self) -> bool:
        return self.auth_type == self.Auth.APP and self.authorizer_id is not None

    def get_absolute_url(self) -> str:
        return reverse("api-detail", args=[self.pk])

    def definition(self) -> dict[str, Any]:
        """What publishing freezes: the fields that decide how calls are answered."""
        return {
            "name": self.name,
            "req_method": self.req_method,
            "req_protocol": self.req_protocol,
            "req_uri": self.req_uri,
            "match_mode": self.match_mode,
            "auth_type": self.auth_type,
            "authorizer_id": self.authorizer_id,
            "response_id": self.response_id,
            "is_send_fg_body_base64": self.is_send_fg_body_base64,
            "backend_type": self.backend_type,
            "mock_info": self.mock_info,
            "type": self.type,
            "tags": self.tags,
            "remark": self.remark,
        }

    def clean(self) -> None:
        limits.check_room("API_NUM_LIMIT", self)
        siblings = Api.objects.filter(group=self.group_id)
        limits.check_room("API_NUM_LIMIT_PER_GROUP", self, siblings)
        check_path(self.req_uri, self.match_mode)
        check_mock(self.mock_info)
        self._check_tags()
        self._check_authorizer()
        if (
            self.response_id
            and self.group_id
            and self.response.group_id != self.group_id
        ):
            raise ValidationError(
                {"response": "Gateway Response: choose one of the API's own group."}
            )
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

    def _check_route(self) -> None:
        """No two APIs of a group may answer to the same calls (APIG.3301)."""
        others = Api.objects.filter(
            group_id=self.group_id,
            req_method=self.req_method,
            match_mode=self.match_mode,
        ).exclude(pk=self.pk)
        shape = path_shape(self.req_uri)
        for name, uri in others.values_list("name", "req_uri"):
            if path_shape(uri) == shape:
                raise ValidationError(
                    {
                        "req_uri": f"Path: {name} of this group already has this "
                        "method, path and matching."
                    }
                )


def route(definition: Mapping[str, Any]) -> tuple[str, str, str]:
    """What no two APIs of a group may share: method, matching and path."""
    shape = path_shape(definition["req_uri"])
    return definition["req_method"], definition["match_mode"], shape


def path_shape(uri: str) -> str:
    """A path with its parameters' names left out: what makes two paths equal."""
    return re.sub(r"\{[^}/]*?(\+?)\}", r"{\1}", uri)


def check_path(uri: str, match_mode: str) -> None:
    """The rules of a frontend path; ValidationError says which one is broken."""
    if not uri.startswith("/"):
        raise ValidationError({"req_uri": "Path: it must start with a slash."})
    segments = uri.split("/")[1:]
    names: set[str] = set()
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        _check_segment(segment, last and match_mode == Api.MatchMode.NORMAL)
        found = _PLACEHOLDER.match(segment)
        if found and found[1].lower() in names:
            raise ValidationError(
                {"req_uri": f"Path: the parameter {found[1]} is there twice."}
            )
        names |= {found[1].lower()} if found else set()


def _check_segment(segment: str, may_take_rest: bool) -> None:
    if segment.endswith("+}") and not may_take_rest:
        raise ValidationError(
            {"req_uri": "Path: {name+} may only end the path of an exact match."}
        )
    if not (_PLACEHOLDER.match(segment) or _SEGMENT.match(segment)):
        raise ValidationError(
            {
                "req_uri": f"Path: {segment}: a segment is either one {{parameter}} "
                "or letters, digits and * % - _ . without spaces."
            }
        )


def check_mock(mock: dict[str, Any]) -> None:
    """The rules of a Mock backend; ValidationError on `mock_info`."""
    if not isinstance(mock, dict):
        raise _no_mock("an object with status_code, result_content and headers.")
    status, content = mock.get("status_code", 200), mock.get("result_content", "")
    if type(status) is not int or not 200 <= status <= 599:
        raise _no_mock("Status Code: a number from 200 to 599.")
    if not isinstance(content, str) or len(content) > MAX_CONTENT:
        raise _no_mock(f"Response: text of at most {MAX_CONTENT} characters.")
    headers = mock.get("headers", [])
    if not isinstance(headers, list) or not all(map(_is_header, headers)):
        raise _no_mock("Headers: a list of objects with name and value.")
    for header in headers:
        _check_header(header["name"], header["value"])


def _is_header(raw: Any) -> bool:
    """Whether the gateway can load it; the rules come after."""
    return isinstance(raw, dict) and all(
        isinstance(raw.get(key), str) for key in ("name", "value")
    )


def _check_header(name: str, value: str) -> None:
    if not _TOKEN.match(name):
        raise _no_mock(f"Header {name}: 1 to 128 letters, digits and - are allowed.")
    if not value.isprintable() or not value.isascii():
        raise _no_mock(f"Header {name}: a value is one line of ASCII characters.")


def _no_mock(text: str) -> ValidationError:
    return ValidationError({"mock_info": text})
