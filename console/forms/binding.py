"""Binding policies to APIs, from either side (console.md section F1)."""

from collections.abc import Iterable
from typing import Any

from django import forms

from console import bindings
from console.forms.base import PlainForm, environment_field
from console.models import POLICIES, Api, Environment
from console.models.binding import Policy


class Replacing(PlainForm):
    """Asks again when bindings would be replaced; `replace` has those agreed to."""

    replace = forms.CharField(required=False, widget=forms.HiddenInput)

    def check_replaced(
        self, policy: Policy, apis: Iterable[Api], env: Environment
    ) -> None:
        ended = bindings.replaced(policy, apis, env)
        wanted = ",".join(sorted(binding.pk for binding in ended))
        if wanted == self.cleaned_data.get("replace"):
            return
        data: Any = self.data
        self.data = data = data.copy()
        data[self.add_prefix("replace")] = wanted
        for binding in ended:
            self.add_error(
                None,
                f"{binding.api} has {binding.policy} in {env}: it would be replaced. "
                "Press OK again to replace it.",
            )


class BindForm(Replacing):
    """An environment, then APIs that are published there."""

    env = environment_field()
    apis = forms.ModelMultipleChoiceField(
        Api.objects.none(),
        label="APIs",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "APIs: choose at least one."},
    )

    def __init__(
        self, *args: Any, candidates: Any, policy: Policy, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        field: Any = self.fields["apis"]
        field.queryset = candidates
        field.label_from_instance = lambda api: (
            f"{api.name} ({api.req_method} {api.req_uri}, {api.group.name})"
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "apis" in data and "env" in data:
            self.check_replaced(self.policy, data["apis"], data["env"])
        return data


class ApiPolicyForm(Replacing):
    """A policy for one API; a choice is `<noun>:<id>`."""

    env = environment_field()
    policy = forms.ChoiceField(label="Policy")

    def __init__(self, *args: Any, api: Api, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.api = api
        field: Any = self.fields["policy"]
        field.choices = list(_choices())
        env: Any = self.fields["env"]
        env.queryset = Environment.objects.filter(
            releases__api=api, releases__status=1
        ).distinct()

    def clean_policy(self) -> Policy:
        noun, _, pk = self.cleaned_data["policy"].partition(":")
        model = next(m for m in POLICIES if m.noun == noun)
        found: Policy = model.objects.get(pk=pk)  # type: ignore[attr-defined]
        return found

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "policy" in data and "env" in data:
            self.check_replaced(data["policy"], [self.api], data["env"])
        return data


def _choices() -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """Policies by type."""
    for model in POLICIES:
        kinds: dict[str, list[tuple[str, str]]] = {}
        for row in model.objects.all():  # type: ignore[attr-defined]
            kinds.setdefault(row.kind, []).append((f"{row.noun}:{row.pk}", str(row)))
        yield from kinds.items()
