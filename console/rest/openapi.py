"""Import and export of APIs as OpenAPI documents (reference: api.md section 9.1)."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from console import models, openapi
from console.openapi import files
from console.openapi.exporting import DEFINES, VERSIONS
from console.rest import errors
from console.rest.absent import Reference, absent, all_found, found
from console.rest.resources import Endpoint
from console.rest.serializers import Text
from console.rest.wire import Json
from console.views.openapi import as_file


class Choice(serializers.Serializer):
    """What to export."""

    env_id = Reference(models.Environment)
    group_id = Reference(models.ApiGroup)
    define = serializers.ChoiceField(DEFINES, default="spec")
    type = serializers.ChoiceField(("json", *files.YAML_TYPES), default="json")
    version = Text(required=False, allow_blank=True, max_length=64, default="")
    apis = serializers.ListField(child=Text(), default=list)


class Upload(serializers.Serializer):
    """The parts of an import: texts, as forms have them, and the file."""

    is_create_group = serializers.BooleanField(default=True)
    group_id = serializers.CharField(required=False, allow_blank=True)
    extend_mode = serializers.ChoiceField(("merge", "override"), default="merge")
    api_mode = serializers.ChoiceField(("merge", "override"), default="merge")
    simple_mode = serializers.BooleanField(default=False)
    mock_mode = serializers.BooleanField(default=False)
    file_name = serializers.FileField(allow_empty_file=True)


class Exports(Endpoint):
    """Reading APIs, if in another form."""

    model = models.Api
    verbs: ClassVar[Mapping[str, str]] = {"create": "view", "start": "view"}

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        text, name, kind = self._file()
        return as_file(text, name, kind)

    def start(self, request: Request, **kwargs: Any) -> Response:
        return _task(models.Task.Type.EXPORT, self._result, self)

    def _result(self) -> dict[str, str]:
        text, name, kind = self._file()
        return {"FileName": name, "FileType": f".{kind}", "Comment": text}

    def _file(self) -> tuple[str, str, str]:
        """Text, name and ending of the file that is asked for."""
        given, version = self.given(Choice), self.request.query_params
        oas_version = version.get("oas_version") or "2.0"
        if oas_version not in VERSIONS:
            raise errors.invalid("oas_version")
        group, env, now = given["group_id"], given["env_id"], timezone.localtime()
        all_found(models.Api, given["apis"])
        wanted = openapi.Wanted(
            group,
            env,
            now,
            given["define"],
            oas_version,
            given["version"],
            given["apis"],
        )
        name = openapi.file_name(group.name, env.name, given["define"], now)
        text = files.write(openapi.export(wanted), given["type"])
        return text, name, given["type"]


class Imports(Endpoint):
    """Each API that can be imported is; the reply says which could not."""

    model = models.Api
    verbs: ClassVar[Mapping[str, str]] = {"create": "add", "start": "add"}
    parser_classes: ClassVar[list[type[BaseParser]]] = [MultiPartParser, Json]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not openapi.may_import(request.user):
            raise PermissionDenied

    def create(self, request: Request, **kwargs: Any) -> Response:
        return Response(self._result())

    def start(self, request: Request, **kwargs: Any) -> Response:
        return _task(models.Task.Type.IMPORT, self._result, self)

    def _result(self) -> dict[str, Any]:
        given = self.given(Upload)
        mode = openapi.Mode(
            self._group(given),
            override_apis=given["api_mode"] == "override",
            override_extended=given["extend_mode"] == "override",
            simple=given["simple_mode"],
            mock=given["mock_mode"],
        )
        return openapi.load(given["file_name"].read(files.MAX_BYTES + 1), mode).shown()

    def _group(self, given: dict[str, Any]) -> models.ApiGroup | None:
        """None for a new one."""
        if given["is_create_group"]:
            return None
        if not given.get("group_id"):
            raise errors.invalid("group_id", "required")
        group: models.ApiGroup = found(models.ApiGroup, given["group_id"])
        return group


class Tasks(Endpoint):
    """What came of an import or export."""

    model = models.Api

    def retrieve(self, request: Request, task_id: str, **kwargs: Any) -> Response:
        task = models.Task.objects.filter(pk=task_id).first()
        if task is None:
            raise absent(models.Task, task_id)
        return Response(
            {
                "task_id": task.pk,
                "task_status": task.status,
                "task_type": task.type,
                "task_result": task.result,
            }
        )


def _task(kind: models.Task.Type, work: Any, endpoint: Endpoint) -> Response:
    """Done at once: a task is over before a client can ask for it.

    What fails leaves nothing but the task, which says why.
    """
    models.Task.forget()
    status = models.Task.Status.SUCCEED
    try:
        with transaction.atomic():
            result = work()
    except (ValidationError, APIException) as error:
        status, result = models.Task.Status.FAILED, _failure(error, endpoint)
    task = models.Task(type=kind, status=status, result=json.dumps(result))
    task.save_valid()
    return Response({"task_id": task.pk}, status=202)


def _failure(error: Exception, endpoint: Endpoint) -> dict[str, str]:
    reply = errors.handle(error, {"view": endpoint})
    assert reply is not None
    body: dict[str, str] = reply.data
    return body
