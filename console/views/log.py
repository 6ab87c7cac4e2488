"""The access log, and why a call was refused (policies.md section 9.4)."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import TemplateView

from console import keyset, log_fields, records
from console.explain import explain
from console.forms.log import ExplainForm
from console.models import AccessLog, Api, Credential, Minute
from console.signature.parse import request_id
from console.text import inert, visible
from console.views import generic
from console.views.audit import moment_of

MAX_EXPORT = 100_000
MAX_TAIL = 100
RANGES = {
    "15m": ("Last 15 minutes", timedelta(minutes=15)),
    "1h": ("Last 1 hour", timedelta(hours=1)),
    "1d": ("Last 1 day", timedelta(days=1)),
}


class LogList(generic.List):
    model = AccessLog
    template_name = "log/list.html"
    title = "Access Log"
    search = ("request_id",)
    filters = ("api_id", "app_id", "status", "apig_err_code", "debug")

    def get_queryset(self) -> QuerySet[Any]:
        given = self.request.GET
        rows = AccessLog.objects.all()
        if text := given.get("q", "").strip():
            rows = rows.filter(request_id=request_id(text) or text)
        chosen = [name for name in self.filters if given.get(name)]
        for name in chosen:
            rows = _filtered(rows, name, given[name], alone=len(chosen) == 1)
        if known := RANGES.get(given.get("range", "")):
            rows = rows.filter(time__gte=timezone.now() - known[1])
        for name, lookup in (("from", "time__gte"), ("to", "time__lte")):
            if moment := moment_of(given.get(name, "")):
                rows = rows.filter(**{lookup: moment})
        return rows

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        page = keyset.page(queryset, self.request.GET, page_size)
        return None, page, page.object_list, bool(page.newer or page.older)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day = timezone.now() - timedelta(days=1)
        lost = Minute.objects.filter(seconds=1800, minute__gte=day, dropped__gt=0)
        return super().get_context_data(
            search_label="Request ID, or the JSON of an error",
            ranges=[(value, label) for value, (label, _) in RANGES.items()],
            apis=Api.objects.values_list("pk", "name"),
            apps=Credential.objects.values_list("pk", "name"),
            live=self.request.GET.get("live") == "1",
            dropped=sum(lost.values_list("dropped", flat=True)),
            trouble=records.trouble(),
            most=keyset.MAX_COUNTED,
            **kwargs,
        )


class LogTail(LogList):
    """Rows of the table that came after a cursor, for a page that is live."""

    template_name = "log/rows.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        after = request.GET.get("after", "")
        calls = keyset.tail(self.get_queryset(), after, MAX_TAIL)
        return render(request, self.template_name, {"calls": calls})


class LogExport(LogList):
    """The same rows as CSV, or as a JSON document a line."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        rows = self.get_queryset().values(*log_fields.COLUMNS)[:MAX_EXPORT]
        as_json = request.GET.get("format") == "ndjson"
        kind, name = ("x-ndjson", "ndjson") if as_json else ("csv", "csv")
        found = map(log_fields.values, rows.iterator(2000))
        lines = _documents(found) if as_json else _table(found)
        response = StreamingHttpResponse(lines, content_type=f"text/{kind}")
        response["Content-Disposition"] = f'attachment; filename="access.{name}"'
        return response


class Explain(generic.Titled, generic.Guarded, TemplateView):
    """Why was this call refused?"""

    model = AccessLog
    template_name = "log/explain.html"
    title = "Why was this call refused?"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("request_id", "").strip()
        wanted = request_id(text) or text
        record = AccessLog.objects.filter(request_id=wanted).first() if wanted else None
        return super().get_context_data(
            asked=text,
            form=ExplainForm(initial={"request_id": text}),
            record=record,
            explanation=record and explain(record),
            facts=record and _facts(record),
            fields=record and _fields(record),
            **kwargs,
        )


def _filtered(
    rows: QuerySet[Any], name: str, value: str, *, alone: bool
) -> QuerySet[Any]:
    """`4xx` means a family of statuses, `*` any error code, 1 debug calls.

    What is not filtered by `alone` is looked for in the index of all that is filtered
    by: the column's own would lead to every row that has the value.
    """
    if name == "status":
        if value[:1] in "12345" and value[1:] == "xx":
            low = int(value[0]) * 100
            return rows.filter(status__gte=low, status__lt=low + 100)
        return rows.filter(status=int(value)) if value.isdecimal() else rows.none()
    if name == "debug":
        return rows.filter(debug=value == "1")
    if name == "apig_err_code" and value == "*":
        return rows.exclude(apig_err_code="")
    if alone:
        return rows.filter(**{name: value})
    return rows.filter(Exact(Coalesce(name, Value("")), value))


def _facts(record: AccessLog) -> list[tuple[str, Any]]:
    return [
        ("Request ID", record.request_id),
        (
            "Call",
            visible(f"{record.request_method} {_url(record)}"),
        ),
        ("Status Code", record.status),
        ("Error Code", record.apig_err_code),
        ("Refused in", record.phase),
        ("Reason", visible(record.reason)),
        ("Environment", visible(record.env_name)),
        ("Made by", "the debug page" if record.debug else "a caller of the gateway"),
        ("Caller", record.remote_addr),
        ("Duration", f"{record.request_time * 1000:.1f} ms"),
        *((("Custom Fields", record.custom_data_log),) * bool(record.custom_data_log)),
    ]


def _fields(record: AccessLog) -> list[tuple[str, Any]]:
    """All of the record, under the names that the vendor's log has."""
    found = log_fields.of(record).items()
    return [(n, visible(v) if isinstance(v, str) else v) for n, v in found]


def _url(record: AccessLog) -> str:
    return f"{record.scheme}://{record.host}{record.router_uri}"


def _documents(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for row in rows:
        yield orjson.dumps(row) + b"\n"


class _Echo:
    """A file whose `write` gives back what it was given."""

    def write(self, text: str) -> str:
        return text


def _table(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(log_fields.FIELDS)
    for row in rows:
        yield writer.writerow(map(inert, row.values()))
