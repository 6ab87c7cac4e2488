"""Request throttling policies, and who is excluded from them."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from console.forms.throttle import SpecialForm, ThrottleForm
from console.models import Credential, Throttle, ThrottleSpecial
from console.views import generic
from console.views.binding import PolicyDelete, PolicyDetail


class ThrottleEdit(generic.Edit):
    model = Throttle
    form_class = ThrottleForm
    template_name = "policy/form.html"
    done = "Saved. The next call is counted by it."

    def get_list_url(self) -> str:
        return reverse("policy-list")


class ThrottleDetail(PolicyDetail):
    model = Throttle
    template_name = "throttle/detail.html"

    def facts(self) -> list[tuple[str, Any]]:
        policy = self.object
        per = f"per {policy.time_interval} {policy.get_time_unit_display().lower()}"
        return [
            ("Counting", policy.get_type_display()),
            ("Max. API Requests", f"{policy.api_call_limits:,} {per}"),
            ("Max. User Requests", policy.user_call_limits or ""),
            ("Max. Credential Requests", policy.app_call_limits or ""),
            ("Max. IP Address Requests", policy.ip_call_limits or ""),
            ("Description", policy.remark),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        specials = self.part(self.object.specials.all(), "specials")
        known = [special.object_id for special in specials]
        names = dict(Credential.objects.filter(pk__in=known).values_list("pk", "name"))
        for special in specials:
            special.object_name = names.get(special.object_id, "")
        return super().get_context_data(specials=specials, **kwargs)


class ThrottleDelete(PolicyDelete):
    model = Throttle


class SpecialEdit(generic.Edit):
    """Exclude a credential or tenant of the policy in the URL."""

    model = ThrottleSpecial
    form_class = SpecialForm
    template_name = "policy/form.html"

    def get_verb(self) -> str:
        return "add"

    def get_object(self, queryset: Any = None) -> Any:
        return None

    @cached_property
    def throttle(self) -> Throttle:
        return get_object_or_404(Throttle, pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"Exclude from {self.throttle}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"throttle": self.throttle}

    def get_cancel_url(self) -> str:
        return self.throttle.get_absolute_url()

    def get_success_url(self) -> str:
        return self.throttle.get_absolute_url()


class SpecialDelete(generic.Act):
    model = ThrottleSpecial
    verb = "delete"

    def act(self, target: ThrottleSpecial) -> str:
        target.delete()
        return f"{target} is no longer excluded."

    def get_next_url(self, target: ThrottleSpecial) -> str:
        return target.throttle.get_absolute_url()
