"""The trace of a call, by its request id, and what was answered."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

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


class TraceBody(generic.Guarded):
    """An answer that is no text: as a file, or with `?show` as an image in the page."""

    model = Trace
    verb = "change"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, request_id: str) -> HttpResponse:
        trace = get_object_or_404(Trace, request_id=request_id)
        if not trace.binary:
            raise Http404("The answer of this call is text.")
        if trace.is_image and "show" in request.GET:
            return HttpResponse(trace.binary, content_type=trace.type)
        headers = {"Content-Disposition": 'attachment; filename="response.bin"'}
        kind = "application/octet-stream"
        return HttpResponse(trace.binary, content_type=kind, headers=headers)
