"""Monitoring: what the calls of a range add up to (console.md section I)."""

from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from console.models import Api, ApiGroup, Credential, Minute
from console.monitoring import RANGES, figures
from console.remedies import CODES
from console.tops import tops
from console.views import generic

DIMENSIONS = ("group_id", "api_id", "app_id")


class Monitoring(generic.Titled, generic.Guarded, TemplateView):
    model = Minute
    template_name = "monitoring/monitoring.html"
    title = "Monitoring"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        given = self.request.GET
        chosen = given.get("range", "")
        chosen = chosen if chosen in RANGES else "1h"
        rows = Minute.objects.all()
        for name in DIMENSIONS:
            if value := given.get(name):
                rows = rows.filter(**{name: value})
        found = figures(rows, chosen, timezone.now())
        named = [
            dict(noun.objects.values_list("pk", "name"))
            for noun in (ApiGroup, Api, Credential)
        ]
        titles = ("API Groups", "APIs", "Credentials")
        return super().get_context_data(
            figures=found,
            reasons=[(*each, CODES.get(each[0], ("", ""))) for each in found.reasons],
            tops=[
                (title, name, tops(found.rows, name, names))
                for title, name, names in zip(titles, DIMENSIONS, named, strict=True)
            ],
            chosen=chosen,
            ranges=[(name, label) for name, (label, *_) in RANGES.items()],
            groups=named[0].items(),
            apis=named[1].items(),
            apps=named[2].items(),
            **kwargs,
        )
