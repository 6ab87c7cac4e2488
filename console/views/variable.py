"""Environment variables of an API group."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse

from console import publish
from console.forms.variable import VariableForm
from console.models import ApiGroup, Variable
from console.models.environment import RELEASE_ID
from console.views import generic


class OfGroup:
    """A page about something in a group: `group` in the URL, or the object's."""

    object: Any
    kwargs: dict[str, Any]
    section = ""

    @property
    def group(self) -> ApiGroup:
        if "group" in self.kwargs:
            return get_object_or_404(ApiGroup, pk=self.kwargs["group"])
        group: ApiGroup = self.object.group
        return group

    def get_group_url(self) -> str:
        url = reverse("group-information", args=[self.group.pk])
        return f"{url}#{self.section}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more: Any = super()
        found: dict[str, Any] = more.get_context_data(group=self.group, **kwargs)
        return found

    def get_cancel_url(self) -> str:
        return self.get_group_url()

    def get_success_url(self) -> str:
        return self.get_group_url()


class VariableEdit(OfGroup, generic.Edit):
    model = Variable
    form_class = VariableForm
    template_name = "group/form.html"
    section = "variables"

    def get_title(self) -> str:
        return "Add Environment Variable" if self.creating else f"Edit {self.object}"

    def get_initial(self) -> dict[str, Any]:
        env = self.request.GET.get("env") or RELEASE_ID
        return {"env": env} if self.creating else {}

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if self.creating:
            given["instance"] = Variable(group=self.group)
        return given

    def get_group_url(self) -> str:
        base, _, section = super().get_group_url().partition("#")
        env = self.object.env_id if self.object else self.get_initial()["env"]
        return f"{base}?env={env}#{section}"


class VariableDelete(OfGroup, generic.Delete):
    """Refused while a published API needs its value."""

    model = Variable
    template_name = "generic/delete.html"
    section = "variables"

    def dependents(self) -> generic.Dependents:
        return [
            (
                f"API {release.api}, published in {release.env}",
                release.api.get_absolute_url(),
            )
            for release in publish.users_of(self.object)
        ]
