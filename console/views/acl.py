"""Access control policies."""

from typing import Any

from django.urls import reverse

from console.forms.acl import AclForm
from console.models import Acl
from console.views import generic
from console.views.binding import PolicyDelete, PolicyDetail


class AclEdit(generic.Edit):
    model = Acl
    form_class = AclForm
    template_name = "policy/form.html"
    done = "Saved. The next call is checked against it."

    def get_list_url(self) -> str:
        return reverse("policy-list")


class AclDetail(PolicyDetail):
    model = Acl

    def facts(self) -> list[tuple[str, Any]]:
        policy = self.object
        return [
            ("Effect", policy.get_acl_type_display()),
            ("Values", ", ".join(policy.values)),
        ]


class AclDelete(PolicyDelete):
    model = Acl
