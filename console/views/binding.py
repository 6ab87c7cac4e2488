"""A policy's page, and its bindings to APIs, from the policy's side."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property

from console import bindings
from console.forms.binding import BindForm
from console.models import Api, ApiGroup, Environment
from console.models.base import copy_of, default_name
from console.templatetags.policies import address
from console.views import generic

# What a page of the dialog shows; filters find the others.
SHOWN = 200
# Of every policy that can be cloned; an ending goes after it.
LONGEST_NAME = 64


class PolicyDetail(generic.Detail):
    """Basic information, and the APIs a policy is bound to."""

    template_name = "policy/detail.html"

    def facts(self) -> list[tuple[str, Any]]:
        """(label, value) of what is special about the noun."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        policy = self.object
        bound = policy.bindings.select_related("api__group", "env")
        if env := self.request.GET.get("env"):
            bound = bound.filter(env=env)
        facts = [("Name", policy), ("ID", policy.pk), ("Type", policy.kind)]
        return super().get_context_data(
            policy=policy,
            facts=facts + self.facts(),
            bound=self.part(bound, "bound"),
            environments=Environment.objects.all(),
            clone_url=address(f"{policy.noun}-clone", policy.pk),
            edit_url=address(f"{policy.noun}-edit", policy.pk),
            delete_url=reverse(f"{policy.noun}-delete", args=[policy.pk]),
            bind_url=f"{policy.noun}-bind",
            unbind_url=f"{policy.noun}-unbind",
            **kwargs,
        )


class PolicyDelete(generic.Delete):
    """A bound policy cannot be deleted."""

    def dependents(self) -> generic.Dependents:
        bound = self.object.bindings.select_related("api", "env")
        return [(f"API {b.api} in {b.env}", b.api.get_absolute_url()) for b in bound]

    def get_success_url(self) -> str:
        return reverse("policy-list")


class Clone(generic.Act):
    """A copy under a name of its own, bound to nothing yet."""

    verb = "add"
    model: Any = None

    def act(self, target: Any) -> str:
        made = copy_of(target)
        field = target.title_field
        name = getattr(target, field)[: LONGEST_NAME - 5]
        setattr(made, field, default_name(name))
        made.save_valid()
        self.made = made
        return f"Cloned as {made}. It is bound to no API yet."

    def get_next_url(self, target: Any) -> str:
        return str(getattr(self, "made", target).get_absolute_url())


class Bind(generic.Ask):
    """Select APIs. What would be replaced is shown before it happens."""

    verb = "add"
    about: Any = None
    template_name = "binding/bind.html"
    form_class = BindForm

    @property
    def model(self) -> Any:
        return self.about.binding_model()

    def get_title(self) -> str:
        return f"Bind {self.target} to APIs"

    @cached_property
    def candidates(self) -> Any:
        """Published APIs, as the filters in the URL leave them."""
        asked = self.request.GET
        published: dict[str, Any] = {"releases__status": 1}
        if env := asked.get("env"):
            published["releases__env"] = env
        rows = Api.objects.filter(**published).select_related("group").distinct()
        if text := asked.get("q", "").strip():
            rows = rows.filter(name__icontains=text)
        if group := asked.get("group"):
            rows = rows.filter(group=group)
        return rows

    def get_initial(self) -> dict[str, Any]:
        env = self.request.GET.get("env")
        return super().get_initial() | ({"env": env} if env else {})

    def get_form_kwargs(self) -> dict[str, Any]:
        shown = self.candidates.values("pk")
        if self.request.method != "POST":
            shown = [row["pk"] for row in shown[:SHOWN]]
        candidates = Api.objects.filter(pk__in=shown).select_related("group")
        known = {"candidates": candidates, "policy": self.target}
        return super().get_form_kwargs() | known

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            any_choice=self.candidates.exists(),
            total=self.candidates.count(),
            shown=SHOWN,
            groups=ApiGroup.objects.all(),
            environments=Environment.objects.all(),
            **kwargs,
        )

    def act(self, data: dict[str, Any]) -> str:
        made = bindings.bind(self.target, data["apis"], data["env"])
        return f"Bound to {len(made)} APIs in {data['env']}. The next call obeys it."


class Unbind(generic.Guarded):
    """Unbind those that are ticked, or the one whose button was pressed."""

    verb = "delete"
    about: Any = None
    http_method_names = ["post"]

    @property
    def model(self) -> Any:
        return self.about.binding_model()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        policy = get_object_or_404(self.about, pk=kwargs["pk"])
        chosen = request.POST.getlist("binding")[: bindings.MOST]
        rows = list(policy.bindings.filter(pk__in=chosen))
        if not rows and chosen:
            raise Http404("There is no such binding.")
        for row in rows:
            row.delete()
        if rows:
            messages.success(request, f"Unbound {policy} from {len(rows)} APIs.")
        else:
            messages.error(request, "Tick the APIs to unbind from first.")
        if request.POST.get("side") == "api":
            return redirect("api-policies", pk=rows[0].api_id)
        return redirect(policy)
