"""Clone an API."""

from typing import Any

from django.http import HttpResponse

from console.forms.api.clone import CloneForm
from console.models import Api
from console.models.base import copy_of
from console.views import generic


class ApiClone(generic.Ask):
    """A copy under another name and path; bound policies are not copied."""

    model = Api
    verb = "add"
    about = Api
    form_class = CloneForm

    def get_title(self) -> str:
        return f"Clone {self.target}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": copy_of(self.target)}

    def form_valid(self, form: Any) -> HttpResponse:
        self.made = form.instance
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> str:
        self.made.save_valid()
        return "Cloned. Publish it to make it live."

    def get_success_url(self) -> str:
        return str(self.made.get_absolute_url())
