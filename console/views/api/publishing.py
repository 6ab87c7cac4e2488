"""Publishing an API, taking it offline, its records (console.md section E4)."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console import publish
from console.forms.api import OfflineForm, PublishForm
from console.models import Api, Release
from console.views import generic


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
