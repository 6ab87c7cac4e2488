"""Import and export of OpenAPI documents (reference: console.md section H)."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.generic import FormView, TemplateView

from console import openapi
from console.forms.openapi import ExportForm, ImportForm
from console.models import Api, ApiGroup, Task
from console.openapi import files
from console.views import generic


class ApiImport(generic.Titled, generic.Guarded, FormView):
    """Import API Design File."""

    model = Api
    verb = "add"
    title = "Import API Design File"
    template_name = "openapi/import.html"
    form_class = ImportForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not openapi.may_import(request.user):
            raise PermissionDenied("You may not change all that a file can bring.")
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        group = self.request.GET.get("group")
        return {"group": group, "into": "existing" if group else "new"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            submit_label="Import Now", cancel_url=reverse("api-list"), **kwargs
        )

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """What came of it is kept as tasks of clients are, and shown."""
        Task.forget()
        result = json.dumps(form.report.shown())
        task = Task(type=Task.Type.IMPORT, status=Task.Status.SUCCEED, result=result)
        task.save_valid()
        return HttpResponseRedirect(reverse("task-detail", args=[task.pk]))


class TaskDetail(generic.Detail):
    """Each API of a file: imported, or why not."""

    model = Task
    queryset = Task.objects.filter(type=Task.Type.IMPORT)
    template_name = "openapi/result.html"
    title = "Import Result"

    def get_title(self) -> str:
        return self.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        result = _object(self.object.result)
        group = ApiGroup.objects.filter(pk=result.get("group_id")).first()
        ids = [one["id"] for one in result.get("success", [])]
        names = dict(Api.objects.filter(pk__in=ids).values_list("pk", "name"))
        made = [
            one | {"name": names.get(one["id"])} for one in result.get("success", [])
        ]
        return super().get_context_data(result=result, made=made, group=group, **kwargs)


class GroupExport(generic.Titled, generic.Guarded, TemplateView):
    """Export: a form, and the file once it is sent; nothing changes by it."""

    model = Api
    template_name = "openapi/export.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.group = get_object_or_404(ApiGroup, pk=kwargs["pk"])
        form = ExportForm(request.GET if "define" in request.GET else None)
        if form.is_valid() and (file := self._file(form)):
            return file
        self.title = f"Export {self.group}"
        return self.render_to_response(
            self.get_context_data(form=form, group=self.group)
        )

    def _file(self, form: ExportForm) -> HttpResponse | None:
        """None, and the form says why, when it cannot be."""
        data, now = form.cleaned_data, timezone.localtime()
        env, define = data["env"], data["define"]
        wanted = openapi.Wanted(
            self.group, env, now, define, data["oas_version"], data["version"]
        )
        try:
            text = files.write(openapi.export(wanted), data["type"])
        except ValidationError as error:
            form.add_error(None, error)
            return None
        name = openapi.file_name(self.group.name, env.name, define, now)
        return as_file(text, name, data["type"])


def as_file(text: str, name: str, kind: str) -> HttpResponse:
    """A document to be saved."""
    content_type = "application/json" if kind == "json" else "application/yaml"
    headers = {
        "Content-Disposition": content_disposition_header(True, f"{name}.{kind}")
    }
    return HttpResponse(text, content_type=content_type, headers=headers)


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}
