"""Credential quota policies, and who has which."""

from typing import Any

from django.db.models import Count
from django.urls import reverse

from console.forms.app_quota import AppQuotaForm, BindQuotaForm, ChooseQuotaForm
from console.models import AppQuota, AppQuotaBinding, Credential
from console.views import generic


class AppQuotaList(generic.List):
    model = AppQuota
    queryset = AppQuota.objects.annotate(bound_app_num=Count("bindings")).order_by(
        "name"
    )
    title = "Credentials"
    template_name = "app_quota/list.html"


class AppQuotaEdit(generic.Edit):
    model = AppQuota
    form_class = AppQuotaForm
    template_name = "app_quota/form.html"
    done = "Saved. The next call is counted by it."


class AppQuotaDetail(generic.Detail):
    model = AppQuota
    template_name = "app_quota/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        quota = self.object
        period = f"{quota.time_interval} {quota.get_time_unit_display().lower()}"
        facts = [
            ("Name", quota.name),
            ("ID", quota.pk),
            ("Effective On", quota.reset_time or "The credential's first call"),
            ("Period", period),
            ("Max. API Requests", f"{quota.call_limits:,}"),
            ("Description", quota.remark),
        ]
        bound = quota.bindings.select_related("app")
        page = self.part(bound, "bound")
        return super().get_context_data(facts=facts, bound=page, **kwargs)


class AppQuotaDelete(generic.Delete):
    model = AppQuota

    def dependents(self) -> generic.Dependents:
        bound = self.object.bindings.select_related("app")
        return [
            (f"Credential {b.app}: it has no quota then", b.app.get_absolute_url())
            for b in bound
        ]

    def blocked(self) -> bool:
        return False


class AppQuotaBind(generic.Ask):
    """Select credentials, on the quota's page."""

    model = AppQuotaBinding
    verb = "add"
    about = AppQuota
    template_name = "app_quota/form.html"
    form_class = BindQuotaForm

    def get_title(self) -> str:
        return f"Bind {self.target} to Credentials"

    def act(self, data: dict[str, Any]) -> str:
        for app in data["apps"]:
            AppQuotaBinding(quota=self.target, app=app).save_valid()
        return "Bound. The next call is counted by it."


class CredentialQuota(generic.Ask):
    """Choose the quota on the credential's page."""

    model = AppQuotaBinding
    verb = "add"
    about = Credential
    template_name = "app_quota/choose.html"
    form_class = ChooseQuotaForm

    def get_title(self) -> str:
        return f"Bind a Quota Policy to {self.target}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        had = AppQuotaBinding.objects.filter(app=self.target).first()
        return super().get_context_data(had=had, **kwargs)

    def act(self, data: dict[str, Any]) -> str:
        AppQuotaBinding.objects.filter(app=self.target).delete()
        AppQuotaBinding(quota=data["quota"], app=self.target).save_valid()
        return f"Bound {data['quota']}. The next call is counted by it."


class AppQuotaUnbind(generic.Act):
    model = AppQuotaBinding
    verb = "delete"

    def act(self, target: AppQuotaBinding) -> str:
        target.delete()
        return f"Unbound {target.quota} from {target.app}."

    def get_next_url(self, target: AppQuotaBinding) -> str:
        if self.request.POST.get("side") == "quota":
            return target.quota.get_absolute_url()
        return reverse("credential-detail", args=[target.app_id])
