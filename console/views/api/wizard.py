"""Create API and Modify: frontend, then backend (console.md sections E2 and E3)."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from console.forms.api import BackendForm, FrontendForm
from console.models import Api, ApiGroup
from console.views import generic


class ApiWizard(generic.Guarded):
    """Create or modify an API: frontend, then backend.

    Both steps are one POST form, so nothing typed is ever lost: the step that is
    not shown travels along as hidden fields. `step` says which one was shown.
    """

    model = Api

    def get_verb(self) -> str:
        return "change" if "pk" in self.kwargs else "add"

    @property
    def existing(self) -> Api | None:
        pk = self.kwargs.get("pk")
        return get_object_or_404(Api, pk=pk) if pk else None

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        initial = {"group": request.GET["group"]} if request.GET.get("group") else {}
        frontend = FrontendForm(instance=self.existing or Api(), initial=initial)
        return self._show(frontend, BackendForm(instance=self.existing or Api()), 1)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        api = self.existing or Api()
        frontend = FrontendForm(request.POST, instance=api)
        if request.POST.get("step") == "1":
            backend = _carried(request.POST, api)
            return self._show(frontend, backend, 2 if frontend.is_valid() else 1)
        backend = BackendForm(request.POST, instance=api)
        if "back" in request.POST:
            return self._show(frontend, backend, 1)
        if not frontend.is_valid():
            return self._show(frontend, backend, 1)
        if not backend.is_valid():
            return self._show(frontend, backend, 2)
        with transaction.atomic():
            api.save_valid()
        messages.success(request, "Saved. Publish it to make it live.")
        return redirect(api)

    def _show(
        self, frontend: FrontendForm, backend: BackendForm, step: int
    ) -> HttpResponse:
        api = self.existing
        context = {
            "title": f"Modify {api}" if api else "Create API",
            "frontend": frontend,
            "backend": backend,
            "step": step,
            "groups": ApiGroup.objects.all(),
            "cancel_url": api.get_absolute_url() if api else reverse("api-list"),
        }
        return render(self.request, "api/wizard.html", context)


def _carried(data: QueryDict, api: Api) -> BackendForm:
    """Step 2 with what was typed there before Previous, or as saved."""
    if "backend_type" in data:
        return BackendForm(data, instance=api)
    return BackendForm(instance=api)
