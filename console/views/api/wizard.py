"""Create API and Modify: frontend, then backend (console.md sections E2 and E3)."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from console import limits
from console.forms.api import Wizard, arrange
from console.models import Api, ApiGroup, Orchestration
from console.models.api.params import SYSTEM_PARAMETERS
from console.views import generic

# Buttons that change the form and show it again.
ARRANGING = (
    *("back", "add_row", "import", "open", "refresh"),
    *("add_policy", "delete_policy", "move_policy"),
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
        return self._show(Wizard(self.existing or Api(), initial=initial), 1)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        wizard = Wizard(self.existing or Api(), arrange(request.POST))
        step = 1 if request.POST.get("step") == "1" or "back" in request.POST else 2
        if any(button in request.POST for button in ARRANGING):
            wizard.quiet()
            return self._show(wizard, step)
        if step == 1:
            right = wizard.frontend.is_valid()
            if right:
                wizard.quiet()
            return self._show(wizard, 2 if right else 1)
        with transaction.atomic():
            saved = wizard.save()
        if not saved:
            wizard.open_broken()
            return self._show(wizard, 2 if wizard.frontend.is_valid() else 1)
        messages.success(request, "Saved. Publish it to make it live.")
        return redirect(wizard.api)

    def _show(self, wizard: Wizard, step: int) -> HttpResponse:
        api = self.existing
        rules = Orchestration.objects.all()
        context = {
            "title": f"Modify {api}" if api else "Create API",
            "wizard": wizard,
            "frontend": wizard.frontend,
            "step": step,
            "groups": ApiGroup.objects.annotate(count=Count("apis")),
            "room": limits.limit("API_NUM_LIMIT_PER_GROUP"),
            "system_parameters": SYSTEM_PARAMETERS,
            "orchestrations": rules,
            "produced": _produced(rules),
            "cancel_url": api.get_absolute_url() if api else reverse("api-list"),
        }
        return render(self.request, "api/wizard.html", context)


def _produced(rules: Iterable[Orchestration]) -> list[str]:
    """The names of parameters that rules make, for conditions to choose from."""
    made = (rule.orchestration_mapped_param.get("mapped_param_name") for rule in rules)
    return sorted({str(name) for name in made if name})
