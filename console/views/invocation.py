"""A function's Invocations tab: its last calls, and one of them."""

from typing import Any

from console import access
from console.contract import check
from console.models import Api, Function, Invocation, Trace
from console.models.invocation import MAX_INVOCATIONS
from console.templatetags.ui import pretty
from console.views import generic
from console.views.function import FunctionPage


class InvocationList(FunctionPage):
    template_name = "invocation/list.html"
    tab = "Invocations"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.object.invocations.defer("event", "result", "log")
        chosen = self.request.GET.get("show", "")
        if chosen == "failed":
            rows = rows.filter(ok=False)
        elif chosen:
            rows = rows.filter(origin=chosen)
        names = dict(Api.objects.values_list("pk", "name"))
        choices = [("", "All"), ("failed", "Failed"), *Invocation.Origin.choices]
        return super().get_context_data(
            calls=[(row, names.get(row.api_id)) for row in rows],
            choices=choices,
            chosen=chosen,
            most=MAX_INVOCATIONS,
            **kwargs,
        )


class InvocationDetail(generic.Detail):
    """One call. Its event may hold a caller's secrets: for those who may change it."""

    model = Invocation
    queryset = Invocation.objects.select_related("function")
    template_name = "invocation/detail.html"

    def get_title(self) -> str:
        return "Invocation"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        call = self.object
        may_change = access.may(self.request.user, "change", Function)
        return super().get_context_data(
            function=call.function,
            api=Api.objects.filter(pk=call.api_id).first(),
            trace=Trace.objects.filter(request_id=call.request_id).first(),
            event=pretty(call.event) if may_change else None,
            **result(call),
            **kwargs,
        )


def result(call: Invocation) -> dict[str, Any]:
    """What function/result.html needs about a call."""
    return {
        "call": call,
        "output": pretty(call.result),
        "summary": _summary(call),
        "contract": check(call.result, ok=call.ok),
    }


def _summary(call: Invocation) -> list[tuple[str, str]]:
    """The documented lines, then what else tells one run from another."""
    function = call.function
    states = {function.draft_id: "draft", function.deployed_id: "deployed"}
    state = states.get(call.code_hash, "not what is deployed")
    # Without an interpreter nothing ran: there was no call to measure.
    ran = bool(call.interpreter)
    start = "cold" if call.cold else "warm"
    return [
        ("Request ID", call.request_id),
        ("Memory Configured", f"{call.memory_size} MB"),
        ("Execution Duration", f"{call.duration_ms:.3f} ms" if ran else ""),
        ("Memory Used", f"{call.memory_used_mb:.3f} MB" if ran else ""),
        ("Billed Duration", f"{-(-call.duration_ms // 1):.0f} ms" if ran else ""),
        ("Initialisation", f"{call.init_ms:.3f} ms" if call.cold else ""),
        ("Start", start if ran else "not started"),
        ("Version", f"{call.version}{f', alias {call.alias}' if call.alias else ''}"),
        ("Code hash", f"{call.code_hash[:12]} ({state})"),
        ("Interpreter", call.interpreter),
    ]
