"""The list of APIs, and deleting one."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from console import bindings, dependents, limits, publish
from console.models import Api, ApiGroup, Environment, Plugin, Release
from console.models.api import METHODS
from console.views import generic

UNPUBLISHED = "none"


class ApiList(generic.List):
    """Every API of the gateway; filters are kept in the URL."""

    model = Api
    queryset = Api.objects.select_related("group", "authorizer").prefetch_related(
        "releases__env"
    )
    title = "APIs"
    template_name = "api/list.html"
    search = ("name", "id", "req_uri")
    filters = (
        *("group", "req_method", "req_protocol"),
        *("auth_type", "backend_type", "type"),
    )

    def get_queryset(self) -> QuerySet[Api]:
        rows = super().get_queryset()
        chosen = self.request.GET
        live = Release.objects.filter(status=Release.Status.EFFECTIVE)
        if env := chosen.get("env"):
            if env == UNPUBLISHED:
                rows = rows.exclude(pk__in=live.values("api"))
            else:
                rows = rows.filter(pk__in=live.filter(env=env).values("api"))
        if tag := chosen.get("tag"):
            # A list inside JSON cannot be searched on every database.
            pairs = rows.values_list("pk", "tags")
            rows = rows.filter(pk__in=[pk for pk, tags in pairs if tag in tags])
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tags = {
            t for found in Api.objects.values_list("tags", flat=True) for t in found
        }
        return super().get_context_data(
            choices=[
                ("group", "Group", "All groups", _pairs(ApiGroup.objects.all())),
                ("env", "Environment", "All environments", _environments()),
                ("req_method", "Method", "All methods", [(m, m) for m in METHODS]),
                ("req_protocol", "Protocol", "All protocols", Api.Protocol.choices),
                ("auth_type", "Authentication Mode", "All modes", Api.Auth.choices),
                ("backend_type", "Backend", "All backends", Api.Backend.choices),
                ("type", "Visibility", "Public and private", Api.Type.choices),
                ("tag", "Tag", "All tags", [(t, t) for t in sorted(tags)]),
            ],
            environments=Environment.objects.all(),
            **kwargs,
        )


def _pairs(rows: Iterable[Any]) -> list[tuple[str, str]]:
    return [(row.pk, str(row)) for row in rows]


def _environments() -> list[tuple[str, str]]:
    return [*_pairs(Environment.objects.all()), (UNPUBLISHED, "Not published")]


class ApiBatch(generic.Guarded):
    """Publish, take offline or delete the ticked APIs; each on its own."""

    model = Release
    http_method_names = ["post"]

    def get_verb(self) -> str:
        return "add" if self.request.POST.get("action") == "publish" else "change"

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        most = limits.limit("BATCH_NUM_LIMIT")
        rows = Api.objects.filter(pk__in=request.POST.getlist("api")[:most])
        env = Environment.objects.filter(pk=request.POST.get("env", "")).first()
        action = request.POST.get("action", "")
        if action not in ("publish", "offline") or env is None:
            messages.error(request, "Choose an environment, and what to do there.")
        elif not rows:
            messages.error(request, "Tick the APIs first.")
        else:
            self._each(action, env, rows)
        return redirect(back(request))

    def _each(self, action: str, env: Environment, rows: Iterable[Api]) -> None:
        """One that is refused does not stop the others."""
        done = 0
        for api in rows:
            try:
                if action == "publish":
                    publish.publish(api, env)
                else:
                    publish.take_offline(api, env)
                done += 1
            except ValidationError as error:
                messages.error(self.request, f"{api}: {' '.join(error.messages)}")
        if done:
            what = "Published" if action == "publish" else "Offline"
            messages.success(self.request, f"{what} in {env}: {done}.")


class ApiBatchDelete(generic.Guarded):
    """Asks before the ticked APIs are deleted; published ones stay."""

    model = Api
    verb = "delete"

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        most = limits.limit("BATCH_NUM_LIMIT")
        rows = Api.objects.filter(pk__in=request.POST.getlist("api")[:most])
        live = Release.objects.filter(status=Release.Status.EFFECTIVE).values("api")
        needed = {
            id for plugin in Plugin.objects.all() for id in plugin.routes.values()
        }
        free = rows.exclude(pk__in=live).exclude(pk__in=needed)
        if "confirmed" not in request.POST and rows:
            context = {
                "title": "Delete APIs",
                "free": free,
                "published": rows.filter(pk__in=live),
                "needed": rows.exclude(pk__in=live).filter(pk__in=needed),
            }
            return render(request, "api/batch-delete.html", context)
        count = len(free)
        with transaction.atomic():
            for api in free:
                api.delete()
        messages.success(request, f"Deleted: {count}.")
        return redirect("api-list")


def back(request: HttpRequest) -> str:
    """The list as it was filtered, never another place."""
    query = request.POST.get("query", "")
    return reverse("api-list") + (f"?{QueryDict(query).urlencode()}" if query else "")


class ApiDelete(generic.Delete):
    """A published API stays; with another, what hangs on it goes too."""

    model = Api

    def dependents(self) -> generic.Dependents:
        return self.published() or [*self.authorizations(), *self.policies()]

    def blocked(self) -> bool:
        return bool(self.published())

    def authorizations(self) -> generic.Dependents:
        rows = self.object.authorizations.select_related("app", "env")
        return [
            (
                f"Credential {row.app}, authorized in {row.env}",
                row.app.get_absolute_url(),
            )
            for row in rows
        ]

    def policies(self) -> generic.Dependents:
        return [
            (
                f"Policy {row.policy}, bound in {row.env}: it stays, without this API",
                row.policy.get_absolute_url(),
            )
            for row in bindings.of_api(self.object)
        ]

    def published(self) -> generic.Dependents:
        live = self.object.releases.filter(status=1).select_related("env")
        url = reverse("api-offline", args=[self.object.pk])
        return [
            (f"Published in {release.env}: take it offline first", url)
            for release in live
        ] + [
            (f"A login of policy {row} needs it", row.get_absolute_url())
            for row in dependents.plugins_with_login(self.object)
        ]
