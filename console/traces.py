"""Traces of calls: kept for a while, so that they can be linked to."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from django.db import transaction

from console.models import Trace
from console.models.base import fitted
from console.models.trace import MAX_TRACES
from console.replay import events
from console.replay.asked import Asked
from gateway import access
from gateway.call import Call

if TYPE_CHECKING:
    from console.debug import Result


@transaction.atomic
def store(asked: Asked, result: "Result", done: Call) -> Trace:
    """Keep the trace of a debug call, and the last ones only."""
    made = Trace.objects.create(
        request_id=done.request_id,
        api_id=done.api.id,
        api_name=done.api.name,
        method=asked.method,
        path=asked.path,
        status=result.status,
        duration_ms=result.duration_ms,
        # As JSON has it: what is shown later is what is shown now.
        content={
            "steps": orjson.loads(orjson.dumps(access.steps(done), default=str)),
            "call": asked.without_secrets.document(),
            "unasked": events.unasked(done),
            "body": b64encode(result.binary).decode(),
            "type": result.type,
        },
        request=result.request,
        response=result.response,
    )
    _forget(Trace.Origin.DEBUG)
    return made


def store_live(kept: Sequence[Mapping[str, Any]]) -> None:
    """Keep live calls that were refused or traced, and the last ones only."""
    if not kept:
        return
    # A gateway that missed the answer sends its batch again.
    Trace.objects.bulk_create(map(_live, kept), ignore_conflicts=True)
    _forget(Trace.Origin.LIVE)


def _live(kept: Mapping[str, Any]) -> Trace:
    fields = {name: value for name, value in kept.items() if name != "steps"}
    content = {"steps": kept["steps"]}
    return fitted(Trace, fields | {"origin": Trace.Origin.LIVE, "content": content})


def _forget(origin: Trace.Origin) -> None:
    rows = Trace.objects.filter(origin=origin)
    kept = rows.values_list("pk", flat=True)[: MAX_TRACES[origin]]
    rows.exclude(pk__in=list(kept)).delete()
