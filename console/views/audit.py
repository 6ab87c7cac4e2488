"""The trace list: who changed what (reference: console.md section J)."""

import csv
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from console.models import Audit
from console.templatetags.ui import moment
from console.text import inert
from console.views import generic

MAX_EXPORT = 5000
_COLUMNS = (
    "time",
    "trace_name",
    "resource_type",
    "resource_id",
    "resource_name",
    "trace_type",
    "trace_rating",
    "user",
    "source_ip",
    "trace_id",
)
RANGES = {
    "1h": ("Last 1 hour", timedelta(hours=1)),
    "1d": ("Last 1 day", timedelta(days=1)),
    "1w": ("Last 1 week", timedelta(weeks=1)),
}


class AuditList(generic.List):
    model = Audit
    template_name = "audit/list.html"
    title = "Trace List"
    search = ("trace_name", "resource_name", "resource_id")
    filters = ("trace_type", "resource_type", "user", "trace_rating")

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if chosen := RANGES.get(self.request.GET.get("range", "")):
            rows = rows.filter(time__gte=timezone.now() - chosen[1])
        for name, lookup in (("from", "time__gte"), ("to", "time__lte")):
            if moment := moment_of(self.request.GET.get(name, "")):
                rows = rows.filter(**{lookup: moment})
        return rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        everything = Audit.objects.order_by()
        return super().get_context_data(
            search_label="Search by trace name, resource name or ID",
            ranges=[(value, label) for value, (label, _) in RANGES.items()],
            sources=Audit.Source.choices,
            ratings=Audit.Rating.choices,
            types=_distinct(everything, "resource_type"),
            users=_distinct(everything, "user"),
            days=settings.AUDIT_DAYS,
            **kwargs,
        )


class AuditExport(AuditList):
    """The same rows as a file."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="traces.csv"'
        writer = csv.writer(response)
        writer.writerow(_COLUMNS)
        rows = self.get_queryset().values_list(*_COLUMNS)[:MAX_EXPORT]
        writer.writerows([inert(value) for value in row] for row in rows)
        return response


class AuditDetail(generic.Detail):
    model = Audit
    template_name = "audit/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.object
        return super().get_context_data(
            facts=[
                ("Trace Name", row.trace_name),
                ("Trace ID", row.trace_id),
                ("Resource Type", row.resource_type),
                ("Resource ID", row.resource_id),
                ("Resource Name", row.resource_name),
                ("Trace Source", row.get_trace_type_display()),
                ("Trace Status", row.get_trace_rating_display()),
                ("Operator", row.user),
                ("Source IP", row.source_ip),
                ("Operation Time", moment(row.time)),
            ],
            **kwargs,
        )


def _distinct(rows: QuerySet[Any], field: str) -> list[str]:
    return list(rows.values_list(field, flat=True).distinct().order_by(field))


def moment_of(text: str) -> datetime | None:
    """What a datetime-local field sends, in the console's time zone."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None
