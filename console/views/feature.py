"""Settings: the gateway's parameters."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from console.features import CLIENT_CERTIFICATE, PARAMETERS
from console.forms.feature import CertificateForm, FeatureForm
from console.models import Feature
from console.views import generic


class FeatureList(generic.Guarded):
    """Every parameter there is, configured or not."""

    model = Feature

    def get(self, request: HttpRequest) -> HttpResponse:
        known = {row.name: row for row in Feature.objects.all()}
        text = request.GET.get("q", "").strip().lower()
        rows = [
            {"name": name, "parameter": parameter, "row": known.get(name)}
            for name, parameter in PARAMETERS.items()
            if text in f"{name} {parameter.title}".lower()
        ]
        context = {"title": "Settings", "rows": rows}
        return render(request, "feature/list.html", context)


class FeatureEdit(generic.Edit):
    """Modify one parameter, configured before or not."""

    model = Feature
    template_name = "feature/form.html"
    done = "Saved. It holds for the next call."

    def get_verb(self) -> str:
        return "change"

    def get_object(self, queryset: Any = None) -> Any:
        name = self.kwargs["name"]
        if name not in PARAMETERS:
            raise Http404(f"There is no parameter {name}.")
        return Feature.objects.filter(name=name).first() or Feature(name=name)

    def get_form_class(self) -> type[FeatureForm]:
        own = self.kwargs["name"] == CLIENT_CERTIFICATE
        return CertificateForm if own else FeatureForm

    def get_title(self) -> str:
        return f"Modify {self.object.name}"

    def get_cancel_url(self) -> str:
        return reverse("feature-list")
