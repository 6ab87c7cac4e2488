"""APIs: list, the two-step wizard, page, publishing, authorization."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from console import addresses, publish
from console.forms.api import BackendForm, FrontendForm, OfflineForm, PublishForm
from console.forms.credential import SelectCredentialsForm
from console.models import Api, ApiGroup, Authorization, Release
from console.views import generic
from console.views.credential import bind


class ApiList(generic.List):
    model = Api
    queryset = Api.objects.select_related("group", "authorizer").prefetch_related(
        "releases__env"
    )
    title = "APIs"
    template_name = "api/list.html"
    search = ("name", "id", "req_uri")
    filters = ("group", "req_method", "auth_type")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            groups=ApiGroup.objects.all(), modes=Api.Auth.choices, **kwargs
        )


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


class ApiDetail(generic.Detail):
    model = Api
    queryset = Api.objects.select_related("group", "authorizer__function", "response")
    template_name = "api/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        api = self.object
        live = list(api.releases.filter(status=1).select_related("env"))
        definition = api.definition()
        return super().get_context_data(
            live=live,
            stale=[r for r in live if r.definition != definition],
            frontend_facts=_frontend_facts(api),
            backend_facts=_backend_facts(api),
            headers=api.mock_info.get("headers", []),
            url=_url(api),
            **kwargs,
        )


class ApiDelete(generic.Delete):
    model = Api

    def dependents(self) -> generic.Dependents:
        live = self.object.releases.filter(status=1).select_related("env")
        url = reverse("api-offline", args=[self.object.pk])
        return [
            (f"Published in {release.env}: take it offline first", url)
            for release in live
        ]


class ApiPublish(generic.Ask):
    """Publish Latest Version."""

    model = Release
    verb = "add"
    about = Api
    template_name = "api/publish.html"
    form_class = PublishForm

    def get_title(self) -> str:
        return f"Publish {self.target}"

    def act(self, data: dict[str, Any]) -> str:
        publish.publish(self.target, data["env"], data["remark"])
        return f"Published in {data['env']}: callers get it now."


class ApiOffline(generic.Ask):
    """Take Offline."""

    model = Release
    verb = "change"
    about = Api
    template_name = "api/offline.html"
    form_class = OfflineForm
    submit_label = "Yes"

    def get_title(self) -> str:
        return f"Take {self.target} Offline"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"api": self.target}

    def act(self, data: dict[str, Any]) -> str:
        publish.take_offline(self.target, data["env"])
        return f"Offline in {data['env']}."


class ApiRecords(generic.List):
    """View Publishing Records."""

    model = Release
    template_name = "api/records.html"
    search = ("version_no", "remark")

    @property
    def api(self) -> Api:
        return get_object_or_404(Api, pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Release]:
        return super().get_queryset().filter(api=self.api).select_related("env")

    def get_title(self) -> str:
        return f"Publishing Records of {self.api}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(api=self.api, **kwargs)


class RecordSwitch(generic.Act):
    """Switch Version."""

    model = Release

    def act(self, target: Release) -> str:
        publish.switch_version(target)
        return f"{target.env} now runs version {target.version_no}."

    def get_next_url(self, target: Release) -> str:
        return reverse("api-records", args=[target.api_id])


class ApiCredentials(generic.Ask):
    """Authorize Credentials: who may call, and selecting more."""

    model = Authorization
    about = Api
    template_name = "api/credentials.html"
    form_class = SelectCredentialsForm

    def get_verb(self) -> str:
        return "add" if self.request.method == "POST" else "view"

    def get_title(self) -> str:
        return f"Authorize Credentials for {self.target}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bound = self.target.authorizations.select_related("app", "env")
        return super().get_context_data(bound=bound, **kwargs)

    def get_success_url(self) -> str:
        return reverse("api-credentials", args=[self.target.pk])

    def act(self, data: dict[str, Any]) -> str:
        for app in data["apps"]:
            bind(app, self.target, data["env"])
        return "Authorized. The next call may use it."


def _url(api: Api) -> str:
    """Where callers reach the API on its debugging domain."""
    plain = api.req_protocol == Api.Protocol.HTTP
    scheme = "http" if plain else "https"
    _host, port = addresses.gateway(scheme)
    return f"{scheme}://{api.group.sl_domain}:{port}{api.req_uri}"


def _frontend_facts(api: Api) -> list[tuple[str, Any]]:
    return [
        ("Group", api.group),
        ("Protocol", api.get_req_protocol_display()),
        ("Matching", api.get_match_mode_display()),
        ("Gateway Response", api.response),
        ("Visibility", api.get_type_display()),
        ("Authentication Mode", api.get_auth_type_display()),
        ("Two-Factor Authentication", "On" if api.two_factor else "Off"),
        ("Custom Authorizer", api.authorizer),
        ("Base64 Encoding", "On" if api.is_send_fg_body_base64 else "Off"),
        ("Tags", ", ".join(api.tags)),
        ("Description", api.remark),
    ]


def _backend_facts(api: Api) -> list[tuple[str, Any]]:
    return [
        ("Backend Type", api.get_backend_type_display()),
        ("Status Code", api.mock_info.get("status_code", 200)),
    ]
