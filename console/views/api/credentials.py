"""Authorize Credentials: who may call an API."""

from typing import Any

from django.urls import reverse

from console.forms.credential import SelectCredentialsForm
from console.models import Api, Authorization
from console.views import generic
from console.views.credential import bind


class ApiCredentials(generic.Ask):
    """Authorize Credentials: who may call, and selecting more."""

    model = Authorization
    about = Api
    template_name = "api/credentials.html"
    form_class = SelectCredentialsForm

    def get_verb(self) -> str:
        return "add" if self.request.method == "POST" else "view"

    def get_title(self) -> str:
        return f"Authorize Credentials for {self.target}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        bound = self.target.authorizations.select_related("app", "env")
        page = generic.part(self.request, bound, "bound")
        return super().get_context_data(bound=page, **kwargs)

    def get_success_url(self) -> str:
        return reverse("api-credentials", args=[self.target.pk])

    def act(self, data: dict[str, Any]) -> str:
        for app in data["apps"]:
            bind(app, self.target, data["env"])
        return "Authorized. The next call may use it."
