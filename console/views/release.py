"""Publishing: what would change, records, versions, what is live."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console import publish
from console.changes import changes, shown_facts
from console.forms.release import OfflineForm, PublishForm
from console.models import Api, Environment, Release
from console.models.environment import RELEASE_ID
from console.views import generic

# What callers may know of an API: nothing about its backend (api.md section 6.4).
RUNTIME = (
    "name",
    "type",
    "version",
    "req_protocol",
    "req_method",
    "req_uri",
    "match_mode",
    "auth_type",
    "auth_opt",
    "cors",
    "remark",
    "body_remark",
    "content_type",
    "result_normal_sample",
    "result_failure_sample",
    "tags",
    "req_params",
)


def chosen_environment(request: HttpRequest) -> Environment:
    """The environment in the URL, RELEASE when there is none; 404 for another."""
    return get_object_or_404(Environment, pk=request.GET.get("env") or RELEASE_ID)


def environment_tabs(chosen: Environment) -> list[tuple[str, str, bool]]:
    """Every environment as a tab of the page."""
    rows = Environment.objects.all()
    return [(env.name, f"?env={env.pk}", env == chosen) for env in rows]


class ApiPublish(generic.Ask):
    """Publish Latest Version, beside what it would change."""

    model = Release
    verb = "add"
    about = Api
    template_name = "release/publish.html"
    form_class = PublishForm

    def get_title(self) -> str:
        return f"Publish {self.target}"

    def get_initial(self) -> dict[str, Any]:
        return {"env": chosen_environment(self.request).pk}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        env = chosen_environment(self.request)
        live = publish.effective(self.target, env)
        known = live.definition if live else None
        differences = changes(known, self.target.definition())
        return super().get_context_data(
            tabs=environment_tabs(env),
            env=env,
            live=live,
            changes=differences,
            **kwargs,
        )

    def act(self, data: dict[str, Any]) -> str:
        publish.publish(self.target, data["env"], data["remark"])
        return f"Published in {data['env']}: callers get it now."


class ApiOffline(generic.Ask):
    """Take Offline."""

    model = Release
    verb = "change"
    about = Api
    template_name = "release/offline.html"
    form_class = OfflineForm
    submit_label = "Yes"

    def get_title(self) -> str:
        return f"Take {self.target} Offline"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"api": self.target}

    def act(self, data: dict[str, Any]) -> str:
        if data["env"] is None:
            gone = publish.take_offline_everywhere(self.target)
            return f"Offline in {', '.join(str(env) for env in gone)}."
        publish.take_offline(self.target, data["env"])
        return f"Offline in {data['env']}."


class ApiRecords(generic.List):
    """View Publishing Records."""

    model = Release
    template_name = "release/list.html"
    search = ("version_no", "remark")
    filters = ("env",)

    @property
    def api(self) -> Api:
        return get_object_or_404(Api, pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Release]:
        return super().get_queryset().filter(api=self.api).select_related("env")

    def get_title(self) -> str:
        return f"Publishing Records of {self.api}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            api=self.api, environments=Environment.objects.all(), **kwargs
        )


class RecordDetail(generic.Detail):
    """View Details: a version's frozen definition, and how what is live differs."""

    model = Release
    queryset = Release.objects.select_related("api", "env")
    template_name = "release/detail.html"

    def get_title(self) -> str:
        return f"Version {self.object.version_no}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        release = self.object
        live = publish.effective(release.api, release.env)
        other = live if live and live != release else None
        return super().get_context_data(
            facts=shown_facts(release.definition),
            live=other,
            changes=changes(other.definition, release.definition) if other else [],
            **kwargs,
        )


class RecordSwitch(generic.Act):
    """Switch Version."""

    model = Release

    def act(self, target: Release) -> str:
        publish.switch_version(target)
        return f"{target.env} now runs version {target.version_no}."

    def get_next_url(self, target: Release) -> str:
        return reverse("api-records", args=[target.api_id])


class RecordOffline(generic.Act):
    """Take one version offline."""

    model = Release

    def act(self, target: Release) -> str:
        publish.take_version_offline(target)
        return f"Offline in {target.env}."

    def get_next_url(self, target: Release) -> str:
        return reverse("api-records", args=[target.api_id])


class ApiRuntime(generic.Detail):
    """The runtime definition: what callers of an environment can know."""

    model = Api
    queryset = Api.objects.select_related("group")
    template_name = "release/runtime.html"

    def get_title(self) -> str:
        return f"Runtime Definition of {self.object}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        env = chosen_environment(self.request)
        live = publish.effective(self.object, env)
        known = live.definition if live else {}
        definition = {name: known[name] for name in RUNTIME if name in known}
        return super().get_context_data(
            tabs=environment_tabs(env),
            env=env,
            live=live,
            facts=shown_facts(definition),
            **kwargs,
        )
