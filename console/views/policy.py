"""API Policies > Policies: every policy that can be bound, and which to create."""

from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console import access
from console.models import POLICIES, Throttle
from console.models.binding import Policy
from console.models.plugin import types
from console.templatetags.policies import address
from console.views import generic
from gateway.policies import registry

TRADITIONAL = {
    "throttle": (
        "Request Throttling",
        "Limits calls to an API by API, user, credential and address.",
    ),
    "acl": (
        "Access Control",
        "Lets addresses or accounts call, or keeps them from calling.",
    ),
    "signature": (
        "Signature Key",
        "Signs what the gateway sends, so that a backend knows who sent it.",
    ),
}


class PolicyList(generic.List):
    """All types in one table; `type` in the URL is a noun, or a plug-in's type."""

    model = Throttle
    title = "API Policies"
    template_name = "policy/list.html"

    def get_queryset(self) -> Any:
        wanted = self.request.GET.get("type", "")
        text = self.request.GET.get("q", "").strip()
        parts = [_rows(model, wanted, text) for model in POLICIES if self._may(model)]
        return parts[0].union(*parts[1:]).order_by("title")

    def _may(self, model: type[Policy]) -> bool:
        return access.may(self.request.user, "view", model)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(types=_types(), **kwargs)
        names = dict(_types())
        for row in context["page_obj"].object_list:
            row["type"] = names.get(row["kind"], row["kind"])
            row["url"] = reverse(f"{row['noun']}-detail", args=[row["pk"]])
            row["edit_url"] = address(f"{row['noun']}-edit", row["pk"])
            # Throttling policies and signature keys cannot be cloned.
            row["clone_url"] = address(f"{row['noun']}-clone", row["pk"])
            row["delete_url"] = reverse(f"{row['noun']}-delete", args=[row["pk"]])
        return context


class PolicyTypes(generic.Guarded):
    """Select Policy Type."""

    model = Throttle
    verb = "add"

    def get(self, request: HttpRequest) -> HttpResponse:
        plugins = [
            (kind.TITLE, kind.ABOUT, f"{reverse('plugin-create')}?type={name}")
            for name, kind in registry.PLUGINS.items()
        ]
        traditional = [
            (label, text, address(f"{noun}-create"))
            for noun, (label, text) in TRADITIONAL.items()
            if address(f"{noun}-create")
        ]
        groups = [("Plug-ins", plugins), ("Traditional Policies", traditional)]
        context = {"title": "Select Policy Type", "groups": groups}
        return render(request, "policy/types.html", context)


def _types() -> list[tuple[str, str]]:
    return [(noun, label) for noun, (label, _) in TRADITIONAL.items()] + types()


def _rows(model: type[Policy], wanted: str, text: str) -> QuerySet[Any]:
    """The policies of a noun in the columns that all have."""
    rows: QuerySet[Any] = model.objects.order_by()  # type: ignore[attr-defined]
    if text:
        rows = rows.filter(**{f"{model.title_field}__icontains": text})
    kind: Any = Value(model.noun)
    if model.noun == "plugin":
        kind = F("plugin_type")
    rows = rows.annotate(
        title=F(model.title_field),
        kind=kind,
        noun=Value(model.noun),
        bound=Count("bindings"),
        updated=F("update_time"),
    )
    if wanted:
        rows = rows.filter(kind=wanted)
    return rows.values("pk", "title", "kind", "noun", "bound", "updated")
