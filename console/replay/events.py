"""Events of the functions of a call, to be saved as test events.

What a function was called with is on record; what an authorizer would have been, had
its verdict not been remembered or the call refused before, is kept with debug calls.
"""

from typing import Any

from django.urls import reverse

from console.models import Authorizer, Invocation, Trace
from gateway.access import CUT
from gateway.call import Call
from gateway.events import build_event


def unasked(call: Call) -> dict[str, Any] | None:
    """{authorizer, event} of a call whose authorizer's function was not called."""
    guard = call.api.authorizer
    if guard is None or call.asked:
        return None
    event = build_event(call, with_body=guard.need_body)
    return {"authorizer": guard.id, "event": event | {"user_data": guard.user_data}}


def links(trace: Trace) -> list[tuple[str, str]]:
    """(label, URL) of the forms that save an event of this call."""
    called = Invocation.objects.filter(request_id=trace.request_id)
    found = [
        (f"{call.function}", _url(call.function_id, f"invocation={call.pk}"))
        for call in called.select_related("function")
        if not call.event.endswith(CUT)
    ]
    kept = trace.content.get("unasked")
    guard = Authorizer.objects.filter(pk=kept["authorizer"]).first() if kept else None
    if guard is not None:
        url = _url(guard.function_id, f"call={trace.request_id}")
        found.append((f"{guard.function}", url))
    return [(f"Save as test event of {function}", url) for function, url in found]


def event_of(request_id: str) -> Any:
    """What an authorizer would have been called with; None when it is not kept."""
    trace = Trace.objects.filter(request_id=request_id).first()
    kept = trace.content.get("unasked") if trace else None
    return kept["event"] if kept else None


def _url(function: str, query: str) -> str:
    return f"{reverse('function-event-create', args=[function])}?{query}"
