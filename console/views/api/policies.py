"""Policies of an API: what is bound, and binding more, from the API's side."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from console import access, bindings
from console.forms.binding import ApiPolicyForm
from console.models import Api, ThrottleBinding
from console.models.binding import Binding
from console.views import generic

# Where on the way of a call a policy acts, in the order of `gateway/pipeline.py`.
BEFORE = (
    *("cors", "acl:IP", "throttle", "rate_limit", "oidc_auth", "jwt_auth"),
    *("third_auth", "acl:DOMAIN", "acl:DOMAIN_ID"),
)
AT_BACKEND = ("proxy_cache", "breaker", "proxy_mirror", "signature")
AFTER = ("set_resp_headers", "kafka_log")
ORDER = (*BEFORE, *AT_BACKEND, *AFTER)


class ApiPolicies(generic.Ask):
    """What is bound, by environment; the form binds one more."""

    model = ThrottleBinding
    about = Api
    template_name = "api/policies.html"
    form_class = ApiPolicyForm

    def get_verb(self) -> str:
        return "add" if self.request.method == "POST" else "view"

    def get_title(self) -> str:
        return f"Policies of {self.target}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"api": self.target}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            bound=rows(bindings.of_api(self.target)),
            published=self.target.releases.filter(status=1).exists(),
            **kwargs,
        )

    def get_success_url(self) -> str:
        return reverse("api-policies", args=[self.target.pk])

    def act(self, data: dict[str, Any]) -> str:
        policy, env = data["policy"], data["env"]
        if not access.may(self.request.user, "add", policy.binding_model()):
            raise PermissionDenied(f"You may not bind {policy.kind} policies.")
        bindings.bind(policy, [self.target], env)
        return f"Bound {policy} in {env}. The next call obeys it."


def rows(bound: list[Binding]) -> list[dict[str, Any]]:
    """Bindings as pages show them."""
    return [
        {
            "binding": binding,
            "policy": binding.policy,
            "unbind_url": reverse(
                f"{binding.policy.noun}-unbind", args=[binding.policy_id]
            ),
        }
        for binding in bound
    ]


def path(api: Api) -> list[dict[str, Any]]:
    """By environment: the policies before, at and after the backend."""
    found: dict[str, dict[str, Any]] = {}
    for release in api.releases.filter(status=1).select_related("env"):
        name = release.env.name
        found[name] = {"env": name, "before": [], "at": [], "after": []}
    bound = sorted(bindings.of_api(api), key=lambda binding: ORDER.index(binding.slot))
    for binding in bound:
        stage = found.get(binding.env.name)
        if stage is not None:
            stage[_place(binding.slot)].append(binding.policy)
    return list(found.values())


def _place(slot: str) -> str:
    if slot in AFTER:
        return "after"
    return "at" if slot in AT_BACKEND else "before"
