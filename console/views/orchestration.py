"""API Policies > Orchestration Rules."""

from django.urls import reverse

from console.forms.orchestration import OrchestrationForm
from console.models import Orchestration
from console.views import generic


class OrchestrationList(generic.List):
    model = Orchestration
    title = "API Policies"
    template_name = "orchestration/list.html"
    search = ("orchestration_name", "id")
    filters = ("orchestration_strategy",)


class OrchestrationEdit(generic.Edit):
    model = Orchestration
    form_class = OrchestrationForm
    template_name = "orchestration/form.html"
    done = "Saved. The next call obeys it."

    def get_cancel_url(self) -> str:
        return self.get_list_url()

    def get_success_url(self) -> str:
        return reverse("orchestration-list")


class OrchestrationDelete(generic.Delete):
    model = Orchestration

    def dependents(self) -> generic.Dependents:
        used = self.object.used_by()
        return [(f"API {api}", api.get_absolute_url()) for api in used]

    def get_cancel_url(self) -> str:
        return reverse("orchestration-list")
