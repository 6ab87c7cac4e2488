"""Choosing what is called: a function, and of it latest, a version or an alias."""

from typing import Any

from django import forms

from console.models import Alias, Function, Version
from console.models.version import LATEST


class _ByUrn(forms.ModelChoiceField):
    def label_from_instance(self, obj: Function) -> str:
        return obj.func_urn


def function_field(**options: Any) -> forms.ModelChoiceField:
    """The picker of functions, by URN."""
    return _ByUrn(
        Function.objects.all(), label="Function URN", empty_label="Select", **options
    )


def target_choices() -> list[Any]:
    """Latest, then versions and aliases grouped by the function they are of."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for version in Version.objects.select_related("function"):
        name = version.function.func_name
        groups.setdefault(name, []).append((version.pk, f"Version: {version}"))
    for alias in Alias.objects.select_related("function"):
        name = alias.function.func_name
        groups.setdefault(name, []).append((alias.pk, f"Alias: {alias}"))
    return [(LATEST, "Version: LATEST"), *sorted(groups.items())]


def chosen(target: str | None) -> tuple[Version | None, Alias | None]:
    """The version or the alias of a choice; neither is latest."""
    return (
        Version.objects.filter(pk=target).first(),
        Alias.objects.filter(pk=target).first(),
    )
