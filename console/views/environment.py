"""API Policies > Environments."""

from itertools import chain

from django.db.models import Count, Q
from django.urls import reverse

from console import bindings
from console.forms.environment import EnvironmentForm
from console.models import Api, Authorization, Environment
from console.views import generic


class EnvironmentList(generic.List):
    model = Environment
    queryset = Environment.objects.annotate(
        api_count=Count("releases", filter=Q(releases__status=1))
    ).order_by("create_time")
    title = "API Policies"
    template_name = "environment/list.html"
    search = ("name", "id", "remark")


class EnvironmentEdit(generic.Edit):
    model = Environment
    form_class = EnvironmentForm
    template_name = "environment/form.html"

    def get_cancel_url(self) -> str:
        return self.get_list_url()

    def get_success_url(self) -> str:
        return self.get_list_url()


class EnvironmentDelete(generic.Delete):
    """Refused while APIs are published there; what else hangs on it goes too."""

    model = Environment

    def published(self) -> generic.Dependents:
        live = self.object.releases.filter(status=1).select_related("api")
        return [
            (f"API {release.api}", reverse("api-offline", args=[release.api_id]))
            for release in live
        ]

    def dependents(self) -> generic.Dependents:
        if self.object.is_release:
            return [("The environment RELEASE always exists", "")]
        hanging = (self.variables(), self.records(), self.authorizations())
        return self.published() or [*chain(*hanging), *self.policies()]

    def variables(self) -> generic.Dependents:
        rows = self.object.variables.select_related("group")
        return [
            (f"Variable {row} of {row.group}", row.get_absolute_url()) for row in rows
        ]

    def records(self) -> generic.Dependents:
        apis = Api.objects.filter(releases__env=self.object).distinct()
        return [
            (f"Publishing records of API {api}", reverse("api-records", args=[api.pk]))
            for api in apis
        ]

    def authorizations(self) -> generic.Dependents:
        rows = Authorization.objects.filter(env=self.object)
        return [
            (
                f"Credential {row.app}, authorized for API {row.api}",
                row.app.get_absolute_url(),
            )
            for row in rows.select_related("app", "api")
        ]

    def policies(self) -> generic.Dependents:
        """Bindings outlive a publication, but not their environment."""
        return [
            (
                f"Policy {row.policy}, bound to API {row.api}",
                row.policy.get_absolute_url(),
            )
            for row in bindings.of_environment(self.object)
        ]

    def blocked(self) -> bool:
        return self.object.is_release or bool(self.published())

    def get_cancel_url(self) -> str:
        return reverse("environment-list")
