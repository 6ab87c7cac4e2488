"""AppCodes of a credential."""

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from console.forms.app_code import AppCodeForm
from console.models import AppCode, Credential
from console.views import generic


@method_decorator(never_cache, name="dispatch")
class AppCodeCreate(generic.Ask):
    """Add AppCode."""

    model = AppCode
    verb = "add"
    about = Credential
    form_class = AppCodeForm
    title = "Add AppCode"

    def form_valid(self, form: Any) -> Any:
        self.filled = form.fill(AppCode(app=self.target))
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> str:
        self.filled.save_valid()
        return "Added. APIs with simple authentication take it from now on."


class AppCodeDelete(generic.Delete):
    model = AppCode

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()
