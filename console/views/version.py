"""A function's Version tab: list, publish, look at one, delete."""

from typing import Any

from django.urls import reverse

from console.forms.version import PublishForm
from console.models import Api, Function, Version
from console.views import generic
from console.views.function import FunctionPage, callers, version_names
from gateway.functions.runtimes import host


class VersionList(FunctionPage):
    template_name = "version/list.html"
    tab = "Version"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.object.versions.prefetch_related(
            "aliases", "additional_aliases", "authorizers", "backend_uses__api"
        )
        return super().get_context_data(
            versions=[(row, users(row)) for row in rows],
            latest_users=latest_users(self.object),
            **kwargs,
        )


class VersionPublish(generic.Ask):
    """Publish new version: a frozen copy of what is deployed."""

    model = Version
    verb = "add"
    about = Function
    form_class = PublishForm
    title = "Publish New Version"
    template_name = "function/form.html"
    submit_label = "Publish"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(function=self.target, **kwargs)

    def act(self, data: dict[str, Any]) -> str:
        made = Version.publish(self.target, data["version"], data["description"])
        return f"Published {made}. Its code and configuration never change."

    def get_success_url(self) -> str:
        return reverse("version-list", args=[self.target.pk])


class VersionDetail(generic.Detail):
    model = Version
    queryset = Version.objects.select_related("function", "package")
    template_name = "version/detail.html"

    def get_title(self) -> str:
        return f"{self.object.function} {self.object}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.object
        files = version.package.files()
        return super().get_context_data(
            function=version.function,
            version_names=version_names(version.function),
            facts=_facts(version),
            variables=_variables(version),
            files=[(path, _text(files[path])) for path in sorted(files)],
            **kwargs,
        )


class VersionDelete(generic.Delete):
    model = Version

    def dependents(self) -> generic.Dependents:
        return users(self.object)

    def get_success_url(self) -> str:
        return reverse("version-list", args=[self.object.function_id])


def users(version: Version) -> generic.Dependents:
    """(label, URL) of what names a version."""
    named = [(f"Alias {a}", a.get_absolute_url()) for a in version.aliases.all()]
    shares = [
        (f"Alias {alias}, {alias.weight}%", alias.get_absolute_url())
        for alias in version.additional_aliases.all()
    ]
    return [*named, *shares, *callers(version)]


def latest_users(function: Function) -> generic.Dependents:
    """(label, URL) of what calls a function without naming a version."""
    aliases = function.aliases.filter(version=None)
    guards = function.authorizers.filter(version=None, alias=None)
    uses = function.backend_uses.filter(version=None, alias=None)
    apis = Api.objects.filter(uses__in=uses).distinct()
    return [
        *((f"Alias {alias}", alias.get_absolute_url()) for alias in aliases),
        *((f"Custom authorizer {guard}", guard.get_absolute_url()) for guard in guards),
        *((f"API {api}", api.get_absolute_url()) for api in apis),
    ]


def _facts(version: Version) -> list[tuple[str, str]]:
    known = version.configuration
    return [
        ("Runtime", host().describe(known["runtime"])),
        ("Handler", known["handler"]),
        ("Execution Timeout", f"{known['timeout']} s"),
        ("Memory", f"{known['memory_size']} MB"),
        ("Max. Instances", known["concurrency"]),
        ("Initializer", known["initializer_handler"]),
        ("Initialization Timeout", f"{known['initializer_timeout']} s"),
        ("Network Access", "on" if known["network"] else "off"),
        ("Description", version.description),
    ]


def _variables(version: Version) -> list[tuple[str, str]]:
    hidden = [(key, "********") for key in version.encrypted_user_data]
    return sorted([*version.configuration["user_data"].items(), *hidden])


def _text(content: bytes) -> str | None:
    """The text of a file; None when it is not text."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
