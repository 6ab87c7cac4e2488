"""Functions: list, create, delete, and what their pages share."""

from typing import Any

from django.urls import reverse

from console.forms.function import CreateFunctionForm, DeleteForm
from console.models import Function
from console.views import generic


class FunctionList(generic.List):
    model = Function
    title = "Functions"
    template_name = "function/list.html"
    search = ("func_name", "id")


class FunctionCreate(generic.Edit):
    model = Function
    form_class = CreateFunctionForm
    title = "Create Function"
    submit_label = "Create Function"
    done = "Created. Paste the code, test it, then deploy."

    def get_title(self) -> str:
        return self.title


class FunctionDelete(generic.Delete):
    model = Function
    form_class = DeleteForm

    def dependents(self) -> generic.Dependents:
        users = self.object.authorizers.all()
        return [(f"Custom authorizer {a}", a.get_absolute_url()) for a in users]


class FunctionPage(generic.Detail):
    """What the Code and Configuration tabs share."""

    model = Function
    tab = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        function = self.object
        tabs = [
            (label, reverse(name, args=[function.pk]), label == self.tab)
            for label, name in (
                ("Code", "function-detail"),
                ("Configuration", "function-configuration"),
            )
        ]
        return super().get_context_data(tabs=tabs, **kwargs)
