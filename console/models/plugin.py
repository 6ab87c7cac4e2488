"""Plug-ins: policies that are a JSON document (policies.md sections 0.3 and 4).

The gateway's own module of the type says what a document may hold. What it holds
may be secret, so it is encrypted at rest, and secrets are masked when it is read.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from console import limits, urns
from console.models.api import Api
from console.models.api.paths import path_shape
from console.models.base import CJK, rule
from console.models.binding import Binding, Policy
from console.models.channel import Channel
from console.models.fields import MASK, EncryptedTextField
from gateway.policies import cors, registry

MAX_CONTENT = 65_535
# The members of documents that are never shown.
SECRETS = ("client_secret", "sasl_password")
# Types of which there may be few (policies.md section 16).
FEW, FEW_MOST = ("kafka_log", "oidc_auth", "jwt_auth"), 5
# How deep a content may be nested.
MAX_DEPTH = 100
_CHANNELS = ("vpc_channel_id", "vpc_id")
# Where a login comes back to, and leaves by (policies.md section 4.8).
_ROUTES = ("redirect_api_id", "logout_api_id")
LOGIN_ROUTE: dict[str, Any] = {
    "req_method": "GET",
    "req_protocol": "HTTPS",
    "match_mode": "NORMAL",
    "auth_type": "NONE",
    "backend_type": "MOCK",
}


def types() -> list[tuple[str, str]]:
    return [(name, kind.TITLE) for name, kind in registry.PLUGINS.items()]


class Plugin(Policy):
    noun = "plugin"
    title_field = "plugin_name"

    plugin_name = models.CharField(
        "Name",
        max_length=255,
        unique=True,
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_{CJK}-]{{2,254}}",
                "Name: 3 to 255 letters, digits, - and _, a letter first.",
            )
        ],
        error_messages={
            "unique": "A policy with this name already exists.",
        },
    )
    plugin_type = models.CharField("Type", max_length=32, choices=types)
    plugin_scope = models.CharField(
        max_length=8, choices=[("global", "Global")], default="global", editable=False
    )
    plugin_content = EncryptedTextField(
        "Policy Content", validators=[MaxLengthValidator(MAX_CONTENT)]
    )
    remark = models.CharField("Description", max_length=255, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    update_time = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "plug-in"
        ordering = ["plugin_name"]

    @property
    def slot(self) -> str:
        return self.plugin_type

    @property
    def kind(self) -> str:
        return registry.PLUGINS[self.plugin_type].TITLE

    @property
    def document(self) -> Any:
        """The content as it is, secrets and all."""
        return json.loads(self.plugin_content)

    @property
    def masked_document(self) -> Any:
        """The content as it may be shown."""
        return _masked(self.document)

    @property
    def masked_content(self) -> str:
        """The text of that."""
        return json.dumps(self.masked_document, ensure_ascii=False)

    @property
    def channels(self) -> set[str]:
        """The ids of the channels that the content names."""
        return {v for k, v in _members(self.document) if k in _CHANNELS and v}

    @property
    def functions(self) -> set[str]:
        """The URNs of the functions that the content names."""
        return {v for k, v in _members(self.document) if k == "function_urn"}

    @property
    def routes(self) -> dict[str, str]:
        """The APIs that a login needs, by the member that names them."""
        return {k: v for k, v in _members(self.document) if k in _ROUTES and v}

    def write(self, text: str) -> None:
        """Take a content over; a masked secret stays what it was."""
        known = dict(_members(self.document)) if self.plugin_content else {}
        try:
            document = _mapped(
                json.loads(text),
                lambda name, new: known.get(name, "") if new == MASK else new,
            )
            content = json.dumps(document, ensure_ascii=False)
            # The gateway's reader is stricter: it takes no NaN and no half character.
            orjson.loads(content)
        except (ValueError, RecursionError) as error:
            raise _refused(f"it is not JSON: {error}") from None
        self.plugin_content = content

    def clean(self) -> None:
        limits.check_room("PLUGIN_NUM_LIMIT", self)
        same = Plugin.objects.filter(plugin_type=self.plugin_type)
        if self._state.adding and self.plugin_type in FEW and same.count() >= FEW_MOST:
            raise ValidationError(
                {"plugin_type": f"Type: at most {FEW_MOST} policies of this type."}
            )
        if self.plugin_type not in registry.PLUGINS or not self.plugin_content:
            return
        try:
            registry.check(self.plugin_type, self.document)
        except (ValueError, RecursionError) as error:
            raise _refused(str(error)) from None
        self._check_names()

    def _check_names(self) -> None:
        """What the content refers to has to be there."""
        for id in self.channels:
            if not Channel.objects.filter(pk=id).exists():
                raise _refused(f"there is no channel {id}")
        for name, id in self.routes.items():
            api = Api.objects.filter(pk=id).first()
            if api is None:
                raise _refused(f"{name}: there is no API {id}")
            if any(
                getattr(api, field) != value for field, value in LOGIN_ROUTE.items()
            ):
                raise _refused(
                    f"{name}: {api} must be GET over HTTPS, matched exactly, without "
                    "authentication, and with a Mock as backend"
                )
        for urn in self.functions:
            try:
                urns.resolve(urn)
            except urns.UnknownFunction as error:
                raise _refused(str(error)) from None


class PluginBinding(Binding):
    policy = models.ForeignKey(
        Plugin, on_delete=models.PROTECT, related_name="bindings"
    )

    def clean(self) -> None:
        super().clean()
        if self.policy.plugin_type == cors.NAME:
            self._check_cors()

    def _check_cors(self) -> None:
        """One path is answered in one way, whichever of its methods is asked about."""
        allowed = cors.Config.parse(self.policy.document).allow_methods.split(",")
        method = self.api.req_method
        if method not in ("ANY", *allowed) and "*" not in allowed:
            raise ValidationError(
                f"{self.api}: its method {method} is not among Allowed Methods."
            )
        path = path_shape(self.api.req_uri)
        others = type(self.api).objects.filter(group=self.api.group_id)
        for other in others.exclude(pk=self.api_id):
            if path_shape(other.req_uri) != path:
                continue
            if other.req_method == "OPTIONS":
                raise ValidationError(
                    f"{other} answers OPTIONS on the path of {self.api} itself."
                )
            bound = PluginBinding.objects.filter(
                api=other, env=self.env_id, slot=cors.NAME
            ).first()
            if bound and bound.policy_id != self.policy_id:
                raise ValidationError(
                    f"{other} has the path of {self.api} and another CORS policy, "
                    f"{bound.policy}: all APIs of a path need the same."
                )


def _refused(text: str) -> ValidationError:
    return ValidationError({"plugin_content": f"Policy Content: {text}."})


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member with a text, wherever it stands."""
    if isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, str):
                yield name, member
            yield from _members(member)
    elif isinstance(value, list):
        for item in value:
            yield from _members(item)


def _masked(value: Any) -> Any:
    return _mapped(value, lambda name, secret: secret and MASK)


def _mapped(value: Any, change: Callable[[str, str], str], depth: int = 0) -> Any:
    """The value with every secret in it changed; RecursionError for a deep one."""
    if depth > MAX_DEPTH:
        raise RecursionError(f"it is more than {MAX_DEPTH} deep")
    if isinstance(value, list):
        return [_mapped(item, change, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: change(name, member)
        if name in SECRETS and isinstance(member, str)
        else _mapped(member, change, depth + 1)
        for name, member in value.items()
    }
