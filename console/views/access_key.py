"""My Credentials: the signed-in user's ids and access keys, nobody else's."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from console.forms.access_key import AccessKeyForm
from console.models import AccessKey, Account
from console.views import generic


class Own(generic.Guarded):
    """Access keys of the signed-in user."""

    model = AccessKey

    def get_queryset(self) -> QuerySet[AccessKey]:
        return AccessKey.objects.filter(account__user=self.request.user)  # type: ignore[misc]


class AccessKeyList(generic.List):
    model = AccessKey
    title = "My Credentials"
    template_name = "access_key/list.html"
    search = ("access", "description")

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(account__user=self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = Account.of(self.request.user)
        facts = [
            ("IAM User Name", account.user.username),
            ("IAM User ID", account.pk),
            ("Account Name", account.domain_name),
            ("Account ID", account.domain_id),
            ("Project Name", settings.REGION),
            ("Project ID", settings.PROJECT_ID),
        ]
        return super().get_context_data(facts=facts, account=account, **kwargs)


@method_decorator(never_cache, name="dispatch")
class AccessKeyEdit(Own, generic.Edit):
    """Create shows the secret, this once; edit changes the description."""

    form_class = AccessKeyForm

    def get_form_kwargs(self) -> dict[str, Any]:
        given = super().get_form_kwargs()
        if self.creating:
            given["instance"] = AccessKey(account=Account.of(self.request.user))
        return given

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        if not self.creating or answer.status_code != 302:
            return answer
        page = self.get_context_data(title="Access Key Created", key=self.object)
        return self.response_class(
            self.request, "access_key/created.html", page, using=self.template_engine
        )


@method_decorator(never_cache, name="dispatch")
class AccessKeyDownload(Own):
    """credentials.csv, for whoever was just shown the secret."""

    verb = "add"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: str) -> HttpResponse:
        key = get_object_or_404(self.get_queryset(), pk=pk)
        if not constant_time_compare(request.POST.get("secret", ""), key.secret):
            raise Http404("The secret of an access key is given out once.")
        headers = {"Content-Disposition": 'attachment; filename="credentials.csv"'}
        return HttpResponse(key.csv, content_type="text/csv", headers=headers)


class AccessKeySwitch(Own, generic.Act):
    """Disable an enabled key, and the reverse."""

    def act(self, target: AccessKey) -> str:
        if target.account.user_id != self.request.user.pk:
            raise Http404
        status = AccessKey.Status
        target.status = status.INACTIVE if target.active else status.ACTIVE
        target.save_valid()
        return f"{target} is {target.get_status_display().lower()}."


class AccessKeyDelete(Own, generic.Delete):
    def get_success_url(self) -> str:
        return self.object.get_absolute_url()


class TokensRevoke(generic.Guarded):
    """Make all tokens of the signed-in user void."""

    model = AccessKey
    verb = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        Account.of(request.user).revoke_tokens()
        messages.success(request, "Every token given to you so far is void.")
        return redirect("accesskey-list")
