"""Calls of the last hour, minute by minute (reference: policies.md section 9.2)."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from console import models
from console.rest import errors
from console.rest.absent import found
from console.rest.resources import Endpoint
from console.rest.serializers import Time

_TIME = Time()
_SUMMED = (
    "req_count",
    "req_count_2xx",
    "req_count_4xx",
    "req_count_5xx",
    "latency",
    "backend_latency",
    "input_throughput",
    "output_throughput",
)
_HOUR = timedelta(hours=1)


class Statistics(Endpoint):
    """Of an API, or of a group."""

    model = models.Api
    verbs = {"of_api": "view", "of_group": "view"}

    def of_api(self, request: Request, **kwargs: Any) -> Response:
        api = found(models.Api, self.required("api_id"))
        rows = models.Minute.objects.filter(seconds=60, api_id=api.pk)
        owner = {"api_id": api.pk, "group_id": api.group_id, "cycle": "MINUTE"}
        return _reply(rows, _duration(self.required("duration")), owner)

    def of_group(self, request: Request, **kwargs: Any) -> Response:
        group = found(models.ApiGroup, self.required("group_id"))
        rows = models.Minute.objects.filter(seconds=60, group_id=group.pk)
        return _reply(rows, _HOUR, {"group_id": group.pk})


def _duration(text: str) -> timedelta:
    """`30m` or `1h`: an hour at most."""
    match = re.fullmatch(r"([1-9][0-9]?)([mh])", text, re.A)
    if not match:
        raise errors.invalid("duration")
    unit = timedelta(minutes=1) if match[2] == "m" else _HOUR
    if (length := int(match[1]) * unit) > _HOUR:
        raise errors.invalid("duration")
    return length


def _reply(rows: Any, length: timedelta, owner: dict[str, Any]) -> Response:
    end = timezone.now()
    start = end - length
    sums = {f"sum_{name}": Sum(name) for name in _SUMMED}
    highest = {f"{name}_": Max(name) for name in ("max_latency", "max_backend_latency")}
    minutes = rows.filter(minute__gte=start).values("minute").order_by("minute")
    return Response(
        {
            "code": "APIG.0000",
            "msg": "Success",
            "start_time": int(start.timestamp()),
            "end_time": int(end.timestamp()),
            "list": [
                _minute(row) | owner for row in minutes.annotate(**sums, **highest)
            ],
        }
    )


def _minute(row: dict[str, Any]) -> dict[str, Any]:
    at: datetime = row["minute"]
    calls = row["sum_req_count"] or 1
    inner = max(row["sum_latency"] - row["sum_backend_latency"], 0)
    failed = row["sum_req_count_4xx"] + row["sum_req_count_5xx"]
    return {
        "max_latency": round(row["max_latency_"]),
        "avg_latency": row["sum_latency"] / calls,
        "req_count": row["sum_req_count"],
        "req_count2xx": row["sum_req_count_2xx"],
        "req_count4xx": row["sum_req_count_4xx"],
        "req_count5xx": row["sum_req_count_5xx"],
        "req_count_error": failed,
        "avg_inner_latency": inner / calls,
        "max_backend_latency": round(row["max_backend_latency_"]),
        "avg_backend_latency": row["sum_backend_latency"] / calls,
        "output_throughput": row["sum_output_throughput"],
        "input_throughput": row["sum_input_throughput"],
        "current_minute": int(at.timestamp()),
        "req_time": _TIME.to_representation(at),
        "status": 1,
    }
