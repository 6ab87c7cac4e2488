"""Credentials: keys and secrets, and the APIs they may call."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from console import dependents
from console.forms.credential import (
    BindApisForm,
    CredentialEditForm,
    CredentialForm,
)
from console.models import Api, AppAcl, AppQuotaBinding, Authorization, Credential
from console.templatetags.ui import moment
from console.views import generic


class CredentialList(generic.List):
    model = Credential
    queryset = Credential.objects.annotate(bind_num=Count("authorizations")).order_by(
        "name"
    )
    title = "Credentials"
    template_name = "credential/list.html"
    search = ("name", "id", "app_key")


@method_decorator(never_cache, name="dispatch")
class CredentialEdit(generic.Edit):
    model = Credential

    def get_form_class(self) -> Any:
        return CredentialForm if self.creating else CredentialEditForm


@method_decorator(never_cache, name="dispatch")
class CredentialDetail(generic.Detail):
    """Secret and AppCodes are masked. POST shows one, to those who could reset it."""

    model = Credential
    template_name = "credential/detail.html"

    def get_verb(self) -> str:
        return "change" if self.request.method == "POST" else "view"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        credential = self.object
        bound = credential.authorizations.select_related("api__group", "env")
        return super().get_context_data(
            bound=self.part(bound, "bound"),
            app_codes=credential.app_codes.all(),
            created=moment(credential.register_time),
            acl=AppAcl.objects.filter(app=credential).first(),
            quota=AppQuotaBinding.objects.filter(app=credential).first(),
            **kwargs,
        )

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.object = self.get_object()
        if code := request.POST.get("app_code"):
            context = self.get_context_data(revealed_code=code)
        else:
            context = self.get_context_data(revealed=self.object.app_secret)
        return self.render_to_response(context)


class CredentialDelete(generic.Delete):
    model = Credential

    def dependents(self) -> generic.Dependents:
        bound = self.object.authorizations.select_related("api", "env")
        return [
            *(
                (
                    f"API {a.api} in {a.env}: its calls will be refused",
                    a.api.get_absolute_url(),
                )
                for a in bound
            ),
            *self.own(),
            *(
                (f"Policy {row}: its limit for this credential", row.get_absolute_url())
                for row in dependents.exceptions_for(self.object)
            ),
        ]

    def own(self) -> generic.Dependents:
        """What the credential has: it goes too."""
        found, codes = [], self.object.app_codes.count()
        if codes:
            found.append((f"{codes} AppCode{'s' * (codes > 1)}", ""))
        if AppAcl.objects.filter(app=self.object).exists():
            found.append(("Its access control policy", ""))
        for bound in AppQuotaBinding.objects.filter(app=self.object):
            label = f"Quota policy {bound.quota}: it stays, without this credential"
            found.append((label, bound.quota.get_absolute_url()))
        return found

    def blocked(self) -> bool:
        return False


class CredentialReset(generic.Delete):
    """Reset Secret: asks first, since the old secret dies at once."""

    model = Credential
    verb = "change"
    template_name = "credential/reset.html"

    def get_title(self) -> str:
        return f"Reset Secret of {self.object}"

    def form_valid(self, form: Any) -> HttpResponse:
        self.object.reset_secret()
        messages.success(self.request, "The secret was reset. The old one is dead.")
        return redirect(self.object)


class CredentialBind(generic.Ask):
    """Bind to APIs."""

    model = Authorization
    verb = "add"
    about = Credential
    template_name = "credential/bind.html"
    form_class = BindApisForm

    def get_title(self) -> str:
        return f"Bind {self.target} to APIs"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"candidates": published_app_apis()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        any_api = published_app_apis().exists()
        return super().get_context_data(any_choice=any_api, **kwargs)

    def act(self, data: dict[str, Any]) -> str:
        for api in data["apis"]:
            bind(self.target, api, data["env"])
        return "Bound. The next call may use it."


class Unbind(generic.Act):
    """Unbind, from either side: back to the side that the form names."""

    model = Authorization
    verb = "delete"

    def act(self, target: Authorization) -> str:
        target.delete()
        return f"Unbound {target.app} from {target.api}."

    def get_next_url(self, target: Authorization) -> str:
        if self.request.POST.get("side") == "api":
            return reverse("api-credentials", args=[target.api_id])
        return target.app.get_absolute_url()


def published_app_apis() -> Any:
    """APIs with App authentication that are published somewhere."""
    return (
        Api.objects.filter(auth_type=Api.Auth.APP, releases__status=1)
        .select_related("group")
        .distinct()
    )


def bind(app: Credential, api: Api, env: Any) -> None:
    """Bind a pair; a pair that is already bound stays as it is."""
    if not api.releases.filter(env=env, status=1).exists():
        raise ValidationError(f"APIs: {api} is not published in {env}.")
    if not Authorization.objects.filter(app=app, api=api, env=env).exists():
        Authorization(app=app, api=api, env=env).save_valid()
