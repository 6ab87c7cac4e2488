"""Gateway responses of an API group."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property

from console import dependents
from console.forms.response import ResponseForm, TypeForm
from console.models import GatewayResponse
from console.models.response import TYPES, VARIABLES
from console.views import generic
from console.views.variable import OfGroup


class ResponseDetail(OfGroup, generic.Detail):
    model = GatewayResponse
    queryset = GatewayResponse.objects.select_related("group")
    template_name = "response/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        types = [(key, t.label, row.effective(key)) for key, t in TYPES.items()]
        apis = row.apis.all()
        return super().get_context_data(types=types, apis=apis, **kwargs)


class ResponseEdit(OfGroup, generic.Edit):
    model = GatewayResponse
    form_class = ResponseForm
    template_name = "group/form.html"
    section = "responses"

    def get_title(self) -> str:
        return "Create Gateway Response" if self.creating else f"Rename {self.object}"

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if self.creating:
            given["instance"] = GatewayResponse(group=self.group)
        return given

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())


class ResponseDelete(OfGroup, generic.Delete):
    model = GatewayResponse
    section = "responses"

    def dependents(self) -> generic.Dependents:
        if self.object.default:
            return [("The response default goes with its group only", "")]
        apis = self.object.apis.all()
        live = dependents.published(self.object, apis)
        return generic.linked("API", apis) + generic.linked_releases(live)


class ResponseType(generic.Ask):
    """One type: status, body, headers, beside the variables."""

    model = about = GatewayResponse
    verb = "change"
    template_name = "response/type.html"
    form_class = TypeForm

    @cached_property
    def name(self) -> str:
        name: str = self.kwargs["type"]
        if name not in TYPES:
            raise Http404(f"{name} is no type of gateway responses.")
        return name

    def get_title(self) -> str:
        return TYPES[self.name].label

    def get_form_kwargs(self) -> dict[str, Any]:
        known = self.target.effective(self.name)
        given = super().get_form_kwargs() | {"name": self.name, "known": known}
        given.pop("initial")
        return given

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = self.target.effective(self.name)
        return super().get_context_data(
            name=self.name, known=known, variables=VARIABLES.items(), **kwargs
        )

    def form_valid(self, form: Any) -> Any:
        form.cleaned_data["document"] = form.document()
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> str:
        self.target.responses = self.target.responses | {self.name: data["document"]}
        self.target.save_valid()
        return f"{TYPES[self.name].label}: callers get it from now on."


class ResponseRestore(generic.Act):
    """Restore Defaults: of one type, or of all."""

    model = GatewayResponse

    def act(self, target: GatewayResponse) -> str:
        name = self.request.POST.get("type") or None
        target.restore(name)
        what = TYPES[name].label if name in TYPES else "Every type"
        return f"{what} is as the product sends it."

    def get_next_url(self, target: GatewayResponse) -> str:
        return reverse("response-detail", args=[target.pk])
