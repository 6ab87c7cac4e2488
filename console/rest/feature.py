"""Features: what can be configured of the gateway (reference: policies.md section 11).

Those without a configuration are there, or are not: `FLAGS` are the vendor's names of
what this gateway has, `ELSEWHERE` of what it does not have.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer as PlainSerializer

from console import models
from console.features import PARAMETERS
from console.rest.errors import Refusal
from console.rest.resources import Endpoint
from console.rest.serializers import Flag, Text, Time

_TIME = Time()
PAUSE = timedelta(minutes=1)
FLAGS = (
    "app_acl",
    "app_quota",
    "backend_retry_count",
    "breaker",
    "breakerv2",
    "content_type_configurable",
    "cors",
    "gateway_responses",
    "kafka_log",
    "multi_auth",
    "policy_cookie_param",
    "policy_sys_param",
    "rate_limit_algorithm",
    "rate_limit_plugin",
    "route",
    "set_resp_headers",
    "sign_basic",
    "sse_strategy",
    "vpc_backup",
)
ELSEWHERE = frozenset(("lts", "public_key", "sign_aes"))


class Toggle(PlainSerializer):
    name = Text()
    enable = Flag()
    config = Text(required=False, allow_blank=True, allow_null=True)


class Features(Endpoint):
    """What is configured. Configuring is one operation, new or not, as on the page."""

    model = models.Feature
    verbs = {"list": "view", "create": "change"}

    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.page(models.Feature.objects.all(), "features", _shown)

    def create(self, request: Request, **kwargs: Any) -> Response:
        given = self.given(Toggle)
        name = given["name"]
        _check_supported(name)
        row = models.Feature.objects.filter(name=name).first()
        _check_pause(row)
        row = row or models.Feature(name=name)
        row.enable = given["enable"]
        known = row.config or (PARAMETERS[name].default if name in PARAMETERS else "")
        row.config = given.get("config") or known
        row.save_valid()
        return Response(_shown(row), status=201)


class Supported(Endpoint):
    """The names of all that this gateway has."""

    model = models.Feature

    def list(self, request: Request, **kwargs: Any) -> Response:
        return self.page(sorted((*PARAMETERS, *FLAGS)), "features")


def _check_supported(name: str) -> None:
    if name in PARAMETERS:
        return
    if name in ELSEWHERE or name in FLAGS:
        text = f"{name} cannot be configured on this gateway"
        raise Refusal(412, "APIG.3458", text)


def _check_pause(row: models.Feature | None) -> None:
    """Clients may change one but once a minute."""
    if row is not None and timezone.now() - row.update_time < PAUSE:
        text = f"{row.name} was changed less than a minute ago: wait, and try again"
        raise Refusal(409, "APIG.3711", text)


def _shown(row: models.Feature) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "enable": row.enable,
        "config": row.config,
        "instance_id": settings.INSTANCE_ID,
        "update_time": _TIME.to_representation(row.update_time),
    }
