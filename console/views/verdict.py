"""API Policies > Custom Authorizers > Cached Verdicts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property

from console import access, verdicts
from console.models import Authorizer
from console.views import generic
from gateway.verdicts import Asked

VERDICTS = {"allow": True, "deny": False}


class VerdictList(generic.List):
    """What gateways remember at this moment; nothing of it is in the database."""

    model = Authorizer
    template_name = "authorizer/cache.html"
    title = "Cached Verdicts"

    @cached_property
    def found(self) -> verdicts.Found:
        given = self.request.GET
        return verdicts.find(
            Asked(
                authorizer=given.get("authorizer", ""),
                allow=VERDICTS.get(given.get("verdict", "")),
                text=given.get("q", "").strip(),
            )
        )

    def get_queryset(self) -> Any:
        return self.found.rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            found=self.found,
            search_label="Search by API, authorizer or digest",
            authorizers=Authorizer.objects.values_list("pk", "name"),
            may_flush=access.may(self.request.user, "change", Authorizer),
            **kwargs,
        )


class Flush(generic.Guarded):
    """Make the gateways forget one verdict, an authorizer's, or all."""

    model = Authorizer
    verb = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        sent = request.POST
        asked = Asked(sent.get("authorizer", ""), sent.get("id", ""))
        gone, silent = verdicts.forget(asked)
        if silent:
            messages.error(
                request,
                f"Flushed {gone}, but {silent} gateway process(es) did not answer and "
                "may go on with what they remember. Flush again when they are back.",
            )
        else:
            messages.success(request, f"Flushed {gone}. The next calls ask again.")
        # Back to where they were.
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{reverse('authorizer-cache')}?{query}")
