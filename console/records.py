"""Records that arrive: the last calls of each function are kept."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from console.models import Function, Invocation
from console.models.invocation import MAX_INVOCATIONS
from gateway import records
from gateway.functions.pool import Invocation as Outcome
from gateway.snapshot import Function as Called

# What is kept of a test's event and result, in characters; its log is kept whole.
MAX_TEXT = 256 * 1024
_FIELDS = {field.name for field in Invocation._meta.concrete_fields}


@transaction.atomic
def store(found: Iterable[dict[str, Any]]) -> list[Invocation]:
    """Keep records of functions that still exist, and the last of each only."""
    known = {function.func_urn: function.pk for function in Function.objects.all()}
    rows = [_row(r, known[r["func_urn"]]) for r in found if r["func_urn"] in known]
    Invocation.objects.bulk_create(rows)
    for function in {row.function_id for row in rows}:
        kept = Invocation.objects.filter(function=function).values("pk")
        Invocation.objects.filter(function=function).exclude(
            pk__in=[row["pk"] for row in kept[:MAX_INVOCATIONS]]
        ).delete()
    return rows


def store_test(called: Called, event: object, outcome: Outcome) -> Invocation:
    """Keep a call that somebody made on a function's page."""
    began = time.time() - (outcome.duration_ms + outcome.init_ms) / 1000
    made = records.record(called, event, outcome, "test", began, most=MAX_TEXT)
    return store([made | {"log": outcome.log}])[0]


def key() -> bytes:
    """What a gateway proves itself with."""
    return settings.RECORDS_KEY_FILE.read_bytes()


def _row(found: dict[str, Any], function: str) -> Invocation:
    fields = {name: value for name, value in found.items() if name in _FIELDS}
    moment = datetime.fromtimestamp(found["start_time"], UTC)
    return Invocation(**fields | {"function_id": function, "start_time": moment})
