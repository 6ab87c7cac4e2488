"""Records that arrive: calls, calls of functions, and what is kept of refused ones.

Each kind is bounded, by number or by age; the newest stay.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from console import counters, metrics, traces
from console.models import AccessLog, Delivery, Function, Invocation
from console.models.base import fitted
from console.models.invocation import MAX_INVOCATIONS
from gateway import records
from gateway.delivery import batches
from gateway.functions.pool import Invocation as Outcome
from gateway.snapshot import Function as Called

# What is kept of a test's event and result, in characters; its log is kept whole.
MAX_TEXT = 256 * 1024
_FIELDS = {field.name for field in Invocation._meta.concrete_fields}
_PRUNE_SECONDS = 60.0
_pruned = 0.0
_trouble: "Trouble | None" = None

log = logging.getLogger(__name__)


class Trouble(NamedTuple):
    """Since when the database takes no records, and what it says."""

    since: datetime
    error: str


@transaction.atomic
def receive(batch: Mapping[str, Any]) -> None:
    """Keep what a gateway delivers (`gateway.delivery`), once however often."""
    if Delivery.is_new(batch["sender"], batch["number"]):
        store(batch)


def collect(recorder: records.Recorder) -> None:
    """Keep what this process's own gateway recorded; its calls do not fail for it."""
    for batch in batches(recorder):
        try:
            store(batch)
        except DatabaseError as error:
            failed(error)
            recorder.lose(len(batch["calls"]) + batch["dropped"])


def failed(error: DatabaseError | None) -> None:
    """Remember that records could not be kept, or that now they were."""
    global _trouble
    if error is None:
        _trouble = None
    elif _trouble is None:
        _trouble = Trouble(timezone.now(), str(error))
        log.warning("access records cannot be kept: %s", error)


def trouble() -> Trouble | None:
    """What keeps records from being kept right now."""
    return _trouble


@transaction.atomic
def store(batch: Mapping[str, Any]) -> None:
    """Keep what was recorded, and from time to time forget what is old."""
    store_invocations(batch["invocations"])
    calls = [dict(zip(batch["fields"], row, strict=True)) for row in batch["calls"]]
    store_calls(calls, batch["dropped"])
    traces.store_live(batch["kept"])
    _prune()
    transaction.on_commit(partial(_count, len(calls), batch["dropped"]))


def _count(received: int, dropped: int) -> None:
    counters.RECEIVED.inc(received)
    counters.DROPPED.inc(dropped)


def store_invocations(found: Iterable[Mapping[str, Any]]) -> list[Invocation]:
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
    return store_invocations([made | {"log": outcome.log}])[0]


def store_calls(calls: Sequence[dict[str, Any]], dropped: int = 0) -> None:
    """Keep access records, and add them up."""
    AccessLog.objects.bulk_create(map(_logged, calls))
    metrics.add(calls, dropped)


def store_debug_call(call: dict[str, Any]) -> None:
    """Keep the access record of a debug call, which is not added to any statistics."""
    row = _logged(call)
    row.debug = True
    row.save()
    _prune()


def _logged(call: dict[str, Any]) -> AccessLog:
    moment = datetime.fromtimestamp(call["time"], UTC)
    return fitted(AccessLog, call | {"time": moment})


def key() -> bytes:
    """What a gateway proves itself with."""
    return settings.RECORDS_KEY_FILE.read_bytes()


def _row(found: Mapping[str, Any], function: str) -> Invocation:
    fields = {name: value for name, value in found.items() if name in _FIELDS}
    moment = datetime.fromtimestamp(found["start_time"], UTC)
    return Invocation(**fields | {"function_id": function, "start_time": moment})


def _prune() -> None:
    """Now and then, forget what is older, or more, than is kept."""
    global _pruned
    if time.monotonic() - _pruned < _PRUNE_SECONDS and _pruned:
        return
    _pruned = time.monotonic()
    prune()


def prune() -> None:
    """Forget access records and minutes that are too old, and records too many."""
    now = timezone.now()
    oldest = now - timedelta(days=settings.LOG_DAYS)
    AccessLog.objects.filter(time__lt=oldest).delete()
    metrics.forget(now)
    newest = AccessLog.objects.order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        AccessLog.objects.filter(pk__lte=newest - settings.LOG_ROWS).delete()
