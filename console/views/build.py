"""A deployment that installs dependencies: how far it is, what was printed."""

from typing import Any

from console import builds
from console.models import Build
from console.views import generic


class BuildDetail(generic.Detail):
    """The page asks again every few seconds while it runs."""

    model = Build
    queryset = Build.objects.select_related("function", "package", "user")
    template_name = "build/detail.html"

    def get_title(self) -> str:
        return f"Deployment of {self.object.function}"

    def get_object(self, queryset: Any = None) -> Build:
        build: Build = super().get_object(queryset)
        if build.status == Build.Status.RUNNING:
            builds.interrupted(build)
        return build
