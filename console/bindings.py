"""Binding policies to APIs, from either side (reference: policies.md section 0.2)."""

from collections.abc import Iterable
from itertools import chain

from django.db import transaction

from console.models import POLICIES, Api, Environment
from console.models.binding import Binding, Policy

# How many may be bound or unbound at once (policies.md section 0.1).
MOST = 1000


@transaction.atomic
def bind(policy: Policy, apis: Iterable[Api], env: Environment) -> list[Binding]:
    """Bind a policy to APIs in an environment, in place of others of its slot.

    A binding that is there already stays as it is. ValidationError for an API that
    is not published there.
    """
    model = policy.binding_model()
    made = []
    for api in apis:
        there = model.objects.filter(api=api, env=env, slot=policy.slot)  # type: ignore[attr-defined]
        if existing := there.filter(policy=policy).first():
            made.append(existing)
            continue
        there.delete()
        binding = model(api=api, env=env, policy=policy)  # type: ignore[misc]
        binding.save_valid()
        made.append(binding)
    return made


def replaced(policy: Policy, apis: Iterable[Api], env: Environment) -> list[Binding]:
    """The bindings that `bind` would end."""
    model = policy.binding_model()
    there = model.objects.filter(api__in=list(apis), env=env, slot=policy.slot)  # type: ignore[attr-defined]
    return list(there.exclude(policy=policy).select_related("api", "env", "policy"))


def of_environment(env: Environment) -> list[Binding]:
    """Every binding there, in the order of POLICIES."""
    return list(
        chain.from_iterable(
            policy.binding_model()
            .objects.filter(env=env)  # type: ignore[attr-defined]
            .select_related("policy", "api")
            for policy in POLICIES
        )
    )


def of_api(api: Api, env: Environment | None = None) -> list[Binding]:
    """Every binding of an API, by environment and then in the order of POLICIES."""
    found = chain.from_iterable(
        policy.binding_model()
        .objects.filter(api=api, **({"env": env} if env else {}))  # type: ignore[attr-defined]
        .select_related("policy", "env")
        for policy in POLICIES
    )
    return sorted(found, key=lambda binding: binding.env.name)
