"""The list of APIs, and deleting one."""

from typing import Any

from django.urls import reverse

from console.models import Api, ApiGroup
from console.views import generic


class ApiList(generic.List):
    model = Api
    queryset = Api.objects.select_related("group", "authorizer").prefetch_related(
        "releases__env"
    )
    title = "APIs"
    template_name = "api/list.html"
    search = ("name", "id", "req_uri")
    filters = ("group", "req_method", "auth_type")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            groups=ApiGroup.objects.all(), modes=Api.Auth.choices, **kwargs
        )


class ApiDelete(generic.Delete):
    model = Api

    def dependents(self) -> generic.Dependents:
        live = self.object.releases.filter(status=1).select_related("env")
        url = reverse("api-offline", args=[self.object.pk])
        return [
            (f"Published in {release.env}: take it offline first", url)
            for release in live
        ]
