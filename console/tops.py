"""What was called most in a range, and by whom: a table beside the charts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max, QuerySet, Sum

from console.models import Minute

MOST = 10


@dataclass(frozen=True)
class Top:
    """One group, API or credential, and its figures; latencies are in ms."""

    id: str
    name: str
    req_count: int
    req_count_4xx: int
    req_count_5xx: int
    average: float
    highest: float


def tops(rows: QuerySet[Minute], field: str, names: Mapping[str, str]) -> list[Top]:
    """Those with the most calls; calls of none of them are left out."""
    found = (
        rows.exclude(**{field: ""})
        .order_by()
        .values(field)
        .annotate(
            calls=Sum("req_count"),
            refused=Sum("req_count_4xx"),
            failed=Sum("req_count_5xx"),
            spent=Sum("latency"),
            highest=Max("max_latency"),
        )
        .order_by("-calls", field)
    )
    return [
        Top(
            row[field],
            names.get(row[field], ""),
            row["calls"],
            row["refused"],
            row["failed"],
            row["spent"] / (row["calls"] or 1),
            row["highest"],
        )
        for row in found[:MOST]
    ]
