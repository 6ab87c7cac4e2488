"""The trace of a debug call, by its request id."""

from typing import Any

from console.models import Trace
from console.views import generic
from console.views.debug import shown


class TraceDetail(generic.Detail):
    model = Trace
    verb = "change"
    slug_field = slug_url_kwarg = "request_id"
    template_name = "trace/detail.html"

    def get_title(self) -> str:
        return "Trace"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**shown(self.object), **kwargs)
