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
from django.db.models import QuerySet
from django.utils import timezone

from console import counters, metrics, traces
from console.models import AccessLog, Delivery, Function, Invocation
from console.models.base import fitted, insert
from console.models.invocation import MAX_INVOCATIONS
from gateway import records
from gateway.delivery import batches
from gateway.functions.pool import Invocation as Outcome
from gateway.snapshot import Function as Called

# What is kept of a test's event and result, in characters; its log is kept whole.
MAX_TEXT = 256 * 1024
# What an access record has, and what stands in for a field that it lacks.
_LOGGED = {
    field.name: field.get_default()
    for field in AccessLog._meta.concrete_fields
    if field.name not in ("id", "time")
}
_FIELDS = {field.name for field in Invocation._meta.concrete_fields}
# What is forgotten goes in pieces, so that no writer waits for long.
PIECE, MAX_PIECES = 1000, 20
_TIDY_SECONDS = 60.0
_tidied = 0.0
_trouble: "Trouble | None" = None

log = logging.getLogger(__name__)


class Trouble(NamedTuple):
    """Since when the database takes no records, and what it says."""

    since: datetime
    error: str


def receive(batch: Mapping[str, Any]) -> None:
    """Keep what a gateway delivers (`gateway.delivery`), once however often."""
    with transaction.atomic():
        if Delivery.is_new(batch["sender"], batch["number"]):
            store(batch)
    tidy()


def collect(recorder: records.Recorder) -> None:
    """Keep what this process's own gateway recorded; its calls do not fail for it."""
    for batch in batches(recorder):
        try:
            tidy()
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
    """Keep what was recorded."""
    store_invocations(batch["invocations"])
    if unknown := {*batch["fields"]} - {"time", *_LOGGED}:
        raise ValueError(f"access records have no {', '.join(sorted(unknown))}")
    calls = [dict(zip(batch["fields"], row, strict=True)) for row in batch["calls"]]
    store_calls(calls, batch["dropped"])
    traces.store_live(batch["kept"])
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
    rows = (
        [_moment(call), *(call.get(name, blank) for name, blank in _LOGGED.items())]
        for call in calls
    )
    insert(AccessLog, ("time", *_LOGGED), rows)
    metrics.add(calls, dropped)


def store_debug_call(call: dict[str, Any]) -> None:
    """Keep the access record of a debug call, which is not added to any statistics."""
    row = _logged(call)
    row.debug = True
    row.save()
    tidy()


def _logged(call: dict[str, Any]) -> AccessLog:
    return fitted(AccessLog, call | {"time": _moment(call)})


def _moment(call: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(call["time"], UTC)


def key() -> bytes:
    """What a gateway proves itself with."""
    return settings.RECORDS_KEY_FILE.read_bytes()


def _row(found: Mapping[str, Any], function: str) -> Invocation:
    fields = {name: value for name, value in found.items() if name in _FIELDS}
    moment = datetime.fromtimestamp(found["start_time"], UTC)
    return Invocation(**fields | {"function_id": function, "start_time": moment})


def tidy() -> None:
    """Now and then, forget what is older, or more, than is kept.

    Not within a transaction: others write between the pieces.
    """
    global _tidied
    if _tidied and time.monotonic() - _tidied < _TIDY_SECONDS:
        return
    if forget():
        _tidied = time.monotonic()


def forget(most: int = MAX_PIECES) -> bool:
    """Forget, in so many pieces at most, what is too old or too much.

    False when there is more to forget.
    """
    now = timezone.now()
    newest = AccessLog.objects.order_by("-pk").values_list("pk", flat=True).first()
    last = (newest or 0) - settings.LOG_ROWS
    oldest = now - timedelta(days=settings.LOG_DAYS)
    left = most
    for rows in (
        AccessLog.objects.filter(pk__lte=last).order_by("pk"),
        AccessLog.objects.filter(time__lt=oldest).order_by("time"),
        Delivery.objects.filter(time__lt=now - timedelta(days=settings.METRIC_DAYS)),
        *metrics.outdated(now),
    ):
        while left and _delete(rows[:PIECE]):
            left -= 1
    return left > 0


def _delete(rows: QuerySet[Any]) -> int:
    """Delete rows without reading them, as nothing depends on them; gives how many."""
    keys = list(rows.values_list("pk", flat=True))
    if keys:
        rows.model._default_manager.filter(pk__in=keys)._raw_delete(rows.db)
    return len(keys)
