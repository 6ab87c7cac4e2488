"""Access control of a credential: from where it may call."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property

from console.forms.acl import AppAclForm
from console.models import AppAcl, Credential
from console.views import generic


class AppAclEdit(generic.Edit):
    """Bind: create the list, or change it."""

    model = AppAcl
    form_class = AppAclForm
    template_name = "app_acl/form.html"
    done = "Saved. The next call is checked against it."

    @cached_property
    def app(self) -> Credential:
        return get_object_or_404(Credential, pk=self.kwargs["pk"])

    def get_verb(self) -> str:
        return "change"

    def get_object(self, queryset: Any = None) -> Any:
        return AppAcl.objects.filter(app=self.app).first() or AppAcl(app=self.app)

    def get_title(self) -> str:
        return f"Access Control of {self.app}"

    def get_cancel_url(self) -> str:
        return self.app.get_absolute_url()

    def get_success_url(self) -> str:
        return self.app.get_absolute_url()


class AppAclDelete(generic.Act):
    """Unbind: the credential may call from everywhere again."""

    model = Credential

    def act(self, target: Credential) -> str:
        AppAcl.objects.filter(app=target).delete()
        return f"{target} may call from every address."
