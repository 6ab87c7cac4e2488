"""Functions: list, create, import, export, delete, and what their pages share."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import FormView

from console import access, dependents, transfer, urns
from console.forms.function import CreateFunctionForm, DeleteForm, ImportForm
from console.models import Alias, Function, Release, Version
from console.models.version import LATEST
from console.views import generic

TABS = (
    ("Code", "function-detail"),
    ("Version", "version-list"),
    ("Aliases", "alias-list"),
    ("Configuration", "function-configuration"),
    ("Invocations", "function-invocations"),
    ("Used by", "function-users"),
)


class FunctionList(generic.List):
    model = Function
    title = "Functions"
    template_name = "function/list.html"
    search = ("func_name", "id")

    def get_queryset(self) -> Any:
        """Also found by any form of a URN, of a version and an alias too."""
        text = self.request.GET.get("q", "").strip()
        if ":" not in text:
            return super().get_queryset()
        try:
            found = urns.resolve(text).function
        except urns.UnknownFunction:
            return Function.objects.none()
        return Function.objects.filter(pk=found.pk)


class FunctionCreate(generic.Edit):
    model = Function
    form_class = CreateFunctionForm
    title = "Create Function"
    submit_label = "Create Function"
    done = "Created. Paste the code, test it, then deploy."

    def get_title(self) -> str:
        return self.title


class FunctionImport(generic.Titled, generic.Guarded, FormView):
    """A function from a file that Export Function made."""

    model = Function
    verb = "add"
    title = "Import Function"
    template_name = "generic/form.html"
    form_class = ImportForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            submit_label="Import", cancel_url=reverse("function-list"), **kwargs
        )

    def form_valid(self, form: Any) -> HttpResponse:
        self.made = form.made
        messages.success(self.request, form.note())
        return super().form_valid(form)

    def get_success_url(self) -> str:
        return str(self.made.get_absolute_url())


class FunctionExport(generic.Guarded):
    """Export Function: code and configuration, without encrypted values."""

    model = Function

    def get(self, request: HttpRequest, pk: str) -> HttpResponse:
        function = get_object_or_404(Function, pk=pk)
        response = HttpResponse(
            transfer.export(function), content_type="application/zip"
        )
        name = f"{function.func_name}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


class FunctionState(generic.Act):
    """Disable Function, Enable Function."""

    model = Function

    def act(self, target: Function) -> str:
        target.enabled = not target.enabled
        target.save_valid()
        if target.enabled:
            return "Enabled. Calls reach the function again."
        return "Disabled. Every call that needs this function is refused now."


class FunctionDelete(generic.Delete):
    model = Function
    form_class = DeleteForm

    def dependents(self) -> generic.Dependents:
        return callers(self.object)


class FunctionPage(generic.Detail):
    """What the tabs share."""

    model = Function
    tab = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        function = self.object
        tabs = [
            (label, reverse(name, args=[function.pk]), label == self.tab)
            for label, name in TABS
        ]
        return super().get_context_data(
            function=function,
            tabs=tabs,
            version_names=version_names(function),
            may_change=access.may(self.request.user, "change", Function),
            **kwargs,
        )


def version_names(function: Function) -> list[tuple[str, str]]:
    """(name, URL) of latest and of what is published, for the version selector."""
    published = [(v.version, v.get_absolute_url()) for v in function.versions.all()]
    return [(LATEST, function.get_absolute_url()), *published]


def callers(row: Function | Version | Alias) -> generic.Dependents:
    """(label, URL) of what calls it: authorizers, APIs saved or live, policies."""
    guards = [
        (f"Custom authorizer {guard}", guard.get_absolute_url())
        for guard in row.authorizers.all()
    ]
    apis = {use.api for use in row.backend_uses.all()}
    return [
        *guards,
        *sorted((f"API {api}", api.get_absolute_url()) for api in apis),
        *generic.linked_releases(dependents.published(row, apis)),
        *generic.linked("Policy", dependents.plugins_calling(row)),
    ]


class FunctionUsers(FunctionPage):
    """Used by: the authorizers that ask it, the APIs behind them, and its own."""

    template_name = "function/users.html"
    tab = "Used by"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        guards = self.object.authorizers.select_related(
            "function", "version", "alias__function"
        ).prefetch_related("apis__group")
        uses = self.object.backend_uses.select_related("api__group", "version", "alias")
        live = Release.objects.filter(
            Q(api__authorizer__in=guards) | Q(api__in=uses.values("api")),
            status=Release.Status.EFFECTIVE,
        ).select_related("env")
        stages: dict[str, list[str]] = {}
        for release in live:
            stages.setdefault(release.api_id, []).append(release.env.name)
        users = [
            (guard, [(api, stages.get(api.pk, [])) for api in guard.apis.all()])
            for guard in guards
        ]
        backends = [(use, stages.get(use.api_id, [])) for use in uses]
        return super().get_context_data(
            users=users,
            backends=backends,
            plugins=dependents.plugins_calling(self.object),
            **kwargs,
        )
