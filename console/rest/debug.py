"""Debugging an API (reference: api.md section 7)."""

import re
from typing import Any
from urllib.parse import unquote

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ChoiceField, DictField, ListField, Serializer

from console import debug, models, proofs
from console.rest import errors
from console.rest.absent import found
from console.rest.resources import Endpoint
from console.rest.serializers import Text

METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"]
MAX_BODY = 2 * 1024 * 1024
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,31}\Z")
_QUERY = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,31}\Z")
_OURS = re.compile(r"x-apig-|x-sdk-|x-stage\Z", re.I)
_OF_A_CALLER = ("x-auth-token", "authorization")


def _values(**kwargs: Any) -> DictField:
    values = ListField(child=Text(allow_blank=True))
    return DictField(child=values, required=False, default=dict, **kwargs)


class Call(Serializer):
    """DEVELOPER runs what is saved, CONSUMER what `stage` has."""

    mode = ChoiceField(["DEVELOPER", "CONSUMER"])
    scheme = ChoiceField(["HTTP", "HTTPS"])
    method = ChoiceField(METHODS)
    path = Text(max_length=1024)
    header = _values()
    query = _values()
    body = Text(required=False, allow_blank=True, default="")
    app_key = Text(required=False, allow_blank=True, default="")
    app_secret = Text(required=False, allow_blank=True, default="")
    domain = Text(required=False, allow_blank=True, max_length=255, default="")
    stage = Text(required=False, allow_blank=True, max_length=64, default="")


class Debug(Endpoint):
    model = models.Api
    verbs = {"create": "change"}
    # Calls of functions and backends must not hold a transaction open.
    atomic = False

    def create(self, request: Request, api_id: str, **kwargs: Any) -> Response:
        api = found(models.Api.objects.select_related("group"), api_id)
        given = self.given(Call)
        _check(given)
        consumer = given["mode"] == "CONSUMER"
        call = debug.DebugCall(
            api,
            (given["stage"] or "RELEASE") if consumer else debug.DRAFT,
            given["method"],
            given["scheme"].lower(),
            unquote(given["path"]),
            _pairs(given["query"]),
            _pairs(given["header"]),
            given["body"].encode(),
            given["domain"] or api.group.sl_domain,
            request.user,
            _signer(given) if consumer else proofs.BY_DEBUGGER,
        )
        trace = debug.run(call)
        return Response(
            {
                "request": trace.request,
                "response": trace.response,
                "latency": round(trace.duration_ms),
                "log": "",
            }
        )


def _check(given: dict[str, Any]) -> None:
    if not given["path"].startswith("/"):
        raise errors.invalid("path")
    if len(given["body"].encode()) > MAX_BODY:
        raise errors.invalid("body", "max_length")
    for name, values in given["header"].items():
        taken = given["mode"] == "CONSUMER" and name.lower() in _OF_A_CALLER
        fits = all(v.isprintable() and v.isascii() for v in values)
        if not _HEADER.match(name) or _OURS.match(name) or taken or not fits:
            raise errors.invalid(f"header.{name}")
    for name in given["query"]:
        if not _QUERY.match(name):
            raise errors.invalid(f"query.{name}")


def _pairs(named: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in named.items() for value in values]


def _signer(given: dict[str, Any]) -> proofs.Signer:
    """A credential, with the secret that was sent: it may be the wrong one."""
    if not given["app_key"]:
        return proofs.BY_NOBODY
    known = models.Credential.objects.filter(app_key=given["app_key"]).first()
    name = known.name if known else "unknown"
    return models.Credential(
        name=name, app_key=given["app_key"], app_secret=given["app_secret"]
    )
