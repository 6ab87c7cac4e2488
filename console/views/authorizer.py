"""API Policies > Custom Authorizers."""

from typing import Any

from django.urls import reverse

from console import dependents
from console.forms.authorizer import AuthorizerForm
from console.models import Authorizer, Function
from console.views import generic


class AuthorizerList(generic.List):
    model = Authorizer
    queryset = Authorizer.objects.select_related("function")
    title = "API Policies"
    template_name = "authorizer/list.html"
    filters = ("type",)


class AuthorizerEdit(generic.Edit):
    model = Authorizer
    form_class = AuthorizerForm
    template_name = "authorizer/form.html"
    done = "Saved. The next call asks this authorizer."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        undeployed = Function.objects.filter(deployed__isnull=True)
        return super().get_context_data(undeployed=undeployed, **kwargs)

    def get_cancel_url(self) -> str:
        return self.get_list_url()

    def get_success_url(self) -> str:
        return reverse("authorizer-list")


class AuthorizerDelete(generic.Delete):
    model = Authorizer

    def dependents(self) -> generic.Dependents:
        uses = self.object.backend_uses.select_related("api")
        apis = {api.pk: api for api in self.object.apis.all()}
        apis |= {use.api.pk: use.api for use in uses}
        live = dependents.published(self.object, apis.values())
        return generic.linked("API", apis.values()) + generic.linked_releases(live)

    def get_cancel_url(self) -> str:
        return reverse("authorizer-list")
