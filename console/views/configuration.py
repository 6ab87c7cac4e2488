"""A function's Configuration tab."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from console.forms.configuration import (
    BasicSettingsForm,
    set_variables,
    variable_rows,
)
from console.views.function import FunctionPage


class FunctionConfiguration(FunctionPage):
    """Basic settings and environment variables, each with its own Save."""

    template_name = "function/configuration.html"
    tab = "Configuration"

    def get_verb(self) -> str:
        return "change" if self.request.method == "POST" else "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", BasicSettingsForm(instance=self.object))
        kwargs.setdefault("variables", variable_rows(self.object))
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.object = self.get_object()
        if request.POST.get("section") == "variables":
            return self._save_variables()
        form = BasicSettingsForm(request.POST, instance=self.object)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        form.save()
        return self._saved("settings")

    def _save_variables(self) -> HttpResponse:
        rows = variable_rows(self.object, self.request.POST)
        try:
            if rows.is_valid():
                set_variables(self.object, rows.rows())
                self.object.save_valid()
                return self._saved("variables")
        except ValidationError as error:
            rows.non_form_errors().extend(error.messages)
        return self.render_to_response(self.get_context_data(variables=rows))

    def _saved(self, section: str) -> HttpResponse:
        messages.success(self.request, "Saved. The next call uses it.")
        url = reverse("function-configuration", args=[self.object.pk])
        return redirect(f"{url}#{section}")
