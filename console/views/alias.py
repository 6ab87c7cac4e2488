"""A function's Aliases tab: list, create, change, delete."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.forms.alias import AliasForm
from console.models import Alias, Function
from console.views import generic
from console.views.function import FunctionPage, callers


class AliasList(FunctionPage):
    template_name = "alias/list.html"
    tab = "Aliases"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.object.aliases.select_related(
            "version", "additional_version"
        ).prefetch_related("authorizers", "backend_uses__api")
        named = [(row, callers(row)) for row in rows]
        return super().get_context_data(aliases=named, **kwargs)


class AliasEdit(generic.Edit):
    """`pk` is the alias; to create one, `function` is in the URL instead."""

    model = Alias
    form_class = AliasForm
    template_name = "function/form.html"
    done = "Saved. The next call goes where the alias says."

    @property
    def function(self) -> Function:
        if self.creating:
            return get_object_or_404(Function, pk=self.kwargs["function"])
        return self.get_object().function

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if self.creating:
            kwargs["instance"] = Alias(function=self.function)
        return kwargs

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(function=self.function, **kwargs)

    def get_cancel_url(self) -> str:
        return reverse("alias-list", args=[self.function.pk])

    def get_success_url(self) -> str:
        return reverse("alias-list", args=[self.object.function_id])


class AliasDelete(generic.Delete):
    model = Alias

    def dependents(self) -> generic.Dependents:
        return callers(self.object)

    def get_success_url(self) -> str:
        return reverse("alias-list", args=[self.object.function_id])
