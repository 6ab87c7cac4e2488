"""Traces of debug calls: kept for a while, so that they can be linked to."""

from typing import TYPE_CHECKING

import orjson
from django.db import transaction

from console.models import Trace
from console.models.trace import MAX_TRACES
from gateway.call import Step

if TYPE_CHECKING:
    from console.debug import DebugCall, Result


@transaction.atomic
def store(
    call: "DebugCall", result: "Result", request_id: str, steps: list[Step]
) -> Trace:
    """Keep a trace, and the last ones only."""
    document = [
        {
            "phase": step.phase,
            "decision": step.decision,
            "duration_ms": step.duration_ms,
            "detail": step.detail,
        }
        for step in steps
    ]
    made = Trace.objects.create(
        request_id=request_id,
        api_id=call.api.pk,
        api_name=call.api.name,
        method=call.method,
        path=call.path,
        status=result.status,
        duration_ms=result.duration_ms,
        # As JSON has it: what is shown later is what is shown now.
        content={"steps": orjson.loads(orjson.dumps(document, default=str))},
        request=result.request,
        response=result.response,
    )
    kept = Trace.objects.values_list("pk", flat=True)[:MAX_TRACES]
    Trace.objects.exclude(pk__in=list(kept)).delete()
    return made
